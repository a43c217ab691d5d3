package outbox

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/state/draft"
)

const testKey = "0b5f0f0e-1f5c-4d1a-9f0e-2f1f6f3c9a11"

func dollars(m api.Micros) Price { return Price{Cost: &m, Frames: 250, Seconds: 10, Basis: "asset"} }

// submissionIn returns a submission that reached a state in the usual way.
func submissionIn(t interface{ Fatal(...any) }, in SubmissionState) Submission {
	s, err := NewSubmission("s1", good(), desk())
	if err != nil {
		t.Fatal(err)
	}
	steps := map[SubmissionState]func() error{
		SubmissionEstimated: func() error { return s.Estimate(dollars(500_000), noon) },
		SubmissionConfirmed: func() error { return s.Confirm(noon, testKey) },
		SubmissionSending:   func() error { return s.Send(noon) },
		SubmissionSent:      func() error { return s.Answer(api.Accepted, "g1", "", noon) },
		SubmissionRejected:  func() error { return s.Answer(api.Refused, "", "no", noon) },
		SubmissionQueued:    func() error { return s.Answer(api.Limited, "", "busy", noon) },
		SubmissionUnknown:   func() error { return s.Answer(api.Unknown, "", "lost", noon) },
		SubmissionDropped:   func() error { s.State = SubmissionConfirmed; return s.Drop(noon) },
	}
	way := []SubmissionState{SubmissionEstimated, SubmissionConfirmed, SubmissionSending}
	if i := slices.Index(way, in); i >= 0 {
		way = way[:i+1]
	} else if in == SubmissionDraft {
		way = nil
	} else {
		way = append(way, in)
	}
	for _, step := range way {
		if err := steps[step](); err != nil {
			t.Fatal(step, err)
		}
	}
	if s.State != in {
		t.Fatal("came to", s.State, "instead of", in)
	}
	return s
}

func allStates() []SubmissionState {
	return []SubmissionState{
		SubmissionDraft, SubmissionEstimated, SubmissionConfirmed, SubmissionSending,
		SubmissionSent, SubmissionRejected, SubmissionQueued, SubmissionUnknown, SubmissionDropped,
	}
}

// Every method in every state leads where it should, or is an error and changes
// nothing.
func TestTransitions(t *testing.T) {
	acts := map[string]func(*Submission) error{
		"estimate": func(s *Submission) error { return s.Estimate(dollars(1), noon) },
		"edit":     (*Submission).Edit,
		"confirm":  func(s *Submission) error { return s.Confirm(noon, testKey) },
		"send":     func(s *Submission) error { return s.Send(noon) },
		"accept":   func(s *Submission) error { return s.Answer(api.Accepted, "g", "", noon) },
		"refuse":   func(s *Submission) error { return s.Answer(api.Refused, "", "no", noon) },
		"limit":    func(s *Submission) error { return s.Answer(api.Limited, "", "busy", noon) },
		"not sent": func(s *Submission) error { return s.Answer(api.NotSent, "", "offline", noon) },
		"lose":     func(s *Submission) error { return s.Answer(api.Unknown, "", "reset", noon) },
		"link":     func(s *Submission) error { return s.Link("g", noon) },
		"drop":     func(s *Submission) error { return s.Drop(noon) },
	}
	allowed := map[string]map[SubmissionState]SubmissionState{
		"estimate": {
			SubmissionDraft: SubmissionEstimated, SubmissionEstimated: SubmissionEstimated,
			SubmissionConfirmed: SubmissionEstimated, SubmissionQueued: SubmissionEstimated,
		},
		"edit": {
			SubmissionDraft: SubmissionDraft, SubmissionEstimated: SubmissionDraft, SubmissionConfirmed: SubmissionDraft,
			SubmissionQueued: SubmissionDraft, SubmissionRejected: SubmissionDraft,
		},
		"confirm":  {SubmissionEstimated: SubmissionConfirmed},
		"send":     {SubmissionConfirmed: SubmissionSending, SubmissionQueued: SubmissionSending},
		"accept":   {SubmissionSending: SubmissionSent, SubmissionUnknown: SubmissionSent},
		"refuse":   {SubmissionSending: SubmissionRejected},
		"limit":    {SubmissionSending: SubmissionQueued},
		"not sent": {SubmissionSending: SubmissionConfirmed},
		"lose":     {SubmissionSending: SubmissionUnknown},
		"link":     {SubmissionUnknown: SubmissionSent},
		"drop": {
			SubmissionEstimated: SubmissionDropped, SubmissionConfirmed: SubmissionDropped,
			SubmissionQueued: SubmissionDropped, SubmissionUnknown: SubmissionDropped,
		},
	}
	for name, act := range acts {
		for _, from := range allStates() {
			s := submissionIn(t, from)
			before := s
			err := act(&s)
			to, ok := allowed[name][from]
			switch {
			case ok && (err != nil || s.State != to):
				t.Errorf("%s when %s: %v, now %s, want %s", name, from, err, s.State, to)
			case ok && !from.CanBecome(to):
				t.Errorf("%s can't become %s, but did", from, to)
			case !ok && !errors.Is(err, ErrTransition):
				t.Errorf("%s when %s: %v, want ErrTransition", name, from, err)
			case !ok && !reflect.DeepEqual(s, before):
				t.Errorf("%s when %s was refused, but changed the submission", name, from)
			}
		}
	}
}

func TestPricesGoStale(t *testing.T) {
	s := submissionIn(t, SubmissionEstimated)
	if err := s.Confirm(noon.Add(PriceValid), testKey); !errors.Is(err, ErrStale) {
		t.Errorf("after five minutes: %v, want ErrStale", err)
	}
	if err := s.Confirm(noon.Add(-time.Hour), testKey); !errors.Is(err, ErrStale) {
		t.Errorf("with the clock set back: %v, want ErrStale", err)
	}
	if err := s.Confirm(noon.Add(PriceValid-time.Second), testKey); err != nil {
		t.Errorf("just in time: %v", err)
	}
	if err := s.Send(noon.Add(PriceValid)); !errors.Is(err, ErrStale) || s.State != SubmissionConfirmed {
		t.Errorf("sent late: %v, %s; want ErrStale", err, s.State)
	}
}

func TestJobsWithoutAPriceNeedTheWord(t *testing.T) {
	s := submissionIn(t, SubmissionDraft)
	if err := s.Estimate(Price{Basis: "script", Approximate: true}, noon); err != nil {
		t.Fatal(err)
	}
	if err := s.Confirm(noon, testKey); !errors.Is(err, ErrUnpriced) {
		t.Errorf("without the word: %v, want ErrUnpriced", err)
	}
	s.Unpriced = true
	if err := s.Confirm(noon, testKey); err != nil {
		t.Errorf("with the word: %v", err)
	}
	if err := s.Estimate(Price{}, noon); err != nil || s.Unpriced {
		t.Errorf("a new estimate (%v) must ask for the word again", err)
	}
}

func TestPricesBelowZeroAreRefused(t *testing.T) {
	s := submissionIn(t, SubmissionDraft)
	for _, p := range []Price{dollars(-1), {Credits: new(-0.5)}} {
		if err := s.Estimate(p, noon); err == nil {
			t.Errorf("price %+v was taken", p)
		}
	}
}

func TestConfirmNeedsAKeyAndMeasuredFiles(t *testing.T) {
	s := submissionIn(t, SubmissionEstimated)
	for _, key := range []string{"", "a b", "ü", strings.Repeat("k", 129)} {
		if err := s.Confirm(noon, key); !errors.Is(err, ErrTransition) {
			t.Errorf("key %q: %v", key, err)
		}
	}
	s.Files = []draft.File{{Field: "video", Path: "/a.mp4", Size: 3}}
	if err := s.Confirm(noon, testKey); err == nil || !strings.Contains(err.Error(), "measured") {
		t.Errorf("an unmeasured file: %v", err)
	}
}

func TestEditVoidsTheConfirmation(t *testing.T) {
	s := submissionIn(t, SubmissionConfirmed)
	if err := s.Edit(); err != nil {
		t.Fatal(err)
	}
	if s.Price.Known() || s.IdempotencyKey != "" || s.Body != nil || !s.ConfirmedAt.IsZero() {
		t.Errorf("left over: %+v", s)
	}
	if err := s.Estimate(dollars(1), noon); !errors.Is(err, ErrTransition) {
		t.Errorf("a price for nothing: %v", err)
	}
}

func TestKeyStaysWithTheSubmission(t *testing.T) {
	s := submissionIn(t, SubmissionQueued)
	if s.Reason != "busy" || s.IdempotencyKey != testKey {
		t.Fatalf("queued: %q under %q", s.Reason, s.IdempotencyKey)
	}
	if err := s.Send(noon.Add(time.Minute)); err != nil || s.IdempotencyKey != testKey || s.Reason != "" {
		t.Errorf("sent again: %v, %+v", err, s)
	}
}

func TestAnswersNameTheJob(t *testing.T) {
	s := submissionIn(t, SubmissionSending)
	if err := s.Answer(api.Accepted, "", "an empty answer", noon); err != nil || s.State != SubmissionUnknown {
		t.Errorf("accepted without an id: %v, %s; want unknown", err, s.State)
	}
	s = submissionIn(t, SubmissionSending)
	if err := s.Answer(api.Unknown, "g7", "503", noon); err != nil || s.Lead != "g7" || s.GenerationID != "" {
		t.Errorf("a lead: %v, %+v", err, s)
	}
	s = submissionIn(t, SubmissionSending)
	s.Kind = SubmitBatch
	if err := s.Answer(api.Accepted, "b1", "", noon); err != nil || s.BatchID != "b1" || s.GenerationID != "" {
		t.Errorf("a batch: %v, %+v", err, s)
	}
}

func TestInterruptedRequestsAreUnknown(t *testing.T) {
	for _, in := range allStates() {
		s := submissionIn(t, in)
		s.Interrupted(noon.Add(time.Hour))
		want := in
		if in == SubmissionSending {
			want = SubmissionUnknown
		}
		if s.State != want {
			t.Errorf("%s became %s, want %s", in, s.State, want)
		}
	}
}

// Whatever happens, a request that may have been charged is never sent again,
// and no byte changes after the confirmation.
func TestNothingIsEverSentTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := submissionIn(t, SubmissionDraft)
		now := noon
		var stake bool // an attempt is under way, done, or unknown
		var agreed string
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "pause")) * time.Second)
			before := s
			switch rapid.IntRange(0, 8).Draw(t, "act") {
			case 0:
				_ = s.Estimate(dollars(5), now)
			case 1:
				if s.Confirm(now, testKey) == nil {
					agreed = string(s.Body)
				}
			case 2, 3, 4:
				if s.Send(now) == nil {
					if stake || string(s.Body) != agreed {
						t.Fatalf("sent %q after %+v", s.Body, before)
					}
					stake = true
				}
			case 5:
				if s.Answer(api.Outcome(rapid.IntRange(0, 4).Draw(t, "outcome")), "g", "", now) == nil {
					stake = s.State.AtStake()
				}
			case 6:
				s.Interrupted(now)
			case 7:
				if s.Edit() == nil {
					agreed = ""
				}
			default:
				if s.State == SubmissionDraft && len(s.Body) == 0 {
					s, _ = NewSubmission("s1", good(), desk())
				}
			}
			if !before.State.CanBecome(s.State) && before.State != s.State {
				t.Fatalf("%s became %s", before.State, s.State)
			}
			if stake != s.State.AtStake() {
				t.Fatalf("%s, but at stake is %t", s.State, stake)
			}
		}
	})
}

func TestBatchSubmission(t *testing.T) {
	var batch string
	for i := range 24 {
		batch += fmt.Sprintf(`{"request_id":"r%d","endpoint":"/v2/generate","payload":{"model":"lipsync-2","input":[{"type":"video","url":"https://e.com/%d.mp4"},{"type":"audio","url":"https://e.com/%d.wav"}]}}`+"\n", i, i, i)
	}
	f, err := draft.CheckBatch(strings.NewReader(batch), draft.BatchEnv{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewBatchSubmission("s", f, "b.jsonl", "http://x", noon); err == nil {
		t.Error("a bad webhook was taken")
	}
	s, err := NewBatchSubmission("s", f, "b.jsonl", " https://e.com/h ", noon)
	if err != nil || s.Kind != SubmitBatch || s.BatchLines != 24 || string(s.Body) != string(f.Exact) || s.WebhookURL != "https://e.com/h" {
		t.Errorf("submission = %+v, %v", s, err)
	}
	short, err := draft.CheckBatch(strings.NewReader("{}"), draft.BatchEnv{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewBatchSubmission("s", short, "b.jsonl", "", noon); err == nil {
		t.Error("a file with problems became a submission")
	}
}
