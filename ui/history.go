package ui

import (
	"time"

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

// recently formats a time of today or yesterday without its date.
func recently(t, now time.Time) text.Text {
	t, now = t.Local(), now.Local()
	yesterday := now.AddDate(0, 0, -1)
	if t.Year() == yesterday.Year() && t.YearDay() == yesterday.YearDay() {
		return text.Of("yesterday " + t.Format("15:04"))
	}
	return clock(t, now)
}
