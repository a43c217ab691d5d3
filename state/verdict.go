package state

import "dubtop/state/verdict"

// Verdicts are the user's verdicts on jobs, by id. They are never sent to the
// server. The zero Verdicts is empty and ready to use.
type Verdicts struct {
	of map[string]verdict.Given
}

// Of returns the verdict on a job, the zero Verdict if there is none.
func (v *Verdicts) Of(id string) verdict.Given { return v.of[id] }

// Any reports whether there is a verdict at all.
func (v *Verdicts) Any() bool { return len(v.of) > 0 }

// set replaces the verdict on a job; a zero one removes it.
func (v *Verdicts) set(id string, given verdict.Given) {
	switch {
	case given == (verdict.Given{}):
		delete(v.of, id)
	case v.of == nil:
		v.of = map[string]verdict.Given{id: given}
	default:
		v.of[id] = given
	}
}
