package ui

import (
	"dubtop/api/text"
)

// errorText returns an error as safe text. Even our own errors may quote remote
// words.
func errorText(err error) text.Text { return text.Words(err) }
