package ui

import (
	"strings"

	"dubtop/api/text"
	"dubtop/ui/paint"
)

// statement is the text of the status line: the main part first, then the rest.
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
