package outbox

import (
	"cmp"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
)

// Waits reports whether a submission in this state may be sent, perhaps after
// its new price is confirmed.
func (s SubmissionState) Waits() bool {
	return s == SubmissionEstimated || s == SubmissionConfirmed || s == SubmissionQueued
}

// SentElsewhere makes a waiting submission one of unknown outcome, because another
// copy of the journal seems to have sent it at that time.
func (s *Submission) SentElsewhere(at, now time.Time) error {
	if !s.State.Waits() {
		return s.wrong("have been sent elsewhere")
	}
	s.State, s.SentAt, s.AnsweredAt = SubmissionUnknown, at, now
	s.Reason = "another dubtop seems to have sent it: this journal was restored from a backup"
	return nil
}

// Elsewhere returns the earliest time at which another copy of the journal may have
// sent a waiting submission, by jobs and batches that are nobody's here. It
// considers all that were made since the submission was confirmed.
func (m *Matcher) Elsewhere(s *Submission, jobs []api.Generation, batches []api.Batch, claimed func(api.ID) bool) (at time.Time, ok bool) {
	since := *s
	since.SentAt = cmp.Or(s.ConfirmedAt, s.Created)
	take := func(id api.ID, created time.Time) {
		if !claimed(id) && !created.IsZero() && !created.Before(instant.Of(since.SentAt).Add(m.Skew-matchSlack)) {
			at, ok = instant.Earlier(at, instant.Of(created).Add(-m.Skew)), true
		}
	}
	if w, readable := readWanted(&since); readable {
		for i := range jobs {
			if m.match(w, &jobs[i]) > MatchNone {
				take(jobs[i].ID, jobs[i].CreatedAt.Time)
			}
		}
	}
	if s.Kind == SubmitBatch {
		for i := range batches {
			if likeBatch(s, &batches[i]) {
				take(batches[i].ID, batches[i].CreatedAt.Time)
			}
		}
	}
	return at, ok
}

// likeBatch reports whether a submission may have made a batch, whose jobs may not
// be made yet.
func likeBatch(s *Submission, b *api.Batch) bool {
	size := b.Total == s.BatchLines || b.Total == 0
	return size && (b.WebhookURL.IsZero() || b.WebhookURL == api.ParseURL(s.WebhookURL))
}
