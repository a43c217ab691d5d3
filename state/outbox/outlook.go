package outbox

import (
	"time"

	"dubtop/state/instant"
)

// Outlook is what dubtop does by itself about a submission in doubt, and when.
type Outlook struct {
	FirstLook time.Time // earlier, its job may not be in the list yet
	LastLook  time.Time // zero before the first
	NextLook  time.Time // zero when it has given up looking
	Until     time.Time // when it stops looking
	Resend    time.Time // when it goes out once more under its key; zero if it won't
	Follows   bool      // the server named a job, which is being looked at
	Found     bool      // its job is known, and is being linked
}

// Outlook tells what happens next; ok is false for what is not in doubt.
func (r *Reconciler) Outlook(submission string, now time.Time) (o Outlook, ok bool) {
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
	return Outlook{}, false
}
