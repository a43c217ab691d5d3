package outbox

import (
	"cmp"
	"fmt"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// ReplayWindow is how long after its first attempt a request may be sent again
// under the same key. Servers document that they remember keys, but not for how
// long; an hour is well within common practice.
// https://sync.so/docs/api-reference/guides/idempotency
const ReplayWindow = time.Hour

// Link records the job or batch that the submission made. Only an unknown
// outcome can be linked.
func (s *Submission) Link(id api.ID, now time.Time) error {
	switch {
	case s.State != SubmissionUnknown:
		return s.wrong("be linked")
	case id == "":
		return fmt.Errorf("%w: there is nothing to link it to", ErrTransition)
	}
	return s.Answer(api.Accepted, id, "found again after an unknown outcome", now)
}

// Resend moves an unknown submission to sending again: the same bytes under the
// same key, after a proof that this is safe or by the user's choice. SentAt
// keeps the time of the first attempt. A batch is never sent again, because
// batches have no keys and it could be made twice. After ReplayWindow the price
// must be as fresh as for Send; see Reprice.
func (s *Submission) Resend(now time.Time) error {
	switch {
	case s.State != SubmissionUnknown:
		return s.wrong("be sent once more")
	case s.Kind == SubmitBatch:
		return fmt.Errorf("%w: a batch is never sent again, it could be made twice", ErrTransition)
	case s.IdempotencyKey == "" || len(s.Body) == 0:
		return s.wrong("be sent without a key and a body")
	case !s.replayable(now) && !s.Price.Fresh(now):
		return ErrStale
	}
	s.State, s.Reason = SubmissionSending, ""
	return nil
}

// replayable reports whether the first attempt is within ReplayWindow. It is
// false if the clock was set back.
func (s *Submission) replayable(now time.Time) bool {
	age := now.Round(0).Sub(s.SentAt.Round(0))
	return !s.SentAt.IsZero() && age >= 0 && age < ReplayWindow
}

// Drop gives a submission up. If its outcome is unknown it may still have been
// charged, and keeps counting as such; see MayHaveCost.
func (s *Submission) Drop(now time.Time) error {
	if s.State == SubmissionDropped || !s.State.CanBecome(SubmissionDropped) {
		return s.wrong("be dropped")
	}
	if s.State != SubmissionUnknown {
		s.SentAt = time.Time{} // earlier attempts are proved to have made nothing
	}
	s.State, s.AnsweredAt = SubmissionDropped, now
	return nil
}

// MayHaveCost reports whether the submission was, or may have been, charged.
// Dropping an unknown outcome does not change that.
func (s *Submission) MayHaveCost() bool {
	return s.State.AtStake() || s.State == SubmissionDropped && !s.SentAt.IsZero()
}

// Reprice records a new estimate after the old one went stale. If the price is
// no higher, the confirmation stands. If it is higher or can't be compared, the
// submission returns to estimated, keeping its key, and the user must confirm
// it again. For an unknown outcome only the price changes.
func (s *Submission) Reprice(p Price, now time.Time) error {
	switch s.State {
	case SubmissionEstimated, SubmissionConfirmed, SubmissionQueued, SubmissionUnknown:
	default:
		return s.wrong("be priced again")
	}
	if p.negative() {
		return fmt.Errorf("%w: the price is below zero", ErrTransition)
	}
	if s.State == SubmissionEstimated || s.State != SubmissionUnknown && p.exceeds(s.Price) {
		key := s.IdempotencyKey
		if err := s.Estimate(p, now); err != nil {
			return err
		}
		s.IdempotencyKey = key
		s.Reason = "the price is not the one you agreed to: confirm it again"
		if !p.Known() {
			s.Reason = "it has no price any more: " + text.Of(p.Basis)
		}
		return nil
	}
	p.At = now
	s.Price = p
	return nil
}

func (p Price) negative() bool {
	return p.Cost != nil && *p.Cost < 0 || p.Credits != nil && !(*p.Credits >= 0)
}

// exceeds reports whether a user who agreed to old has not agreed to p.
func (p Price) exceeds(old Price) bool {
	if !old.Known() {
		return p.Known()
	}
	return above(p.Cost, old.Cost) || above(p.Credits, old.Credits)
}

func above[T cmp.Ordered](amount, agreed *T) bool {
	return agreed != nil && (amount == nil || *amount > *agreed)
}
