// Package exact reads JSON by the exact names of its members. Go's own decoder
// takes "ID" for "id" and lets the second of two win, so that an answer could
// say one thing to us and another to everybody else. It knows the shape of JSON
// and never what a member means.
package exact

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"strings"
)

// The ways in which a value can be something else than was asked for.
var (
	ErrShape = errors.New("not of the shape that is due")
	ErrTwice = errors.New("a member that must be there once is there twice")
)

// Member is one member of an object: its exact name, and what reads its value.
type Member struct {
	Name string
	Into json.Unmarshaler
	Once bool // saying it twice spoils the object; of any other the first counts
}

// Decode reads the members of an object, which must be valid JSON. Members that
// are not named are passed over. It is ErrShape for what is no object, ErrTwice
// after everything was read if a member that is due once came again, and else
// the first error of a member. At most 64 members can be named.
func Decode(object []byte, members []Member) error {
	if !IsObject(object) {
		return ErrShape
	}
	var first error
	var seen uint64
	for name, value := range Members(object) {
		i := find(members, name)
		switch {
		case i < 0:
		case seen&(1<<i) == 0:
			seen |= 1 << i
			if err := members[i].Into.UnmarshalJSON(value); first == nil {
				first = err
			}
		case members[i].Once:
			first = ErrTwice
		}
	}
	return first
}

// find is the index of a member, -1 for one that nobody asked for.
func find(members []Member, name []byte) int {
	for i := range members {
		if members[i].Name == string(name) {
			return i
		}
	}
	return -1
}

// Members yields names and values of an object in valid JSON, in their order
// and as often as they are there; nothing for another value. The bytes are those
// of the object, except for a name that was written with escapes.
func Members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		i := Space(object, 0)
		if i == len(object) || object[i] != '{' {
			return
		}
		for i = Space(object, i+1); i < len(object) && object[i] == '"'; i = comma(object, i) {
			end := i + String(object[i:])
			name := bare(object[i:end])
			i = Space(object, min(Space(object, end)+1, len(object))) // past the colon
			end = skip(object, i)
			if !yield(name, object[i:end]) {
				return
			}
			i = end
		}
	}
}

// Elements yields the elements of a list in valid JSON; nothing for another
// value.
func Elements(list []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		i := Space(list, 0)
		if i == len(list) || list[i] != '[' {
			return
		}
		for i = Space(list, i+1); i < len(list) && list[i] != ']'; {
			end := skip(list, i)
			if end == i || !yield(list[i:end]) {
				return
			}
			i = comma(list, end)
		}
	}
}

// IsObject reports whether valid JSON is an object.
func IsObject(b []byte) bool {
	i := Space(b, 0)
	return i < len(b) && b[i] == '{'
}

// IsList reports whether valid JSON is a list.
func IsList(b []byte) bool {
	i := Space(b, 0)
	return i < len(b) && b[i] == '['
}

// Space is the index of the first byte from i on that is no white space, at
// most len(b).
func Space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// String is the length of the JSON string that b begins with, quotes included;
// all of b where it does not end.
func String(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// Unquote is what a JSON string says, "" for what is none.
func Unquote(b []byte) string {
	if len(b) < 2 || b[0] != '"' {
		return ""
	}
	if inner := b[1 : len(b)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(b, &s)
	return s
}

// bare is a name without its quotes and escapes.
func bare(token []byte) []byte {
	if bytes.IndexByte(token, '\\') >= 0 || len(token) < 2 {
		return []byte(Unquote(token))
	}
	return token[1 : len(token)-1]
}

// skip is the index behind the value that begins at i.
func skip(b []byte, i int) int {
	for depth := 0; i < len(b); {
		switch b[i] {
		case '"':
			i += String(b[i:])
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			depth--
			i++
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
			i++
			continue
		default:
			i = literal(b, i)
		}
		if depth <= 0 {
			return i
		}
	}
	return i
}

// literal is the index behind a number, true, false or null.
func literal(b []byte, i int) int {
	for i < len(b) && strings.IndexByte(",:]}[{\" \t\r\n", b[i]) < 0 {
		i++
	}
	return i
}

// comma is the index of what follows the comma at i, or of what is there.
func comma(b []byte, i int) int {
	if i = Space(b, i); i < len(b) && b[i] == ',' {
		return Space(b, i+1)
	}
	return i
}
