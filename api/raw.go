package api

import (
	"bytes"
	"encoding/json"
	"strings"

	"dubtop/api/exact"
	"dubtop/api/text"
)

// JSON is an answer or part of one, kept unchanged for the details view. Draw
// it only through [JSON.Lines].
type JSON []byte

// UnmarshalJSON keeps an object or a list and drops anything else. It never
// fails.
func (j *JSON) UnmarshalJSON(b []byte) error {
	*j = nil
	if len(b) > 0 && (b[0] == '{' || b[0] == '[') {
		*j = bytes.Clone(b)
	}
	return nil
}

// MarshalJSON writes the answer unchanged, or null if it is empty or not JSON.
func (j JSON) MarshalJSON() ([]byte, error) {
	if !json.Valid(j) {
		return []byte("null"), nil
	}
	return j, nil
}

// Lines returns the answer indented by two spaces, every line safe to draw. It
// returns at most limit lines, all if limit is 0, and marks the cut with "…".
// Text that is not JSON is split into its lines.
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

// maxIndent is the deepest indentation, in spaces, so that a deeply nested
// answer does not consist of blanks.
const maxIndent = 40

// printer formats valid JSON line by line and stops when it has enough, so that
// hostile nesting costs no more than the lines requested.
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

// next ends a line and indents the next one.
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
