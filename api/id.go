package api

import (
	"strings"

	"dubtop/api/text"
)

// ID identifies one thing of the account. It is opaque. An id that is not a
// plain token is kept for display, but Valid reports false and no request is
// made with it.
type ID string

// maxID is the longest id kept for display, in bytes.
const maxID = 256

// Valid reports whether the id consists of 1 to 128 letters, digits, _ or -, so
// that it can be part of a path.
func (id ID) Valid() bool { return isToken(string(id), "_-") }

// isToken reports whether s consists of 1 to 128 ASCII letters, digits and
// characters of others. Compiling patterns that count so far would delay every
// start.
func isToken(s, others string) bool {
	for i := range len(s) {
		letter := s[i] | 0x20
		if (letter < 'a' || letter > 'z') && (s[i] < '0' || s[i] > '9') && strings.IndexByte(others, s[i]) < 0 {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 128
}

// Short returns enough of an id to recognise it.
func (id ID) Short() string {
	const enough = 8
	n := 0
	for i := range string(id) { // by runes, since an id may contain anything
		if n == enough {
			return string(id[:i])
		}
		n++
	}
	return string(id)
}

// UnmarshalJSON reads a string or a number; it never fails.
func (id *ID) UnmarshalJSON(b []byte) error {
	*id = cleanID(text.Loose(b))
	return nil
}

// cleanID makes an id safe to draw. An id that would become a plain token only
// by losing characters is marked, so that it is not mistaken for another id.
func cleanID(s string) ID {
	id := ID(text.Clean(s, maxID))
	if string(id) != s && id.Valid() {
		id += "\uFFFD"
	}
	return id
}
