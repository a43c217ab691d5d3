package text

import (
	"errors"
	"os"
	"strings"
)

// Words returns an error's text, cleaned for the screen, since even our own
// errors may quote remote text.
func Words(err error) Text {
	if err == nil {
		return ""
	}
	words := err.Error()
	if p, ok := errors.AsType[*os.PathError](err); ok && p.Err != nil {
		words = strings.ReplaceAll(words, p.Error(), p.Path+": "+p.Err.Error()) // without the name of the system call
	}
	return Clean(words, 600)
}
