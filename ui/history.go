package ui

import (
	"dubtop/api/text"
)

// asOf returns the age of the list of jobs: the time of the last good answer,
// or, before the first one, of the journal's copy. At rest it steps with the
// minutes, like the clock in the header.
func (a *desk) asOf() text.Text {
	if t := a.store.Generations.AsOf(); !t.IsZero() {
		if !a.running() && !a.poller.Blind(a.Now) {
			return "as of " + minutes(t)
		}
		return "as of " + clock(t, a.Now)
	}
	if a.session == nil {
		return ""
	}
	if t := a.session.RecalledAt(); !t.IsZero() {
		return "from the journal, as of " + recently(t, a.Now)
	}
	return ""
}
