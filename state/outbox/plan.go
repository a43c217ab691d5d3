package outbox

import (
	"errors"
	"strings"
	"time"

	"dubtop/state/instant"
)

// Plan is when a job set should be done, and how often it gets its turn. The zero
// Plan is that of a set without wishes.
type Plan struct {
	Deadline time.Time `json:"deadline,omitzero"`
	Priority Priority  `json:"priority,omitempty"`
}

// Priority is how often the jobs of a set get their turn, beside those of others.
type Priority string

// The priorities: of jobs of two sets, the one of the higher is sent four times as
// often. No job waits for ever.
const (
	PriorityNormal Priority = ""
	PriorityHigh   Priority = "high"
	PriorityLow    Priority = "low"
)

// weight is the number of turns.
func (p Priority) weight() float64 {
	switch p {
	case PriorityHigh:
		return 4
	case PriorityLow:
		return 0.25
	}
	return 1
}

// errPlan says what a plan may be.
var errPlan = errors.New("type a time like 18:00, 2026-12-01 09:00 or in 3h, and high or low if it matters")

// ParsePlan reads a deadline and a priority as typed: "18:00" is the next one by
// the clock of now, "2026-12-01 09:00" and "2026-12-01" (its end) are days,
// "in 3h" or "in 1h30m" counts from now, and "high", "normal" or "low" may follow or
// stand alone. Nothing is no plan.
func ParsePlan(typed string, now time.Time) (p Plan, err error) {
	words := strings.Fields(strings.ToLower(typed))
	if n := len(words); n > 0 {
		switch last := Priority(words[n-1]); last {
		case PriorityHigh, PriorityLow:
			p.Priority, words = last, words[:n-1]
		case "normal":
			words = words[:n-1]
		}
	}
	if len(words) == 0 {
		return p, nil
	}
	p.Deadline, err = parseDeadline(words, now)
	return p, err
}

func parseDeadline(words []string, now time.Time) (time.Time, error) {
	typed := strings.Join(words, " ")
	if words[0] == "in" {
		d, err := time.ParseDuration(strings.ReplaceAll(strings.Join(words[1:], ""), "min", "m"))
		if err != nil || d <= 0 {
			return time.Time{}, errPlan
		}
		return instant.Of(now.Add(d)), nil
	}
	if clock, err := time.Parse("15:04", typed); err == nil {
		at := onDay(now, clock)
		if !at.After(now) {
			at = onDay(now.AddDate(0, 0, 1), clock)
		}
		return instant.Of(at), nil
	}
	for _, form := range []string{"2006-01-02 15:04", "2006-01-02"} {
		at, err := time.ParseInLocation(form, typed, now.Location())
		switch {
		case err != nil:
			continue
		case form == "2006-01-02":
			at = at.AddDate(0, 0, 1)
		}
		if !at.After(now) {
			return time.Time{}, errors.New("this time has passed")
		}
		return instant.Of(at), nil
	}
	return time.Time{}, errPlan
}

// onDay is a time of day on the day of another time.
func onDay(day, clock time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, day.Location())
}

// String is the plan as it may be typed, by the clock of its deadline.
func (p Plan) String() string {
	var words []string
	if !p.Deadline.IsZero() {
		words = append(words, p.Deadline.Format("2006-01-02 15:04"))
	}
	if p.Priority != PriorityNormal {
		words = append(words, string(p.Priority))
	}
	return strings.Join(words, " ")
}

// Late is how long after the deadline something ends; 0 if it is in time, or has no
// deadline.
func (p Plan) Late(end time.Time) time.Duration {
	if p.Deadline.IsZero() || !end.After(p.Deadline) {
		return 0
	}
	return end.Sub(p.Deadline)
}
