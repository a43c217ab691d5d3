package draft

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"dubtop/api/text"
)

// MaxLabel is the most characters a label can have.
const MaxLabel = 64

// CheckLabel checks a label. The words are "" if it is valid or empty.
func CheckLabel(label string) (Severity, string) {
	label = strings.TrimSpace(label)
	switch n := utf8.RuneCountInString(label); {
	case n > MaxLabel:
		return SeverityError, fmt.Sprintf("the label has %d characters; the limit is %d", n, MaxLabel)
	case string(CleanLabel(label)) != label:
		return SeverityError, "a label must be one line of visible characters"
	}
	return SeverityNone, ""
}

// CleanLabel returns a label in a form that is safe to draw.
func CleanLabel(label string) text.Text { return text.Clean(label, 4*MaxLabel) }
