package table

import (
	"slices"
	"strings"
	"unicode"
)

// Completing is a row type some of whose values are completed in other words
// than they are searched in.
type Completing interface {
	// Completion returns the words for a field in lower case; ok is false if they
	// are those of FieldValue.
	Completion(field string) (words string, ok bool)
}

// The most completions that are offered, and the longest of them in bytes.
const (
	mostCompletions   = 12
	longestCompletion = 40
)

// Complete returns how the last word of a filter may go on: a field, or a value
// of one, as the filter knows them or as the newest rows have them. The words
// replace what follows before.
func (v *View[T]) Complete(text string) (before string, words []string) {
	row, ok := any(new(T)).(Worded)
	if !ok || v.rows == nil {
		return text, nil
	}
	before, word := lastWord(text)
	known := row.Vocabulary()
	field, value, valued := strings.Cut(strings.ToLower(word), ":")
	switch {
	case word == "":
	case !valued:
		for _, f := range known.fields() {
			if strings.HasPrefix(f, field) {
				words = append(words, f+":")
			}
		}
	case known.kindOf(field) != 0:
		words = begunBy(value, ">", "<", "unknown")
	case slices.Contains(known.Fields, field):
		words = v.values(field, strings.TrimPrefix(value, `"`), known.Words[field])
	}
	if valued {
		spell(words, field)
	}
	if len(words) == 1 && words[0] == word {
		return before, nil
	}
	return before, words
}

// spell turns values of a field into words of a filter.
func spell(values []string, field string) {
	for i, w := range values {
		if strings.ContainsFunc(w, unicode.IsSpace) {
			w = `"` + w + `"`
		}
		values[i] = field + ":" + w
	}
}

// lastWord splits a filter before its last word, which a minus and parentheses
// do not belong to.
func lastWord(text string) (before, word string) {
	start, quoted := 0, false
	for i, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted && unicode.IsSpace(r):
			start = i + len(string(r))
		}
	}
	word = strings.TrimLeft(text[start:], "-(")
	return text[:len(text)-len(word)], word
}

// values returns the values of a field that begin with a text: the known ones,
// and those of the newest rows.
func (v *View[T]) values(field, begin string, known []string) []string {
	words := begunBy(begin, known...)
	seen := make(map[string]struct{})
	for i := range min(v.rows.Len(), mostRead) {
		value := completion(rowOf(v.rows.At(i)), field)
		if _, again := seen[value]; again {
			continue
		}
		seen[value] = struct{}{}
		if len(words) == mostCompletions {
			break
		}
		has := func(w string) bool { return strings.Contains(value, w) }
		if value != "" && len(value) <= longestCompletion && strings.HasPrefix(value, begin) && !slices.ContainsFunc(known, has) && !strings.Contains(value, `"`) {
			words = append(words, value)
		}
	}
	return words
}

func completion[T any](row Row[T], field string) string {
	if c, ok := row.(Completing); ok {
		if words, ok := c.Completion(field); ok {
			return words
		}
	}
	value, _ := row.FieldValue(field)
	return value
}

func begunBy(begin string, words ...string) (list []string) {
	for _, w := range words {
		if strings.HasPrefix(w, begin) && len(list) < mostCompletions {
			list = append(list, w)
		}
	}
	return list
}
