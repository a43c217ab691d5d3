package ui

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dubtop/api"
)

// none stands where a value is not known: an unknown is never drawn as zero.
const none = "–"

// age says how long ago something was, in at most four cells: 38s, 4m, 3h,
// 12d, 2y. A time that has not come yet is a clock that is wrong.
func age(then, now time.Time) string {
	if then.IsZero() {
		return none
	}
	d := now.Sub(then)
	switch {
	case d < -time.Minute:
		return "clock?"
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	case d < 2*365*24*time.Hour:
		return fmt.Sprintf("%dd", int(d.Hours()/24))
	}
	return fmt.Sprintf("%dy", int(d.Hours()/24/365))
}

// span says how long something takes or took: 38s, 1m42s, 12m, 1h05m.
func span(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < 10*time.Minute && d%time.Minute != 0:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

// roughly says a time that is only expected: to the minute where it is long,
// because seconds would promise what nobody knows.
func roughly(d time.Duration) string {
	if d >= 2*time.Minute {
		d = d.Round(time.Minute)
	}
	return span(d)
}

// happened says when something was, and how long ago.
func happened(t, now time.Time) string {
	switch {
	case t.IsZero():
		return none
	case t.After(now.Add(time.Minute)):
		return clock(t, now) + ", yet to come: a clock is wrong"
	}
	return clock(t, now) + ", " + age(t, now) + " ago"
}

// length says how long a piece of media is: 0:28, 12:04, 1:02:03.
func length(s api.Seconds) string {
	if s <= 0 {
		return none
	}
	n := int(math.Round(float64(s)))
	if n >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", n/3600, n/60%60, n%60)
	}
	return fmt.Sprintf("%d:%02d", n/60, n%60)
}

// bytesText says a size: 812 B, 10.5 MB.
func bytesText(n int64) string {
	if n <= 0 {
		return none
	}
	size, units := float64(n), []string{"B", "kB", "MB", "GB", "TB"}
	at := 0
	for size >= 1000 && at < len(units)-1 {
		size /= 1000
		at++
	}
	if at == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, units[at])
}

// clock says an instant of the local day, with the date when it is not today.
func clock(t, now time.Time) string {
	if t.IsZero() {
		return none
	}
	t, now = t.Local(), now.Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

// count says a number and what it counts: 1 job, 3 jobs.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// bar draws a share of a whole.
func (t *theme) bar(share float64, width int) string {
	share = min(1, max(0, share))
	if math.IsNaN(share) {
		share = 0
	}
	full := int(math.Round(share * float64(width)))
	return strings.Repeat(t.glyphs.full, full) + strings.Repeat(t.glyphs.empty, width-full)
}

// fit makes a plain text exactly width cells wide, cutting it with … or
// padding it with spaces.
func fit(s string, width int, right bool, more string) string {
	if width <= 0 {
		return ""
	}
	w := textWidth(s)
	if w > width {
		s = ansi.Truncate(s, width, more)
		w = ansi.StringWidth(s)
	}
	pad := strings.Repeat(" ", max(0, width-w))
	if right {
		return pad + s
	}
	return s + pad
}

// textWidth measures a text in cells; plain ASCII, nearly all there is, needs
// no look at grapheme clusters.
func textWidth(s string) int {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// wrap breaks a plain text into lines of at most width cells, between words
// where it can.
func wrap(s string, width int) []string {
	if s == "" {
		return nil
	}
	return strings.Split(ansi.Wrap(s, max(1, width), ""), "\n")
}

// fitStyled cuts a styled text to at most width cells.
func fitStyled(s string, width int) string {
	if ansi.StringWidth(s) <= width {
		return s
	}
	return ansi.Truncate(s, max(0, width), "…")
}

// padStyled makes a styled text exactly width cells wide.
func padStyled(s string, width int) string {
	w := ansi.StringWidth(s)
	if w > width {
		return ansi.Truncate(s, width, "")
	}
	return s + strings.Repeat(" ", width-w)
}
