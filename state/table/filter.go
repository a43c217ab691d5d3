package table

import "strings"

// Filter is a parsed line of the filter prompt. The zero Filter lets
// everything through.
type Filter struct{ terms []term }

// term is one word of a filter.
type term struct {
	text   string // the word without its minus, lower-cased
	field  string // before the colon; "" for a plain word
	value  string // after the colon
	negate bool
}

// Parse reads words separated by spaces; a row must satisfy each. A
// plain word is looked for everywhere in the row, field:value in that field
// alone (as a plain word where rows have no such field), and a minus before
// either one turns it round. Case does not matter, and every text is a valid
// filter, because it is applied while it is typed. It replaces the filter that was,
// in the memory it has.
func (f *Filter) Parse(text string) {
	f.terms = f.terms[:0]
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		var t term
		t.text, t.negate = strings.CutPrefix(word, "-")
		if field, value, ok := strings.Cut(t.text, ":"); ok {
			t.field, t.value = field, value
		}
		// A minus or "status:" is the beginning of something.
		if t.text != "" && (t.field == "" || t.value != "") {
			f.terms = append(f.terms, t)
		}
	}
}

// Empty reports whether the filter lets everything through.
func (f *Filter) Empty() bool { return len(f.terms) == 0 }

// Match reports whether a row satisfies every word.
func (f *Filter) Match(row Searchable) bool {
	for i := range f.terms {
		if f.terms[i].match(row) == f.terms[i].negate {
			return false
		}
	}
	return true
}

// match ignores the minus.
func (t *term) match(row Searchable) bool {
	if t.field != "" {
		if value, ok := row.FieldValue(t.field); ok {
			return strings.Contains(value, t.value)
		}
	}
	return strings.Contains(row.Haystack(), t.text)
}
