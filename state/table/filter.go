package table

import (
	"slices"
	"strings"
)

// Filter is a parsed filter line. The zero Filter matches everything.
type Filter struct{ terms []term }

// term is one word of a filter.
type term struct {
	text   string // the word without its minus, in lower case
	field  string // before the colon; "" for a plain word
	value  string // after the colon
	negate bool
	exact  bool // a row has exactly this value, so values that only contain it don't match
}

// Parse parses words separated by spaces, all of which must match. A plain word
// is searched in the whole row, field:value only in that field, or as a plain
// word if rows have no such field. A leading minus negates a word. Case does
// not matter. Every text is valid, because the filter is applied while it is
// typed. Parse replaces the previous filter and reuses its memory.
func (f *Filter) Parse(text string) {
	f.terms = f.terms[:0]
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		var t term
		t.text, t.negate = strings.CutPrefix(word, "-")
		if field, value, ok := strings.Cut(t.text, ":"); ok {
			t.field, t.value = field, value
		}
		// A lone minus or "status:" is still being typed.
		if t.text != "" && (t.field == "" || t.value != "") {
			f.terms = append(f.terms, t)
		}
	}
}

// Empty reports whether the filter matches everything.
func (f *Filter) Empty() bool { return len(f.terms) == 0 }

// narrows reports whether every row that matches f certainly matches other.
func (f *Filter) narrows(other *Filter) bool {
	for i := range other.terms {
		if !slices.ContainsFunc(f.terms, func(t term) bool { return t.narrows(&other.terms[i]) }) {
			return false
		}
	}
	return true
}

// narrows reports whether a term is another one with more typed at its end.
func (t *term) narrows(other *term) bool {
	if other.exact {
		return *t == *other
	}
	return *t == *other || !t.negate && !other.negate && t.field == other.field && strings.HasPrefix(t.text, other.text)
}

// Match reports whether a row matches every word.
func (f *Filter) Match(row Searchable) bool {
	for i := range f.terms {
		if f.terms[i].match(row) == f.terms[i].negate {
			return false
		}
	}
	return true
}

// match reports whether a row matches, ignoring the minus.
func (t *term) match(row Searchable) bool {
	if t.field != "" {
		if value, ok := row.FieldValue(t.field); ok {
			return value == t.value || !t.exact && strings.Contains(value, t.value)
		}
	}
	return strings.Contains(row.Haystack(), t.text)
}
