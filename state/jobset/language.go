package jobset

import (
	"strings"

	"golang.org/x/text/language"
)

// Language recognizes a language tag as file names have it: de, pt-BR, zh_Hant.
// It returns the tag in its usual spelling. Three letters are recognized if the
// language has no shorter code of its own in ISO 639-1, or one of a few that
// dubbing uses; a word such as "mix" is a language, too, but rarely meant.
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
// ep01.pt-BR or ep01-zh_Hant. If a name can be split in several ways, it
// prefers a rest that is wanted, then the longest tag. lang is "" if there is
// none.
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
