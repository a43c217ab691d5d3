package draft

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"dubtop/api/text"
)

// MaxLabel is the most characters that a label may have.
const MaxLabel = 64

// CheckLabel says what is wrong with a label, "" if nothing is. No label is
// none.
func CheckLabel(label string) (Severity, string) {
	label = strings.TrimSpace(label)
	switch n := utf8.RuneCountInString(label); {
	case n > MaxLabel:
		return SeverityError, fmt.Sprintf("the label has %d characters; %d is the most", n, MaxLabel)
	case string(CleanLabel(label)) != label:
		return SeverityError, "a label is one line of characters that can be seen"
	}
	return SeverityNone, ""
}

// CleanLabel is a label as it may be drawn, whoever wrote it.
func CleanLabel(label string) text.Text { return text.Clean(label, 4*MaxLabel) }
