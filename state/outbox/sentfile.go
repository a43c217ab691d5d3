package outbox

import (
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// SentFile is an earlier batch made, or perhaps made, from the same file.
type SentFile struct {
	Submission string
	State      SubmissionState
	Batch      api.ID // "" if not known
	SentAt     time.Time
	Price      Price
}

// UnderWay reports whether its answer is still to come.
func (f *SentFile) UnderWay() bool { return f.State == SubmissionSending }

// Words describe the earlier batch next to the price.
func (f *SentFile) Words(now time.Time) text.Text {
	at := text.Of(f.SentAt.Local().Format("2 Jan 15:04"))
	if age := now.Sub(f.SentAt); age > 300*24*time.Hour {
		at = text.Of(f.SentAt.Local().Format("2 Jan 2006 15:04"))
	}
	switch f.State {
	case SubmissionSending:
		return "this file is being sent as a batch right now, perhaps in another window: wait for the answer"
	case SubmissionSent:
		said := "this file was sent as a batch on " + at + ", id " + text.Of(string(f.Batch))
		if f.Price.Cost != nil {
			said += ", " + text.Of(f.Price.Cost.String())
		}
		return said + ": confirming creates it and pays for it again"
	}
	return "this file was sent as a batch on " + at + ", but the outcome is unknown: confirming may pay for it twice"
}
