package table

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Vocabulary is what a filter over one kind of row can name.
type Vocabulary struct {
	Fields []string // those that FieldValue knows
	// Words are all that a field may hold, lower-cased, for fields that hold one
	// of few. The others may hold anything.
	Words map[string][]string
}

// Worded is a row whose filters can be checked. The vocabulary is that of its
// type; of the row itself nothing is asked.
type Worded interface{ Vocabulary() Vocabulary }

// mostRead is how many rows are looked at to learn which words there are.
const mostRead = 5000

// Doubt says what in the filter can hardly be meant, and what may be: a field
// that rows of this kind do not have, a status that there is not, or a word that
// nothing was found by. It is "" where there is no such thing. What was typed is
// quoted as it is.
func (v *View[T]) Doubt() string {
	row, ok := any(new(T)).(Worded)
	if !ok || v.rows == nil {
		return ""
	}
	known := row.Vocabulary()
	for word := range strings.FieldsSeq(strings.ToLower(v.query.Text)) {
		field, value, ok := strings.Cut(strings.TrimPrefix(word, "-"), ":")
		if !ok || field == "" || strings.HasPrefix(value, "//") { // a link has no field
			continue
		}
		if !slices.Contains(known.Fields, field) {
			return unknownField(field, known.Fields)
		}
		if word[0] != '-' && v.Len() > 0 {
			continue // it found something
		}
		if doubt := v.doubtWord(field, value, known.Words[field]); doubt != "" {
			return doubt
		}
	}
	return ""
}

func unknownField(field string, fields []string) string {
	if near := Nearest(field, fields); near != "" {
		return fmt.Sprintf("no field is called %q; %s?", field, near)
	}
	return fmt.Sprintf("no field is called %q, so it is looked for as text; there are %s", field, strings.Join(fields, ", "))
}

// doubtWord says that a field holds no such word. Which there are the rows tell,
// where it is not known, and also where it is: a server may have words of its
// own.
func (v *View[T]) doubtWord(field, value string, known []string) string {
	found := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, value) })
	}
	if found(known) {
		return ""
	}
	read := v.read(field)
	near := Nearest(value, append(slices.Clone(known), read...))
	switch {
	case found(read):
		return ""
	case near != "":
		return fmt.Sprintf("no %s is called %q; %s?", field, value, near)
	case known == nil:
		return "" // it may be anything
	}
	return fmt.Sprintf("no %s is called %q; there are %s", field, value, strings.Join(known, ", "))
}

// read are the words that the newest rows hold in a field, as far as there are
// few.
func (v *View[T]) read(field string) (words []string) {
	seen := make(map[string]struct{})
	for i := range min(v.rows.Len(), mostRead) {
		value, ok := rowOf(v.rows.At(i)).FieldValue(field)
		if _, again := seen[value]; !ok || again || value == "" {
			continue
		}
		seen[value] = struct{}{}
		words = append(words, value)
		if len(words) > 50 { // names, notes
			return nil
		}
	}
	return words
}

// Nearest is the word that another one was probably meant to be, "" where none
// is near. The first letter is hardly ever the wrong one.
func Nearest(word string, among []string) string {
	if len(among) == 0 || word == "" {
		return ""
	}
	far := func(w string) int {
		switch {
		case w == "" || w[0] != word[0]:
			return len(word) + len(w)
		case len(word) > 2 && strings.HasPrefix(w, word): // it is being typed
			return 0
		}
		return levenshtein.ComputeDistance(word, w)
	}
	near := slices.MinFunc(among, func(a, b string) int { return cmp.Compare(far(a), far(b)) })
	if far(near) > max(1, (len(word)+1)/3) {
		return ""
	}
	return near
}
