package outbox

import (
	"cmp"
	"fmt"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// ReplayWindow is how long after its first attempt a request may be sent once
// more under the same key. Servers say that they remember keys, but not for how
// long; an hour is well within what is usual.
// https://sync.so/docs/api-reference/guides/idempotency
const ReplayWindow = time.Hour

// Link notes that a job, or a batch, is what came of the submission. Only an
// unknown outcome can be linked.
func (s *Submission) Link(id api.ID, now time.Time) error {
	switch {
	case s.State != SubmissionUnknown:
		return s.wrong("be linked")
	case id == "":
		return fmt.Errorf("%w: there is nothing to link it to", ErrTransition)
	}
	return s.Answer(api.Accepted, id, "found again after an unknown outcome", now)
}

// Resend says that an unknown submission is about to be sent once more: the
// same bytes under the same key, by a proof or by the user's choice. SentAt
// stays that of the first attempt. A batch is never sent again, since no server
// can tell the second from the first. Once ReplayWindow has passed, it wants a
// price as fresh as Send does; see Reprice.
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

// replayable reports whether the first attempt is recent enough. A clock that
// was set back makes it not so.
func (s *Submission) replayable(now time.Time) bool {
	age := now.Round(0).Sub(s.SentAt.Round(0))
	return !s.SentAt.IsZero() && age >= 0 && age < ReplayWindow
}

// Drop gives a submission up. One of unknown outcome may have been charged all
// the same, and goes on counting as that; see MayHaveCost.
func (s *Submission) Drop(now time.Time) error {
	if s.State == SubmissionDropped || !s.State.CanBecome(SubmissionDropped) {
		return s.wrong("be dropped")
	}
	if s.State != SubmissionUnknown {
		s.SentAt = time.Time{} // the attempts that there were are proved to have made nothing
	}
	s.State, s.AnsweredAt = SubmissionDropped, now
	return nil
}

// MayHaveCost reports whether the submission was charged, or may have been:
// dropping what was in doubt does not take the doubt away.
func (s *Submission) MayHaveCost() bool {
	return s.State.AtStake() || s.State == SubmissionDropped && !s.SentAt.IsZero()
}

// Reprice notes a new estimate of something agreed to already, because the old
// one went stale. A price that is no higher leaves the agreement standing. A
// higher one, or one that can't be compared, takes the submission back to
// estimated, so that the user is asked; its key stays, and it is asked about
// until there is a yes. Of a submission in doubt only the price changes.
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

// exceeds reports whether somebody who agreed to old did not agree to p.
func (p Price) exceeds(old Price) bool {
	if !old.Known() {
		return p.Known()
	}
	return above(p.Cost, old.Cost) || above(p.Credits, old.Credits)
}

func above[T cmp.Ordered](amount, agreed *T) bool {
	return agreed != nil && (amount == nil || *amount > *agreed)
}
