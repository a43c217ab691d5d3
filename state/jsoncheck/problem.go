// Package jsoncheck finds the mistakes in JSON that people write, locates them
// and explains them. It knows nothing about the meaning of the JSON.
package jsoncheck

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Problem is a mistake in a line, or in the whole text if Line is 0.
type Problem struct {
	Line   int // from 1
	Column int // in characters, from 1; 0 for the whole line
	Words  string
}

// String formats the problem as one line.
func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return p.Words
	case p.Column == 0:
		return fmt.Sprintf("line %d: %s", p.Line, p.Words)
	}
	return fmt.Sprintf("line %d, column %d: %s", p.Line, p.Column, p.Words)
}

// InvalidByte is the offset of the first byte that is not valid UTF-8.
func InvalidByte(text []byte) (at int) {
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		at += size
	}
	return at
}

// Shorten returns the beginning of a text that is too long for a message.
func Shorten(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most])) + "…"
}

// At returns a problem at a byte of a text.
func At(text []byte, offset int, words string) Problem {
	before := text[:min(offset, len(text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return Problem{Line: 1 + bytes.Count(before, []byte("\n")), Column: 1 + utf8.RuneCount(before[start:]), Words: words}
}

// BrokenAt is the offset of the first byte that breaks the JSON, or
// len(text) if it ends too early.
func BrokenAt(text []byte) int {
	var value json.RawMessage
	e, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(text, &value))
	if !ok || endsEarly(e) {
		return len(text)
	}
	return max(0, int(e.Offset)-1)
}

func endsEarly(e *json.SyntaxError) bool { return strings.HasPrefix(e.Error(), "unexpected end") }

// MoreText is the explanation of a text that goes on after its value.
const MoreText = "there is more text after the request"

// Explain explains a JSON syntax error to the user.
func Explain(text []byte, err error) string {
	e, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return err.Error()
	}
	at := BrokenAt(text)
	r, _ := utf8.DecodeRune(text[at:])
	found, words := fmt.Sprintf("%q", r), e.Error()
	switch {
	case endsEarly(e):
		return "the JSON ends too early: a quote or a bracket is not closed"
	case strings.HasSuffix(words, "after top-level value"):
		return MoreText
	case strings.HasSuffix(words, "after object key:value pair"), strings.HasSuffix(words, "after array element"):
		return "a comma or a closing bracket is missing before " + found
	case strings.HasSuffix(words, "after object key"):
		return "a colon is missing before " + found
	case strings.HasSuffix(words, "object key string") && r == '}', strings.HasSuffix(words, "beginning of value") && r == ']':
		return "there is an extra comma before " + found
	case strings.HasSuffix(words, "object key string"):
		return "expected a name in double quotes, not " + found
	case strings.HasSuffix(words, "in string literal"):
		return "there is a control character inside a string: write it as \\n or \\t"
	case strings.HasSuffix(words, "looking for beginning of value"):
		return "expected a value, not " + found
	}
	return "not JSON: " + words
}
