package outbox

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
)

// SubmissionState is the stage of a submission.
type SubmissionState string

// The states of a submission. Money can be at stake only from sending on.
const (
	SubmissionDraft     SubmissionState = "draft"
	SubmissionEstimated SubmissionState = "estimated"
	SubmissionConfirmed SubmissionState = "confirmed" // confirmed by the user
	SubmissionSending   SubmissionState = "sending"   // a byte may have been sent
	SubmissionSent      SubmissionState = "sent"      // accepted; final
	SubmissionRejected  SubmissionState = "rejected"  // refused: nothing was created
	SubmissionQueued    SubmissionState = "queued"    // no slot, or rate limited: nothing was created
	SubmissionUnknown   SubmissionState = "unknown"   // it may have been accepted, and charged
	SubmissionDropped   SubmissionState = "dropped"   // given up by the user; final
)

// CanBecome reports whether state t may follow state s. A state in which money
// may have been spent can only be left by a proof that it was not.
// Submission.Resend is the one deliberate exception.
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

// AtStake reports whether money was, may have been, or is just now being spent.
func (s SubmissionState) AtStake() bool {
	return s == SubmissionSending || s == SubmissionSent || s == SubmissionUnknown
}

// SubmissionKind says what a submission creates.
type SubmissionKind string

// The kinds of submissions.
const (
	SubmitGeneration SubmissionKind = "generation"
	SubmitBatch      SubmissionKind = "batch"
)

// Submission is one request that costs money, from draft to answer. Change it
// only through its methods; a wrong transition is an error and changes nothing.
// A new state must be saved in the journal before it takes effect.
type Submission struct {
	ID             string
	Kind           SubmissionKind
	State          SubmissionState
	IdempotencyKey string      // made on confirmation, then never changed
	Draft          draft.Draft // generations only
	Body           []byte      // exactly the bytes priced and sent
	Files          []draft.File
	BatchLines     int
	WebhookURL     string // batches only; generations have it in Body
	// Lines are the jobs of a batch that dubtop wrote itself. They are saved with
	// it, and not read back with it; see journal.BatchLines.
	Lines []BatchLine
	// Shown are the ids of the earlier batches of the same file that were shown
	// beside the price. They are not saved.
	Shown    []string
	Price    Price
	Unpriced bool // the user typed UnpricedWord

	Created, ConfirmedAt, SentAt, AnsweredAt time.Time

	GenerationID api.ID
	BatchID      api.ID
	Lead         api.ID    // a job that may have been made, if the outcome is unknown
	Reason       text.Text // the server's or our words about the state
	Model        string
	Name         text.Text
}

// The errors of invalid transitions.
var (
	ErrStale      = errors.New("the price is older than five minutes: estimate again")
	ErrUnpriced   = fmt.Errorf("the job has no price: type the word %q to send it anyway", UnpricedWord)
	ErrTransition = errors.New("the submission can't do this now")
	ErrGone       = errors.New("an asset that one of its files became is gone: it is uploaded again")
)

// NewSubmission creates a submission of the draft. The error is the draft's
// first problem. Its files must still be measured; see [draft.File.Measure].
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

// NewBatchSubmission creates a submission of a checked batch file with the
// given file name. A file with problems is an error.
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

// Estimate records the price of Body. It also records an empty price;
// confirming that requires UnpricedWord.
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

// Edit returns the submission to draft, discarding the price, the confirmation
// and the body. The edited draft becomes a new submission.
func (s *Submission) Edit() error {
	if s.State.AtStake() || s.State == SubmissionDropped {
		return s.wrong("be edited")
	}
	s.State, s.Price, s.Unpriced = SubmissionDraft, Price{}, false
	s.Body, s.Files, s.IdempotencyKey, s.ConfirmedAt = nil, nil, "", time.Time{}
	return nil
}

// Confirm records the user's consent to the price, and the key for the request.
// It returns ErrStale if the estimate is older than PriceValid, and ErrUnpriced
// if there is no price and Unpriced is not set. A submission keeps the first
// key it was given.
func (s *Submission) Confirm(now time.Time, key string) error {
	switch {
	case s.State != SubmissionEstimated:
		return s.wrong("be confirmed")
	case !api.IsIdempotencyKey(key):
		return fmt.Errorf("%w: the idempotency key is malformed", ErrTransition)
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

// Send moves the submission to sending. The journal must hold the result before
// the first byte is sent. It returns ErrStale if the price went stale in the
// queue.
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

// Answer records the outcome of the request: id is the job or batch if the
// server named one, reason its words. An unknown outcome stays unknown until it
// turns out to be accepted.
func (s *Submission) Answer(o api.Outcome, id api.ID, reason string, now time.Time) error {
	if o == api.Accepted && id == "" {
		o = api.Unknown // without an id it can't be found again
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

// Job is the generation or batch that was created, or "".
func (s *Submission) Job() api.ID { return cmp.Or(s.GenerationID, s.BatchID) }

// Interrupted marks a request as of unknown outcome that was being sent when
// the program ended. It is called at the start.
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

// Local lists the submission's files that are not assets, and would go with the
// request.
func (s *Submission) Local() (files []draft.File) {
	for _, f := range s.Files {
		if f.Asset == "" {
			files = append(files, f)
		}
	}
	return files
}

// HasLocal reports whether Local lists any.
func (s *Submission) HasLocal() bool {
	return slices.ContainsFunc(s.Files, func(f draft.File) bool { return f.Asset == "" })
}
