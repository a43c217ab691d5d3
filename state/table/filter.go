package table

import (
	"strings"
	"unicode"
)

// Filter is a parsed filter line. The zero Filter matches everything.
type Filter struct{ root node }

// shape is how the parts of a node belong together.
type shape uint8

const (
	all    shape = iota // every part must match
	either              // one part must match
	one                 // the term must match
)

// node is a part of a filter. A node of shape all without parts matches
// everything.
type node struct {
	shape  shape
	negate bool
	term   term
	parts  []node
}

// term is one word of a filter.
type term struct {
	text  string // the word without its minus, in lower case
	field string // before the colon; "" for a plain word
	value string // after the colon
	exact bool   // a row has exactly this value, so values that only contain it don't match
	limit limit  // of a field with a quantity
}

// Parse parses words separated by spaces, all of which must match; "or" between
// them means that those on one side are enough, and parentheses group. A plain
// word is searched in the whole row, field:value only in that field, or as a
// plain word if rows have no such field. Quotes hold words together. A leading
// minus negates a word or a group. Case does not matter. Every text is valid,
// because the filter is applied while it is typed; see View.Mistake for what
// it does not understand.
func (f *Filter) Parse(text string) {
	p := parser{rest: strings.ToLower(text), parts: f.root.parts[:0]}
	f.root = p.group()
}

// Empty reports whether the filter matches everything.
func (f *Filter) Empty() bool { return f.root.empty() }

func (n *node) empty() bool { return n.shape == all && len(n.parts) == 0 }

// asks reports whether a word is about a field.
func (f *Filter) asks(field string) bool { return f.root.asks(field) }

func (n *node) asks(field string) bool {
	for i := range n.parts {
		if n.parts[i].asks(field) {
			return true
		}
	}
	return n.shape == one && n.term.field == field
}

// Match reports whether a row matches.
func (f *Filter) Match(row Searchable) bool { return f.match(row, row, new(facts)) }

// match is Match of a row with its remarks, and of the item itself.
func (f *Filter) match(row Searchable, item any, known *facts) bool {
	return f.root.match(row, item, known)
}

func (n *node) match(row Searchable, item any, known *facts) bool {
	switch n.shape {
	case one:
		return n.term.match(row, item, known) != n.negate
	case either:
		for i := range n.parts {
			if n.parts[i].match(row, item, known) {
				return !n.negate
			}
		}
		return n.negate
	}
	for i := range n.parts {
		if !n.parts[i].match(row, item, known) {
			return n.negate
		}
	}
	return !n.negate
}

// match reports whether a row matches, ignoring the minus.
func (t *term) match(row Searchable, item any, known *facts) bool {
	if t.limit.kind != 0 {
		return known.within(item, t)
	}
	if t.field != "" {
		if value, ok := row.FieldValue(t.field); ok {
			return value == t.value || !t.exact && strings.Contains(value, t.value) || value == "" && t.value == "none"
		}
	}
	return strings.Contains(row.Haystack(), t.text)
}

// terms calls do with each term.
func (n *node) terms(do func(t *term)) {
	if n.shape == one {
		do(&n.term)
	}
	for i := range n.parts {
		n.parts[i].terms(do)
	}
}

// fielded reports whether the filter names a field.
func (f *Filter) fielded() (found bool) {
	f.root.terms(func(t *term) { found = found || t.field != "" })
	return found
}

// narrows reports whether every row that matches f certainly matches other.
func (f *Filter) narrows(other *Filter) bool { return f.root.narrows(&other.root) }

func (n *node) narrows(other *node) bool {
	switch {
	case n.negate && other.negate:
		a, b := *other, *n
		a.negate, b.negate = false, false
		return a.narrows(&b)
	case n.is(either):
		return every(n.parts, func(p *node) bool { return p.narrows(other) })
	case other.is(all):
		return every(other.parts, func(p *node) bool { return n.narrows(p) })
	case n.shape == one && other.shape == one:
		return n.negate == other.negate && n.term.narrows(&other.term)
	}
	return n.is(all) && some(n.parts, func(p *node) bool { return p.narrows(other) }) ||
		other.is(either) && some(other.parts, func(p *node) bool { return n.narrows(p) })
}

// is reports whether a node has a shape and is not negated.
func (n *node) is(s shape) bool { return n.shape == s && !n.negate }

func every(parts []node, holds func(p *node) bool) bool {
	return !some(parts, func(p *node) bool { return !holds(p) })
}

func some(parts []node, holds func(p *node) bool) bool {
	for i := range parts {
		if holds(&parts[i]) {
			return true
		}
	}
	return false
}

// narrows reports whether a term is another one with more typed at its end.
func (t *term) narrows(other *term) bool {
	if *t == *other {
		return true
	}
	if other.exact || t.limit.kind != 0 || other.limit.kind != 0 || other.value == "none" {
		return false
	}
	return t.field == other.field && strings.HasPrefix(t.text, other.text)
}

// String returns the filter in its shortest spelling, which Parse understands as
// the same filter.
func (f *Filter) String() string { return f.root.print(false) }

func (n *node) print(inside bool) string {
	minus := ""
	if n.negate {
		minus = "-"
	}
	if n.shape == one {
		return minus + n.term.print(n.negate)
	}
	var words []string
	for i := range n.parts {
		words = append(words, n.parts[i].print(n.shape == all))
	}
	switch {
	case n.shape == either && (inside || n.negate):
		return minus + "(" + strings.Join(words, " or ") + ")"
	case n.shape == either:
		return strings.Join(words, " or ")
	case n.negate:
		return "-(" + strings.Join(words, " ") + ")"
	}
	return strings.Join(words, " ")
}

func (t *term) print(negated bool) string {
	switch {
	case t.field != "" && (strings.ContainsFunc(t.value, unicode.IsSpace) || closes(t.value)):
		return t.field + `:"` + t.value + `"`
	case t.field != "" || !t.misread(negated):
		return t.text
	}
	return `"` + t.text + `"`
}

// misread reports whether a plain word needs quotation marks.
func (t *term) misread(negated bool) bool {
	return t.text == "or" || strings.HasPrefix(t.text, "(") || strings.HasPrefix(t.text, "-") && !negated ||
		strings.ContainsFunc(t.text, unicode.IsSpace) || strings.Index(t.text, ":") > 0 || closes(t.text)
}

// closes reports whether a word would close a group too early or too late.
func closes(word string) bool { return strings.Count(word, ")") != strings.Count(word, "(") }
