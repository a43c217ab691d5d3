package outbox

import (
	"errors"
	"testing"
	"time"

	"dubtop/api"
)

func TestLinkNeedsAJob(t *testing.T) {
	s := submissionIn(t, SubmissionUnknown)
	if err := s.Link("", noon); !errors.Is(err, ErrTransition) || s.State != SubmissionUnknown {
		t.Errorf("nothing was linked: %v, %s", err, s.State)
	}
	if err := s.Link("g9", noon); err != nil || s.State != SubmissionSent || s.GenerationID != "g9" {
		t.Errorf("linked: %v, %+v", err, s)
	}
	b := submissionIn(t, SubmissionUnknown)
	b.Kind = SubmitBatch
	if err := b.Link("b9", noon); err != nil || b.BatchID != "b9" || b.GenerationID != "" {
		t.Errorf("a batch: %v, %+v", err, b)
	}
}

func TestResendIsTheSameRequest(t *testing.T) {
	s := submissionIn(t, SubmissionUnknown)
	before := s
	if err := s.Resend(noon.Add(30 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	if s.State != SubmissionSending || !s.SentAt.Equal(before.SentAt) ||
		s.IdempotencyKey != before.IdempotencyKey || string(s.Body) != string(before.Body) {
		t.Errorf("now %+v\nwas %+v", s, before)
	}
	if SubmissionUnknown.CanBecome(SubmissionSending) {
		t.Error("an ordinary sending may begin with an unknown outcome")
	}
}

func TestResendLimits(t *testing.T) {
	for _, in := range allStates() {
		s := submissionIn(t, in)
		if err := s.Resend(noon); (err == nil) != (in == SubmissionUnknown) {
			t.Errorf("%s: %v", in, err)
		}
	}
	batch := submissionIn(t, SubmissionUnknown)
	batch.Kind = SubmitBatch
	if err := batch.Resend(noon); !errors.Is(err, ErrTransition) {
		t.Errorf("a batch: %v", err)
	}
	late := submissionIn(t, SubmissionUnknown)
	for _, now := range []time.Time{noon.Add(ReplayWindow), noon.Add(-2 * time.Minute)} {
		if err := late.Resend(now); !errors.Is(err, ErrStale) {
			t.Errorf("at %s: %v, want ErrStale", now, err)
		}
	}
	if err := late.Reprice(dollars(900_000), noon.Add(ReplayWindow)); err != nil || late.State != SubmissionUnknown {
		t.Fatalf("priced again: %v, %s", err, late.State)
	}
	if err := late.Resend(noon.Add(ReplayWindow)); err != nil {
		t.Errorf("with a fresh price: %v", err)
	}
}

func TestDroppedUnknownMayHaveCost(t *testing.T) {
	for in, cost := range map[SubmissionState]bool{
		SubmissionUnknown: true, SubmissionQueued: false, SubmissionConfirmed: false, SubmissionEstimated: false,
	} {
		s := submissionIn(t, in)
		if err := s.Drop(noon); err != nil || s.State != SubmissionDropped || s.MayHaveCost() != cost {
			t.Errorf("%s: %v, now %s, may have cost: %t, want %t", in, err, s.State, s.MayHaveCost(), cost)
		}
	}
}

func TestHigherPriceNeedsANewConfirmation(t *testing.T) {
	credits := func(c float64) Price { return Price{Credits: &c} }
	for _, c := range []struct {
		why      string
		old, new Price
		stands   bool
	}{
		{"the same", dollars(5), dollars(5), true},
		{"lower", dollars(5), dollars(4), true},
		{"a millionth more", dollars(5), dollars(6), false},
		{"no longer known", dollars(5), Price{}, false},
		{"now in credits", dollars(5), credits(1), false},
		{"fewer credits", credits(2), credits(1.5), true},
		{"more credits", credits(2), credits(2.5), false},
		{"known at last", Price{}, dollars(5), false},
		{"still unknown", Price{}, Price{}, true},
	} {
		for _, in := range []SubmissionState{SubmissionConfirmed, SubmissionQueued} {
			s := submissionIn(t, in)
			s.Price, s.Unpriced = c.old, !c.old.Known()
			later := noon.Add(time.Hour)
			if err := s.Reprice(c.new, later); err != nil {
				t.Fatal(c.why, err)
			}
			want := SubmissionEstimated
			if c.stands {
				want = in
			}
			if s.State != want || !s.Price.At.Equal(later) || s.IdempotencyKey != testKey {
				t.Errorf("%s when %s: now %s at %s under %q", c.why, in, s.State, s.Price.At, s.IdempotencyKey)
			}
		}
	}
}

func TestKeyOutlivesANewPrice(t *testing.T) {
	s := submissionIn(t, SubmissionQueued)
	if err := s.Reprice(dollars(9_000_000), noon); err != nil || s.State != SubmissionEstimated {
		t.Fatal(err, s.State)
	}
	if err := s.Confirm(noon, "another-key"); err != nil || s.IdempotencyKey != testKey {
		t.Errorf("confirmed again: %v, under %q", err, s.IdempotencyKey)
	}
	fresh := submissionIn(t, SubmissionSent)
	if err := fresh.Reprice(dollars(api.Micros(1)), noon); !errors.Is(err, ErrTransition) {
		t.Errorf("what was sent has its price: %v", err)
	}
	if err := s.Reprice(dollars(-1), noon); err == nil {
		t.Error("a price below zero was taken")
	}
}
