package outbox

import (
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/instant"
)

// intent is a submission that may have made an unidentified job. Only unknown
// ones are resolved; the others are rivals for the jobs found.
type intent struct {
	sub      Submission
	wanted   *wanted // nil for batches
	cold     bool    // the lead has led nowhere so far
	followed time.Time
	resent   time.Time
	linked   time.Time // when the link was handed out
	link     api.ID    // the job to link to, or ""
	question *Question // nil if there is none
	asked    bool
	end      draft.LinkEnd // link expiry of the request
	fits     []Candidate   // matching jobs of a look, whoever has them
	fitsOf   int           // the number of that look
}

// update takes in the submission's current state. Decisions about an earlier
// attempt are discarded.
func (n *intent) update(s *Submission) (changed bool) {
	if n.sub.State != s.State || !n.sub.AnsweredAt.Equal(s.AnsweredAt) || n.sub.Lead != s.Lead {
		resent := n.resent
		if !n.sub.AnsweredAt.Equal(s.AnsweredAt) {
			resent = time.Time{} // it was resent and answered: resendAt says when next
		}
		*n = intent{wanted: n.wanted, resent: resent, end: n.end}
		changed = true
	}
	if n.wanted == nil {
		n.wanted, _ = readWanted(s)
		if s.Kind == SubmitGeneration { // a batch is never sent again
			n.end = s.LinkEnd()
		}
	}
	if n.wanted != nil {
		n.wanted.until = givenUp(s) // a resend extends it
	}
	n.sub = *s
	return changed
}

// open reports whether the outcome is still unknown.
func (n *intent) open() bool { return n.sub.State == SubmissionUnknown }

// began is when the outcome became unknown.
func (n *intent) began() time.Time {
	if n.sub.AnsweredAt.After(n.sub.SentAt) {
		return instant.Of(n.sub.AnsweredAt)
	}
	return instant.Of(n.sub.SentAt)
}

// ready is when to look first; before that the job may not be in the list yet.
func (n *intent) ready() time.Time { return n.began().Add(quarantine) }

// resendAt doubles the wait with every attempt: it waits as long as the outcome
// has been unknown.
func (n *intent) resendAt() time.Time {
	lasted := n.began().Sub(instant.Of(n.sub.SentAt))
	return n.began().Add(min(max(lasted, soonest), latest))
}

// lookDue reports whether the last look came too early for the submission, or
// is too old. After LookFor, only a submission never looked for is due.
func (n *intent) lookDue(looked, now time.Time) bool {
	if now.Before(n.ready()) {
		return false
	}
	if looked.Before(n.ready()) || looked.After(now) {
		return true
	}
	return now.Before(instant.Of(n.sub.SentAt).Add(LookFor)) && due(looked, lookAgain, now)
}
