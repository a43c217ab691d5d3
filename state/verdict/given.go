package verdict

import "dubtop/api/text"

// Given is a verdict with its note, which may be empty.
type Given struct {
	Verdict Verdict
	Note    text.Text
}

// Words is the verdict in words, "none" without one.
func (g Given) Words() text.Text {
	if g.Note == "" {
		return text.Of(g.Verdict.Shown())
	}
	return text.Of(g.Verdict.Shown()) + ": " + g.Note
}

// Shown is the word, "none" without one.
func (v Verdict) Shown() string {
	if v == None {
		return "none"
	}
	return string(v)
}
