package ui

import (
	"time"

	"dubtop/api/text"
)

// Two clocks matter: the server's, which dates jobs, batches and assets, and
// ours for everything else. Every answer reveals the difference, so all times
// are shown on ours.

// clockTold is the difference between the clocks from which the user is told.
const clockTold = time.Minute

// ours converts a time of the server's clock to ours.
func (a *desk) ours(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-a.store.Forecast.Skew)
}

// serverAge returns the age of a time of the server's clock.
func (a *desk) serverAge(t time.Time) text.Text { return age(a.ours(t), a.Aged) }

// tellClocks warns that the clocks differ, since other programs will show wrong
// times as well.
func (a *desk) tellClocks() {
	if skew := a.store.Forecast.Skew; skew.Abs() >= clockTold && a.Toast.Text == "" {
		way := text.Text("behind")
		if skew < 0 {
			way = "ahead of"
		}
		a.Warn(text.Sprintf("this machine's clock is %s %s the server's; ages allow for it", span(skew.Abs()), way))
	}
}

// serverClock is the server's clock, for filters by age.
type serverClock struct{ *desk }

// Now returns the time that the ages on the screen are counted to, on the
// server's clock.
func (c serverClock) Now() time.Time { return c.Aged.Add(c.store.Forecast.Skew) }
