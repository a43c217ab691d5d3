package journal

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// bought is a purchase of a row of a run.
func bought(t *testing.T, j *Journal, id, row string, attempt int) Purchase {
	t.Helper()
	revision, _, err := j.Revisions(t.Context())
	fine(t, err)
	sub := runSubmission(t, id)
	return Purchase{
		Submissions: []outbox.Submission{sub}, Set: &outbox.Set{Name: "season", Rows: 1, Created: time.Unix(1, 0)}, Revision: revision,
		Intents: []outbox.Intent{{Run: "season", Row: row, Attempt: attempt, Submission: id, Draft: sub.Draft}},
	}
}

func runSubmission(t *testing.T, id string) outbox.Submission {
	t.Helper()
	now := time.Unix(1000, 0)
	s := outbox.Submission{
		ID: id, Kind: outbox.SubmitGeneration, State: outbox.SubmissionDraft, Body: []byte(`{"id":"` + id + `"}`), Created: now,
		Draft: draft.Draft{Visual: id, Set: "season"},
	}
	cost := api.Micros(1_000_000)
	fine(t, s.Estimate(outbox.Price{Cost: &cost}, now))
	fine(t, s.Confirm(now, "key-"+id))
	return s
}

// A purchase is saved whole or not at all.
func TestPurchaseIsAllOrNothing(t *testing.T) {
	j, err := Open(t.Context(), filepath.Join(t.TempDir(), "journal"))
	fine(t, err)
	defer j.Close()
	now := time.Unix(2000, 0)
	first := bought(t, j, "a", "1", 1)
	late := bought(t, j, "b", "2", 1)
	fine(t, j.EnqueuePurchase(t.Context(), first, now))
	if err := j.EnqueuePurchase(t.Context(), late, now); !errors.Is(err, ErrMoved) {
		t.Errorf("the queue moved: %v", err)
	}
	same := bought(t, j, "c", "1", 1)
	if err := j.EnqueuePurchase(t.Context(), same, now); !errors.Is(err, ErrBegun) {
		t.Errorf("the same attempt: %v", err)
	}
	items, err := j.Queue(t.Context())
	if err != nil || len(items) != 1 {
		t.Errorf("%d are queued, %v", len(items), err)
	}
	more := bought(t, j, "d", "2", 1)
	more.Set.Rows = 2
	fine(t, j.EnqueuePurchase(t.Context(), more, now))
	sets, err := j.Sets(t.Context())
	if err != nil || len(sets) != 1 || sets[0].Rows != 2 {
		t.Errorf("%+v, %v", sets, err)
	}
	all, err := j.Intents(t.Context(), "season")
	if err != nil || len(all) != 2 || all[1].Draft.Visual != "d" {
		t.Errorf("%+v, %v", all, err)
	}
	for _, change := range []string{"DELETE FROM intents", "UPDATE intents SET attempt = 2"} {
		if _, err := j.db.ExecContext(t.Context(), change); err == nil {
			t.Errorf("%s is allowed", change)
		}
	}
}

// A new set can't take the name of one that is there.
func TestRunTakesNoForeignSet(t *testing.T) {
	j, err := OpenMemory()
	fine(t, err)
	defer j.Close()
	now := time.Unix(2000, 0)
	fine(t, j.EnqueueSet(t.Context(), outbox.Set{Name: "season", Rows: 1, Created: now}, false, []outbox.Submission{runSubmission(t, "x")}, nil, now))
	if err := j.EnqueuePurchase(t.Context(), bought(t, j, "a", "1", 1), now); !errors.Is(err, ErrSetName) {
		t.Error(err)
	}
}

// A refused submission leaves the queue with the attempt that follows it.
func TestNextAttemptReplacesARefusedOne(t *testing.T) {
	j, err := OpenMemory()
	fine(t, err)
	defer j.Close()
	now := time.Unix(2000, 0)
	p := bought(t, j, "a", "1", 1)
	fine(t, j.EnqueuePurchase(t.Context(), p, now))
	sub := p.Submissions[0]
	fine(t, sub.Send(time.Unix(1001, 0)))
	fine(t, j.BeginSending(t.Context(), sub))
	fine(t, sub.Answer(api.Refused, "", "no", now))
	fine(t, j.SaveSubmission(t.Context(), sub))
	next := bought(t, j, "b", "1", 2)
	next.Refused = []string{"a"}
	fine(t, j.EnqueuePurchase(t.Context(), next, now))
	items, err := j.Queue(t.Context())
	if err != nil || len(items) != 1 || items[0].Submission.ID != "b" {
		t.Errorf("%+v, %v", items, err)
	}
	if last := outbox.Last(append(next.Intents, p.Intents...)); last["1"].Submission != "b" {
		t.Errorf("%+v", last)
	}
}

func TestIntentsAreCarried(t *testing.T) {
	from, err := OpenMemory()
	fine(t, err)
	defer from.Close()
	to, err := OpenMemory()
	fine(t, err)
	defer to.Close()
	now := time.Unix(2000, 0)
	fine(t, from.EnqueuePurchase(t.Context(), bought(t, from, "a", "1", 1), now))
	fine(t, from.EnqueuePurchase(t.Context(), bought(t, from, "b", "2", 1), now))
	fine(t, from.EnqueuePurchase(t.Context(), bought(t, from, "later", "1", 2), now)) // it must not hide what the other has bought
	fine(t, to.EnqueuePurchase(t.Context(), bought(t, to, "mine", "1", 1), now))
	for range 2 {
		fine(t, carryRuns(t.Context(), from, to))
	}
	all, err := to.Intents(t.Context(), "")
	if err != nil || len(all) != 2 || all[0].Submission != "mine" || all[1].Submission != "b" {
		t.Errorf("%+v, %v", all, err)
	}
}

func fine(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
