package ui

import (
	"cmp"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// none stands for an unknown value, which must never look like zero.
const none = "–"

// age formats the age of a time in at most four cells: 38s, 4m, 3h, 12d, 2y. A
// time in the future, as from a wrong clock, is +4m.
func age(then, now time.Time) text.Text {
	if then.IsZero() {
		return none
	}
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	d, sign := now.Sub(then), ""
	if d <= -time.Minute {
		d, sign = -d, "+"
	}
	switch {
	case sign != "" && d >= 100*day: // one more digit is one more cell
		return text.Sprintf("+%dy", min(99, 1+int(d/year)))
	case d < time.Minute:
		return text.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < time.Hour:
		return text.Sprintf("%s%dm", sign, int(d.Minutes()))
	case d < 48*time.Hour:
		return text.Sprintf("%s%dh", sign, int(d.Hours()))
	case d < 2*year:
		return text.Sprintf("%s%dd", sign, int(d/day))
	}
	return text.Sprintf("%dy", int(d/year))
}

// span formats a duration: 38s, 1m42s, 12m, 1h05m.
func span(d time.Duration) text.Text {
	d = d.Round(time.Second)
	switch {
	case d < time.Minute:
		return text.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < 10*time.Minute && d%time.Minute != 0:
		return text.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < time.Hour:
		return text.Sprintf("%dm", int(d.Minutes()))
	}
	return text.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

// roughly formats an expected duration. From two minutes on it leaves out the
// seconds, which would suggest a precision that the estimate does not have.
func roughly(d time.Duration) text.Text {
	if d >= 2*time.Minute {
		d = d.Round(time.Minute)
	}
	return span(d)
}

// happened formats a time and its age.
func happened(t, now time.Time) text.Text {
	switch {
	case t.IsZero():
		return none
	case t.After(now.Add(time.Minute)):
		return clock(t, now) + ", in the future: a clock is wrong"
	}
	return clock(t, now) + ", " + age(t, now) + " ago"
}

// length formats the length of a media file: 0:28, 12:04, 1:02:03.
func length(s api.Seconds) text.Text { return cmp.Or(text.Length(float64(s)), none) }

// bytesText formats a size: 812 B, 10.5 MB.
func bytesText(n int64) text.Text {
	if n <= 0 {
		return none
	}
	return text.Bytes(n)
}

// minutes formats a local time of day without seconds.
func minutes(t time.Time) text.Text { return text.Of(t.Local().Format("15:04")) }

// clock formats a local time, with its date unless that is today.
func clock(t, now time.Time) text.Text {
	if t.IsZero() {
		return none
	}
	t, now = t.Local(), now.Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return text.Of(t.Format("15:04:05"))
	}
	return text.Of(t.Format("2006-01-02 15:04"))
}

// endClock formats the time when something should be done, with the weekday
// unless it is today.
func endClock(end, now time.Time) text.Text {
	end, now = end.Local(), now.Local()
	if end.YearDay() != now.YearDay() || end.Year() != now.Year() {
		return text.Of(end.Format("Mon 15:04"))
	}
	return text.Of(end.Format("15:04"))
}

func minuteOf(t time.Time) time.Time { return t.Truncate(time.Minute) }

// recently formats a time of today or yesterday without its date.
func recently(t, now time.Time) text.Text {
	t, now = t.Local(), now.Local()
	yesterday := now.AddDate(0, 0, -1)
	if t.Year() == yesterday.Year() && t.YearDay() == yesterday.YearDay() {
		return text.Of("yesterday " + t.Format("15:04"))
	}
	return clock(t, now)
}
