package api

import (
	"bytes"
	"encoding/json"
	"strings"

	"dubtop/api/exact"
	"dubtop/api/text"
)

// JSON is a raw answer or a part of one, kept for the details view. It must
// be drawn through Lines only.
type JSON []byte

// UnmarshalJSON keeps an object or a list; anything else is nil. It never
// fails.
func (j *JSON) UnmarshalJSON(b []byte) error {
	*j = nil
	if len(b) > 0 && (b[0] == '{' || b[0] == '[') {
		*j = bytes.Clone(b)
	}
	return nil
}

// MarshalJSON writes the answer as it came, null where there is none or where
// it is not JSON.
func (j JSON) MarshalJSON() ([]byte, error) {
	if !json.Valid(j) {
		return []byte("null"), nil
	}
	return j, nil
}

// Lines is the answer indented by two spaces, every line safe to draw, at
// most limit of them (all with 0); an "…" stands for the rest. What is
// not JSON is given as the lines it has.
func (j JSON) Lines(limit int) []text.Text {
	if len(j) == 0 {
		return nil
	}
	p := printer{limit: limit}
	if json.Valid(j) {
		p.print(j)
	} else {
		for line := range strings.Lines(string(j)) {
			p.line.WriteString(strings.TrimRight(line, "\r\n"))
			p.end()
		}
	}
	p.end()
	if p.full() && p.more {
		p.lines = append(p.lines, "…")
	}
	return p.lines
}

// maxIndent keeps a deeply nested answer from being mostly blanks.
const maxIndent = 40

// printer lays out valid JSON line by line and stops when it has enough: a
// hostile depth must not cost more than the lines asked for.
type printer struct {
	lines []text.Text
	line  strings.Builder
	limit int
	depth int
	more  bool
}

func (p *printer) full() bool { return p.limit > 0 && len(p.lines) >= p.limit }

func (p *printer) print(b []byte) {
	for i := 0; i < len(b) && !p.full(); {
		switch c := b[i]; c {
		case ' ', '\t', '\r', '\n':
		case '"':
			n := exact.String(b[i:])
			p.line.Write(b[i : i+n])
			i += n
			continue
		case '{', '[':
			p.line.WriteByte(c)
			if k := exact.Space(b, i+1); b[k] == c+2 {
				p.line.WriteByte(b[k])
				i = k
				break
			}
			p.depth++
			p.next()
		case '}', ']':
			p.depth--
			p.next()
			p.line.WriteByte(c)
		case ',':
			p.line.WriteByte(c)
			p.next()
		case ':':
			p.line.WriteString(": ")
		default:
			p.line.WriteByte(c)
		}
		i++
	}
}

// next ends a line and indents the one after it.
func (p *printer) next() {
	p.end()
	for range min(p.depth, maxIndent) {
		p.line.WriteString("  ")
	}
}

func (p *printer) end() {
	switch {
	case p.full():
		p.more = p.more || p.line.Len() > 0
	case p.line.Len() > 0:
		p.lines = append(p.lines, text.Clean(p.line.String(), text.Max))
	}
	p.line.Reset()
}
