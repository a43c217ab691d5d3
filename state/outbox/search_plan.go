package outbox

import (
	"time"

	"dubtop/state/instant"
)

// SearchPlan is dubtop's plan for a submission of unknown outcome.
type SearchPlan struct {
	FirstLook time.Time // before this, its job may not be in the list yet
	LastLook  time.Time // zero before the first
	NextLook  time.Time // zero after it stops looking
	Until     time.Time // when it stops looking
	Resend    time.Time // when it is sent again under its key; zero if it won't be
	Follows   bool      // the server named a job, which is being checked
	Found     bool      // its job is known, and is being linked
}

// Plan returns the plan; ok is false if the submission's outcome is not
// unknown.
func (r *Reconciler) Plan(submission string, now time.Time) (o SearchPlan, ok bool) {
	for _, n := range r.intents {
		if n.sub.ID != submission || !n.open() {
			continue
		}
		o.FirstLook, o.Until = n.ready(), instant.Of(n.sub.SentAt).Add(LookFor)
		looked := r.jobs.at
		if n.sub.Kind == SubmitBatch {
			looked = r.batches.at
		}
		if !looked.Before(o.FirstLook) {
			o.LastLook = looked
		}
		o.NextLook = instant.Later(o.FirstLook, looked.Add(lookAgain))
		if o.LastLook.IsZero() {
			o.NextLook = o.FirstLook
		}
		if o.NextLook.After(o.Until) {
			o.NextLook = time.Time{}
		}
		if r.mayResend(n, now) {
			o.Resend = n.resendAt()
		}
		o.Follows, o.Found = r.leads(n), n.link != ""
		return o, true
	}
	return SearchPlan{}, false
}
