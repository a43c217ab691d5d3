package ui

import (
	"strings"

	"dubtop/api/text"
	"dubtop/ui/paint"
)

// statement is what the status line says: what matters first, then what goes
// with it.
type statement struct {
	words, more text.Text
	tone        paint.Tone
}

func (s statement) whole() text.Text {
	if s.more == "" {
		return s.words
	}
	return text.Of(strings.TrimSuffix(string(s.words), ".")) + "; " + s.more
}
