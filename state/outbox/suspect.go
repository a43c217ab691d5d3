package outbox

import "time"

// MayHaveMade returns a submission whose outcome is not known yet and that may
// have made a job of this age, by our clock. Such a job must not be deleted: it
// may be the only proof that the request was accepted.
func (o *Outbox) MayHaveMade(created time.Time) (sub Submission, ok bool) {
	for _, sub := range o.unresolved {
		undecided := sub.State == SubmissionSending || sub.State == SubmissionUnknown
		if undecided && !created.Before(sub.SentAt.Add(-matchSlack)) && created.Before(sub.SentAt.Add(LookFor)) {
			return sub, true
		}
	}
	return Submission{}, false
}
