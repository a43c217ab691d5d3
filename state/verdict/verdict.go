// Package verdict is what somebody decided about a take: approved, or to be made
// again.
//
// It knows the words. It never knows jobs, who decided, or where a verdict is
// kept.
package verdict

import (
	"fmt"

	"dubtop/api/text"
)

// Verdict is a decision about a take. Its words are those of the journal, of the
// review page and of verdicts.json.
type Verdict string

// The verdicts.
const (
	None     Verdict = "" // not decided, or taken back
	Approved Verdict = "approved"
	Retake   Verdict = "retake" // to be made again
)

// MaxNote is the longest note, in bytes.
const MaxNote = 2 << 10

// Parse reads a verdict's word exactly.
func Parse(word string) (Verdict, error) {
	switch v := Verdict(word); v {
	case None, Approved, Retake:
		return v, nil
	}
	return None, fmt.Errorf("a verdict is %q, %q or empty, not %q", Approved, Retake, text.Clean(word, 40))
}

// Note cleans the note of a verdict and limits its length.
func Note(s string) text.Text { return text.Clean(s, MaxNote) }

// Words says a verdict in a list.
func (v Verdict) Words() text.Text { return text.Of(string(v)) }
