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
	if s.State == SubmissionEstimated { // its price is not agreed to, so it is too late to be sent again by itself
		at = instant.Earlier(at, now.Add(-ReplayWindow))
	}
	s.State, s.SentAt, s.AnsweredAt = SubmissionUnknown, at, now
	s.Reason = "another dubtop seems to have sent it: this journal was restored from a backup"
	return nil
}

// otherClock is how wrong the clock of the machine may have been that a submission is
// from. It is more than any time zone.
const otherClock = 24 * time.Hour

// EverSince returns the server time since which another copy of the journal may have
// sent a submission.
func (m *Matcher) EverSince(s *Submission) time.Time {
	created := instant.Of(s.Created) // the time of confirmation may be from here
	return instant.Earlier(created, created.Add(m.Skew)).Add(-otherClock)
}

// Elsewhere returns the earliest time at which another copy of the journal may have
// sent a waiting submission, by jobs and batches that are nobody's here. Those made
// since it was confirmed come first; but another clock may have told when that was.
func (m *Matcher) Elsewhere(s *Submission, jobs []api.Generation, batches []api.Batch, claimed func(api.ID) bool) (at time.Time, ok bool) {
	ever, confirmed := m.EverSince(s), instant.Of(cmp.Or(s.ConfirmedAt, s.Created)).Add(m.Skew-matchSlack)
	var before time.Time
	take := func(id api.ID, created time.Time) {
		switch {
		case claimed(id) || created.IsZero() || created.Before(ever):
		case created.Before(confirmed):
			before = instant.Earlier(before, instant.Of(created).Add(-m.Skew))
		default:
			at = instant.Earlier(at, instant.Of(created).Add(-m.Skew))
		}
	}
	if w, readable := readWanted(s); readable {
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
	at = cmp.Or(at, before)
	return at, !at.IsZero()
}

// likeBatch reports whether a submission may have made a batch, whose jobs may not
// be made yet.
func likeBatch(s *Submission, b *api.Batch) bool {
	size := b.Total == s.BatchLines || b.Total == 0
	return size && (b.WebhookURL.IsZero() || b.WebhookURL == api.ParseURL(s.WebhookURL))
}
