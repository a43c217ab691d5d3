package api

import (
	"regexp"

	"dubtop/api/text"
)

// ID names one thing of the account. It is opaque; ids that are not plain
// tokens are kept for display, but Valid reports false and no request is made
// with them.
type ID string

// maxID is the most bytes of an id kept for display.
const maxID = 256

var plainToken = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// Valid reports whether the id is 1 to 128 letters, digits, _ or -, so that
// it can stand in a path.
func (id ID) Valid() bool { return plainToken.MatchString(string(id)) }

// Short is enough of an id to recognise it by.
func (id ID) Short() string {
	const enough = 8
	n := 0
	for i := range string(id) { // not bytes: an id may be made of anything
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

// cleanID makes an id safe to draw. One that only became a plain token by
// losing characters is marked, lest it be taken for another thing's id.
func cleanID(s string) ID {
	id := ID(text.Clean(s, maxID))
	if string(id) != s && id.Valid() {
		id += "\uFFFD"
	}
	return id
}
