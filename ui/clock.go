package ui

import (
	"time"

	"dubtop/api/text"
)

// Two clocks tell the times on the screen: the server's says when a job, a batch
// or an asset was made, ours everything else. Every answer tells how far they
// are apart, so all times are drawn as ours.

// clockTold is how far apart the clocks must be for that to be told.
const clockTold = time.Minute

// ours is an instant of the server's clock on ours.
func (a *desk) ours(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-a.store.Forecast.Skew)
}

// serverAge says how long ago something was that the server tells the time of.
func (a *desk) serverAge(t time.Time) text.Text { return age(a.ours(t), a.Now) }

// tellClocks says that the clocks are far apart: other programs will be wrong
// about times, too.
func (a *desk) tellClocks() {
	if skew := a.store.Forecast.Skew; skew.Abs() >= clockTold && a.Toast.Text == "" {
		way := text.Text("behind")
		if skew < 0 {
			way = "ahead of"
		}
		a.Warn(text.Sprintf("this machine's clock is %s %s the server's; ages allow for it", span(skew.Abs()), way))
	}
}
