// Package exact reads JSON by the exact names of its members. Go's own decoder
// accepts "ID" for "id" and lets the last of two win, so that an answer could
// mean one thing to us and another to everybody else. It knows the syntax of
// JSON and never the meaning of a member.
package exact

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"strings"
)

// The errors of [Decode] about the shape of the value.
var (
	ErrShape = errors.New("unexpected shape")
	ErrTwice = errors.New("a member that must be unique occurs twice")
)

// Member is one member of an object: its exact name and the decoder of its
// value.
type Member struct {
	Name string
	Into json.Unmarshaler
	Once bool // a second occurrence is an error; otherwise the first one counts
}

// Decode reads the members of an object, which must be valid JSON. Members that
// are not listed are skipped. It returns ErrShape if the value is not an
// object; ErrTwice, after reading everything, if a Once member occurs twice;
// else the first error of a member. At most 64 members can be listed.
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

// find returns the index of a member, -1 if it is not listed.
func find(members []Member, name []byte) int {
	for i := range members {
		if members[i].Name == string(name) {
			return i
		}
	}
	return -1
}

// Members yields the names and values of an object in valid JSON, in order and
// including duplicates. It yields nothing for any other value. The slices point
// into object, except for names written with escapes.
func Members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		i := Space(object, 0)
		if i == len(object) || object[i] != '{' {
			return
		}
		for i = Space(object, i+1); i < len(object) && object[i] == '"'; i = comma(object, i) {
			end := i + String(object[i:])
			name := bare(object[i:end])
			i = Space(object, min(Space(object, end)+1, len(object))) // behind the colon
			end = skip(object, i)
			if !yield(name, object[i:end]) {
				return
			}
			i = end
		}
	}
}

// Elements yields the elements of a list in valid JSON. It yields nothing for
// any other value.
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

// Space returns the index of the first byte from i on that is not white space,
// at most len(b).
func Space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// String returns the length of the JSON string that b begins with, including
// quotes; len(b) if it is not terminated.
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

// Unquote returns the content of a JSON string, "" if it is not one.
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

// bare returns a name without quotes and escapes.
func bare(token []byte) []byte {
	if bytes.IndexByte(token, '\\') >= 0 || len(token) < 2 {
		return []byte(Unquote(token))
	}
	return token[1 : len(token)-1]
}

// skip returns the index behind the value that begins at i.
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

// literal returns the index behind a number, true, false or null.
func literal(b []byte, i int) int {
	for i < len(b) && strings.IndexByte(",:]}[{\" \t\r\n", b[i]) < 0 {
		i++
	}
	return i
}

// comma returns the index of the next value, behind the comma at i if there is
// one.
func comma(b []byte, i int) int {
	if i = Space(b, i); i < len(b) && b[i] == ',' {
		return Space(b, i+1)
	}
	return i
}
