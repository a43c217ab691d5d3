package draft

import "strings"

// Finding is what a look at the file behind an input brought.
type Finding struct {
	Holds   string  // video, image or audio; "" unknown
	Seconds float64 // of the track that is used; 0 unknown, or of an image
	Within  float64 // how far Seconds may be off, in seconds
	Refuse  string  // why it can't be this input, whoever fetches it; "" if it may
	// Warn is what else speaks against it, "" if nothing does: whoever can't
	// reach a link from here does not know whether the server can.
	Warn string
	// Untried says that it was not looked at, because its host sends nothing.
	Untried bool
}

// found is what is known of the file in a field, nothing at all before it was
// looked at.
func (e CheckEnv) found(field string, m Media) Finding {
	if e.Found == nil {
		return Finding{}
	}
	if f, looked := e.Found(field, m); looked {
		return f
	}
	return Finding{}
}

// with adds a warning to what else is wrong, unless that is worse.
func with(warn string, s Severity, words string) (Severity, string) {
	switch {
	case warn == "" || s > SeverityWarning:
		return s, words
	case words == "":
		return SeverityWarning, warn
	}
	return SeverityWarning, strings.Join([]string{warn, words}, "; ")
}
