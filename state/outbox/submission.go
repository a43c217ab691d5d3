package outbox

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"dubtop/state/draft"

	"dubtop/api"
	"dubtop/api/text"
)

// SubmissionState is where an intent to spend stands.
type SubmissionState string

// The states of a submission. Money can only be at stake from sending on.
const (
	SubmissionDraft     SubmissionState = "draft"
	SubmissionEstimated SubmissionState = "estimated"
	SubmissionConfirmed SubmissionState = "confirmed" // the user said yes
	SubmissionSending   SubmissionState = "sending"   // a byte may have left
	SubmissionSent      SubmissionState = "sent"      // accepted; for good
	SubmissionRejected  SubmissionState = "rejected"  // refused: nothing was created
	SubmissionQueued    SubmissionState = "queued"    // no slot or too many requests: nothing was created
	SubmissionUnknown   SubmissionState = "unknown"   // it may have been accepted, and charged
	SubmissionDropped   SubmissionState = "dropped"   // given up by the user; for good
)

// CanBecome reports whether a submission in state s may be next in state t.
// Nothing leads back from a state in which money may have been spent, but for
// a proof that it was not. Submission.Resend is the one way around this law,
// and is no part of it: what sends once more must say that it does.
func (s SubmissionState) CanBecome(t SubmissionState) bool {
	return s == t || slices.Contains(s.next(), t)
}

func (s SubmissionState) next() []SubmissionState {
	switch s {
	case "":
		return []SubmissionState{SubmissionDraft, SubmissionEstimated, SubmissionConfirmed}
	case SubmissionDraft:
		return []SubmissionState{SubmissionEstimated, SubmissionConfirmed}
	case SubmissionEstimated:
		return []SubmissionState{SubmissionDraft, SubmissionConfirmed, SubmissionDropped}
	case SubmissionConfirmed:
		return []SubmissionState{SubmissionDraft, SubmissionEstimated, SubmissionSending, SubmissionDropped}
	case SubmissionQueued:
		return []SubmissionState{
			SubmissionDraft, SubmissionEstimated, SubmissionConfirmed, SubmissionSending, SubmissionDropped,
		}
	case SubmissionSending:
		return []SubmissionState{
			SubmissionSent, SubmissionRejected, SubmissionQueued, SubmissionConfirmed, SubmissionUnknown,
		}
	case SubmissionRejected:
		return []SubmissionState{SubmissionDraft, SubmissionEstimated}
	case SubmissionUnknown:
		return []SubmissionState{SubmissionSent, SubmissionDropped}
	}
	return nil
}

// AtStake reports whether money may have been spent, or be spent right now.
func (s SubmissionState) AtStake() bool {
	return s == SubmissionSending || s == SubmissionSent || s == SubmissionUnknown
}

// SubmissionKind says what a submission makes.
type SubmissionKind string

// The kinds of submissions.
const (
	SubmitGeneration SubmissionKind = "generation"
	SubmitBatch      SubmissionKind = "batch"
)

// Submission is one intent to spend, from the draft to the answer. Its
// methods are the only ways on; a wrong one is an error and changes nothing.
// It must be durable in the journal before the effect that a state stands
// for.
type Submission struct {
	ID             string
	Kind           SubmissionKind
	State          SubmissionState
	IdempotencyKey string      // made when confirmed, and the same for ever after
	Draft          draft.Draft // generations only
	Body           []byte      // exactly what is priced and sent
	Files          []draft.File
	BatchLines     int
	WebhookURL     string // batches only; generations have it in Body
	// Told are the earlier batches of the same file that stood beside the price.
	// They are not kept.
	Told     []string
	Price    Price
	Unpriced bool // the user typed UnpricedWord

	Created, ConfirmedAt, SentAt, AnsweredAt time.Time

	GenerationID api.ID
	BatchID      api.ID
	Lead         api.ID    // a job that may be the one, of an unknown outcome
	Reason       text.Text // the server's words, or ours, for the state
	Model        string
	Name         text.Text
}

// The errors of wrong transitions.
var (
	ErrStale      = errors.New("the price is older than five minutes: estimate again")
	ErrUnpriced   = fmt.Errorf("the job has no price: type the word %q to send it anyway", UnpricedWord)
	ErrTransition = errors.New("the submission can't do this now")
)

var idempotencyKeyPattern = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,128}$`)

// NewSubmission begins a submission of the draft. The error is the draft's
// first problem. The files are still to be measured; see File.Measure.
func NewSubmission(id string, d draft.Draft, env draft.CheckEnv) (Submission, error) {
	r, files, err := d.Request(env)
	if err != nil {
		return Submission{}, err
	}
	body, err := draft.Encode(r)
	if err != nil {
		return Submission{}, err
	}
	return Submission{
		ID: id, Kind: SubmitGeneration, State: SubmissionDraft,
		Draft: d.Clone(), Body: body, Files: files,
		Created: env.Now, Model: r.Model, Name: d.Name(env),
	}, nil
}

// NewBatchSubmission begins a submission of a checked batch file; name is the
// file's. A file with problems is an error.
func NewBatchSubmission(id string, f draft.BatchFile, name, webhook string, now time.Time) (Submission, error) {
	if len(f.Problems) > 0 {
		return Submission{}, errors.New(f.Problems[0].String())
	}
	if _, words := draft.CheckWebhook(webhook); words != "" {
		return Submission{}, errors.New(words)
	}
	return Submission{
		ID: id, Kind: SubmitBatch, State: SubmissionDraft,
		Body: slices.Clone(f.Exact), BatchLines: len(f.Lines), WebhookURL: strings.TrimSpace(webhook),
		Created: now, Model: f.Model(), Name: text.Of(name),
	}, nil
}

// Estimate notes the price of exactly Body. A price that says nothing is
// noted, too; confirming it wants UnpricedWord.
func (s *Submission) Estimate(p Price, now time.Time) error {
	if len(s.Body) == 0 {
		return s.wrong("be estimated without a request")
	}
	if s.State.AtStake() || s.State == SubmissionRejected || s.State == SubmissionDropped {
		return s.wrong("be estimated")
	}
	if p.negative() {
		return fmt.Errorf("%w: the price is below zero", ErrTransition)
	}
	p.At = now
	s.State, s.Price, s.Unpriced = SubmissionEstimated, p, false
	s.ConfirmedAt, s.IdempotencyKey = time.Time{}, ""
	return nil
}

// Edit takes the submission back to the draft, which voids the price, the
// confirmation and the bytes. A new submission is made of what is edited.
func (s *Submission) Edit() error {
	if s.State.AtStake() || s.State == SubmissionDropped {
		return s.wrong("be edited")
	}
	s.State, s.Price, s.Unpriced = SubmissionDraft, Price{}, false
	s.Body, s.Files, s.IdempotencyKey, s.ConfirmedAt = nil, nil, "", time.Time{}
	return nil
}

// Confirm notes the user's yes to the price, and the key under which the
// request will be sent. It is ErrStale five minutes after the estimate, and
// ErrUnpriced without a price unless Unpriced is set. A submission that has a
// key already keeps it: one intent has one key for ever.
func (s *Submission) Confirm(now time.Time, key string) error {
	switch {
	case s.State != SubmissionEstimated:
		return s.wrong("be confirmed")
	case !idempotencyKeyPattern.MatchString(key):
		return fmt.Errorf("%w: the idempotency key is not one", ErrTransition)
	case !s.Price.Fresh(now):
		return ErrStale
	case !s.Price.Known() && !s.Unpriced:
		return ErrUnpriced
	}
	for _, f := range s.Files {
		if f.SHA256 == "" {
			return fmt.Errorf("%w: %s has not been measured", ErrTransition, f.Path)
		}
	}
	s.State, s.ConfirmedAt, s.IdempotencyKey = SubmissionConfirmed, now, cmp.Or(s.IdempotencyKey, key)
	return nil
}

// Send says that the first byte is about to leave. The journal must hold the
// result before it does. A price that went stale in the queue is ErrStale.
func (s *Submission) Send(now time.Time) error {
	switch {
	case !s.State.CanBecome(SubmissionSending) || s.State == SubmissionSending:
		return s.wrong("be sent")
	case s.IdempotencyKey == "" || len(s.Body) == 0:
		return s.wrong("be sent without a key and a body")
	case !s.Price.Fresh(now):
		return ErrStale
	}
	s.State, s.SentAt, s.Reason = SubmissionSending, now, ""
	return nil
}

// Answer lands what is known about the request: id is the job's or the
// batch's where the server named one, reason its words. An outcome that can't
// be known stays so until a proof comes; an acceptance is one.
func (s *Submission) Answer(o api.Outcome, id api.ID, reason string, now time.Time) error {
	if o == api.Accepted && id == "" {
		o = api.Unknown // without an id nobody can tell what was accepted
	}
	late := s.State == SubmissionUnknown && o == api.Accepted
	if s.State != SubmissionSending && !late {
		return s.wrong("be answered")
	}
	s.AnsweredAt, s.Reason = now, text.Of(reason)
	switch o {
	case api.Accepted:
		s.State = SubmissionSent
		if s.Kind == SubmitBatch {
			s.BatchID = id
		} else {
			s.GenerationID = id
		}
	case api.Refused:
		s.State = SubmissionRejected
	case api.Limited:
		s.State = SubmissionQueued
	case api.NotSent:
		s.State = SubmissionConfirmed
	default:
		s.State, s.Lead = SubmissionUnknown, id
	}
	return nil
}

// Interrupted is what a start makes of a request that was on its way when the
// program ended: nobody knows what became of it.
func (s *Submission) Interrupted(now time.Time) {
	if s.State != SubmissionSending {
		return
	}
	s.State, s.AnsweredAt = SubmissionUnknown, now
	s.Reason = "dubtop ended before the answer came; it may have been charged"
}

func (s *Submission) wrong(what string) error {
	return fmt.Errorf("%w: a submission that is %s can't %s", ErrTransition, s.State, what)
}
