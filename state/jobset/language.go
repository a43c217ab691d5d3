package jobset

import (
	"strings"

	"golang.org/x/text/language"
)

// Language recognizes a language tag as used in file names: de, pt-BR, zh_Hant.
// It returns the tag in its usual spelling. Three letters are recognized if ISO
// 639-1 has no shorter code for the language, or for a few languages common in
// dubbing. Words such as "mix" are languages too, but rarely meant.
func Language(word string) (tag string, ok bool) {
	word = strings.ReplaceAll(strings.TrimSpace(word), "_", "-")
	if len(word) < 2 || len(word) > 11 {
		return "", false
	}
	parsed, err := language.Parse(word)
	if err != nil {
		return "", false
	}
	base, confidence := parsed.Base()
	if confidence == language.No {
		return "", false
	}
	if code := base.String(); len(code) != 2 && code != "fil" && code != "yue" {
		return "", false
	}
	return parsed.String(), true
}

// splitLanguage splits a language off the end of a name, such as ep01_de,
// ep01.pt-BR or ep01-zh_Hant. If there are several ways, it prefers one whose
// rest is wanted, then the longest tag. lang is "" if there is none.
func splitLanguage(stem string, wanted func(rest string) bool) (rest, lang string) {
	rest = stem
	for at, r := range stem {
		if at == 0 || r != '_' && r != '-' && r != '.' && r != ' ' {
			continue
		}
		tag, ok := Language(stem[at+1:])
		switch {
		case ok && wanted(stem[:at]):
			return stem[:at], tag
		case ok && lang == "":
			rest, lang = stem[:at], tag
		}
	}
	return rest, lang
}
