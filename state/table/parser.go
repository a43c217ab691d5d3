package table

import (
	"strings"
	"unicode"
)

// parser reads a filter line.
type parser struct {
	rest   string
	drafts bool   // keeps fields without a value
	parts  []node // memory for the first conditions
	depth  int    // groups that are open
	closed int    // groups that the last word has closed
}

// group reads alternatives up to the end of the group, or of the line. It is
// empty if there is nothing in it.
func (p *parser) group() node {
	var sides []node
	for {
		side, more := p.side()
		if !side.empty() {
			sides = append(sides, side)
		}
		if !more {
			return joined(either, sides)
		}
	}
}

// side reads conditions up to an "or", or the end of the group; more means that
// another side follows.
func (p *parser) side() (side node, more bool) {
	parts := p.parts
	p.parts = nil
	for p.closed == 0 {
		part, what := p.next()
		switch what {
		case nextOr:
			return joined(all, parts), true
		case nextEnd:
			return joined(all, parts), false
		}
		if !part.empty() {
			parts = append(parts, part)
		}
	}
	return joined(all, parts), false
}

// The kinds of tokens in a filter.
const (
	nextPart = iota
	nextOr
	nextEnd
)

// next reads a word or a group. It is empty while it is still being typed.
func (p *parser) next() (part node, what int) {
	p.skip()
	if p.rest == "" {
		return node{}, nextEnd
	}
	rest, minus := strings.CutPrefix(p.rest, "-")
	if inner, ok := strings.CutPrefix(rest, "("); ok {
		p.rest = inner
		return p.nested(minus), nextPart
	}
	if plain, after, ok := quoted(rest); ok {
		p.rest = after
		p.close()
		return plainWord(plain, minus), nextPart
	}
	end := strings.IndexFunc(p.rest, unicode.IsSpace)
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	if word == "or" {
		p.rest = p.rest[end:]
		return node{}, nextOr
	}
	return p.word(word, minus), nextPart
}

// nested reads a group after its opening parenthesis.
func (p *parser) nested(minus bool) node {
	p.depth++
	inner := p.group()
	if p.closed > 0 {
		p.closed--
		p.depth--
	}
	if inner.empty() {
		return inner
	}
	inner.negate = inner.negate != minus
	return inner
}

// word reads a word that begins the rest, with the parentheses that it closes.
func (p *parser) word(word string, minus bool) node {
	text := word
	if minus {
		text = word[1:]
	}
	field, value, ok := strings.Cut(text, ":")
	if ok && field != "" && strings.HasPrefix(value, `"`) {
		inner, after, _ := quoted(p.rest[len(word)-len(value):])
		p.rest = after
		p.close()
		return p.fieldWord(strings.ReplaceAll(field, `"`, ""), inner, minus)
	}
	p.rest = p.rest[len(word):]
	text = strings.ReplaceAll(p.unclosed(text), `"`, "")
	if field, value, ok := strings.Cut(text, ":"); ok && field != "" {
		return p.fieldWord(field, value, minus)
	}
	return plainWord(text, minus)
}

// unclosed takes from the end of a word the parentheses that close groups.
// Those opened in the word itself belong to it.
func (p *parser) unclosed(word string) string {
	for p.closed < p.depth && strings.HasSuffix(word, ")") && strings.Count(word, ")") > strings.Count(word, "(") {
		word = word[:len(word)-1]
		p.closed++
	}
	return word
}

// close reads parentheses after a quotation.
func (p *parser) close() {
	for p.closed < p.depth && strings.HasPrefix(p.rest, ")") {
		p.rest = p.rest[1:]
		p.closed++
	}
}

func (p *parser) skip() { p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace) }

// quoted returns what a text that begins with a quotation mark quotes, and what
// follows. A missing mark at the end is still to be typed.
func quoted(text string) (inner, after string, ok bool) {
	text, ok = strings.CutPrefix(text, `"`)
	inner, after, _ = strings.Cut(text, `"`)
	return inner, after, ok
}

func plainWord(text string, minus bool) node {
	if text == "" {
		return node{}
	}
	return node{shape: one, negate: minus, term: term{text: text}}
}

func (p *parser) fieldWord(field, value string, minus bool) node {
	if value == "" && !p.drafts {
		return node{} // "status:" is still being typed
	}
	return node{shape: one, negate: minus, term: term{text: field + ":" + value, field: field, value: value}}
}

// joined returns a node with parts, as simple as it can be: parts of the same
// shape become parts of the node, and a single part needs no node.
func joined(as shape, parts []node) node {
	for i := range parts {
		if parts[i].shape == as && !parts[i].negate {
			return joined(as, flat(as, parts))
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	if len(parts) == 0 {
		as = all
	}
	return node{shape: as, parts: parts}
}

func flat(as shape, parts []node) (list []node) {
	for _, p := range parts {
		if p.shape == as && !p.negate {
			list = append(list, p.parts...)
			continue
		}
		list = append(list, p)
	}
	return list
}
