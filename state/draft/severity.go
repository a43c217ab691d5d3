package draft

import "strings"

// Severity says how bad a problem is.
type Severity int

// The severities, from mildest to worst.
const (
	SeverityNone    Severity = iota
	SeverityWarning          // can be sent, but needs a look
	SeverityMissing          // not filled in yet
	SeverityError            // can't be sent like this
)

// Problem describes a problem with a field and what to do about it. The zero
// Problem means no problem.
type Problem struct {
	Field    string
	Severity Severity
	Words    string
}

// None reports whether there is no problem.
func (p Problem) None() bool { return p.Severity == SeverityNone }

// Blocks reports whether the problem prevents sending.
func (p Problem) Blocks() bool { return p.Severity >= SeverityMissing }

// with adds a warning to a problem, unless the problem is worse.
func with(warn string, s Severity, words string) (Severity, string) {
	switch {
	case warn == "" || s > SeverityWarning:
		return s, words
	case words == "":
		return SeverityWarning, warn
	}
	return SeverityWarning, strings.Join([]string{warn, words}, "; ")
}
