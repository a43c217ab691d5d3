package table

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Vocabulary lists the fields and words that a filter can use.
type Vocabulary struct {
	Fields []string // fields supported by FieldValue
	// Words lists all values of a field in lower case, for fields with few
	// possible values. Other fields may have any value.
	Words map[string][]string
	// Names are the fields whose values are names: one typed in full means only
	// its rows, not those of longer names.
	Names []string
}

// Worded is a row type whose filters can be checked.
type Worded interface {
	// Vocabulary may be called on a zero row.
	Vocabulary() Vocabulary
}

// settle finds the names in the filter that were typed in full.
func (v *View[T]) settle() {
	row, ok := any(new(T)).(Worded)
	if !ok {
		return
	}
	for i := range v.filter.terms {
		t := &v.filter.terms[i]
		t.exact = t.field != "" && slices.Contains(row.Vocabulary().Names, t.field) && v.has(t.field, t.value)
	}
}

// has reports whether a row has exactly a value.
func (v *View[T]) has(field, value string) bool {
	return slices.ContainsFunc(v.rows.order, func(e *entry[T]) bool {
		found, ok := e.row().FieldValue(field)
		return ok && found == value
	})
}

// mostRead limits the rows read to collect words.
const mostRead = 5000

// FilterMistake describes a probable mistake in the filter: a field that these
// rows don't have, an unknown status, or a word without matches. It returns ""
// if there is none. It quotes the filter as typed.
func (v *View[T]) FilterMistake() string {
	row, ok := any(new(T)).(Worded)
	if !ok || v.rows == nil {
		return ""
	}
	known := row.Vocabulary()
	for word := range strings.FieldsSeq(strings.ToLower(v.query.Text)) {
		field, value, ok := strings.Cut(strings.TrimPrefix(word, "-"), ":")
		if !ok || field == "" || strings.HasPrefix(value, "//") { // a link, not a field
			continue
		}
		if !slices.Contains(known.Fields, field) {
			return unknownField(field, known.Fields)
		}
		if word[0] != '-' && v.Len() > 0 {
			continue // it has matches
		}
		if mistake := v.wordMistake(field, value, known.Words[field]); mistake != "" {
			return mistake
		}
	}
	return ""
}

func unknownField(field string, fields []string) string {
	if near := Nearest(field, fields); near != "" {
		return fmt.Sprintf("no field is called %q; %s?", field, near)
	}
	return fmt.Sprintf("no field is called %q, so it is searched as text; fields: %s", field, strings.Join(fields, ", "))
}

// wordMistake describes an unknown value of a field. It also accepts values found
// in the rows, because a server may use undocumented ones.
func (v *View[T]) wordMistake(field, value string, known []string) string {
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
		return "" // any value is possible
	}
	return fmt.Sprintf("no %s is called %q; known: %s", field, value, strings.Join(known, ", "))
}

// read returns the values of a field in the newest rows, or nil if there are
// too many.
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

// Nearest returns the word that was probably meant, or "". It assumes that the
// first letter is correct.
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
