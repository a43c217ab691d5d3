package journal

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// inSet returns a confirmed submission for a row of a set.
func inSet(id, set string, row int) outbox.Submission {
	s := confirmed(id)
	s.Draft.Set, s.Draft.Row, s.Draft.Lang = set, row, "de"
	return s
}

func members(t *testing.T, j *Journal, after int64) (all []string, last int64) {
	t.Helper()
	found, last, err := j.Members(t.Context(), after)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range found {
		all = append(all, fmt.Sprintf("%s: %s %d %s %s", m.ID, m.Set, m.Row, m.Lang, m.Batch))
	}
	return all, last
}

// A set is saved with its submissions or not at all. Jobs join the set of their
// submission, and a set that is run again grows.
func TestSetIsSavedWithItsSubmissions(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	set := outbox.Set{Name: "acme", Source: "/x/acme", Rows: 2, Cost: new(api.Micros(3)), Created: noon}
	first, second := inSet("s1", "acme", 1), inSet("s2", "acme", 2)
	enqueue := func(set outbox.Set, again bool, subs ...outbox.Submission) error {
		return j.EnqueueSet(t.Context(), set, again, subs, nil, noon)
	}
	if err := enqueue(set, false, first, second); err != nil {
		t.Fatal(err)
	}
	if err := enqueue(set, false, inSet("s3", "acme", 1)); !errors.Is(err, ErrSetName) {
		t.Errorf("the same name again: %v", err)
	}
	if all, err := j.Queue(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%d are queued, %v", len(all), err)
	}
	if err := errors.Join(first.Send(noon.Add(time.Minute)), j.BeginSending(t.Context(), first)); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), answered(t, first, api.Accepted, "g1")); err != nil {
		t.Fatal(err)
	}
	again := set
	again.Cost = new(api.Micros(2))
	if err := enqueue(again, true, inSet("s4", "acme", 1)); err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	j = opened(t, path)
	set.Cost = new(api.Micros(5))
	if all, err := j.Sets(t.Context()); err != nil || !reflect.DeepEqual(all, []outbox.Set{set}) {
		t.Errorf("sets %+v, %v", all, err)
	}
	all, last := members(t, j, 0)
	if want := []string{"s1: acme 1 de ", "s2: acme 2 de ", "g1: acme 1 de ", "s4: acme 1 de "}; !reflect.DeepEqual(all, want) {
		t.Errorf("members %q", all)
	}
	if more, _ := members(t, j, last); len(more) != 0 {
		t.Errorf("after the last come %q", more)
	}
	if all, err := j.Queue(t.Context()); err != nil || len(all) != 2 || all[1].Submission.Draft.Row != 1 || all[1].Submission.Draft.Set != "acme" {
		t.Errorf("queued %+v, %v", all, err)
	}
}

// A batch brings its lines, which become jobs of the set when its results are
// known.
func TestLinesOfABatchBelongToTheirSet(t *testing.T) {
	j := opened(t, journalPath(t))
	s := confirmed("b1")
	s.Kind, s.Draft = outbox.SubmitBatch, draft.Draft{}
	for i := range 2 {
		d := draft.Draft{Model: "lipsync-2", Visual: "asset:v", Set: "acme", Row: i + 1, Lang: "fr"}
		s.Lines = append(s.Lines, outbox.BatchLine{RequestID: fmt.Sprint("r", i), Draft: d, Seconds: 7})
	}
	if err := j.EnqueueSet(t.Context(), outbox.Set{Name: "acme", Rows: 2, Created: noon}, false, []outbox.Submission{s}, nil, noon); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Send(noon.Add(time.Minute)), j.BeginSending(t.Context(), s)); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSubmission(t.Context(), answered(t, s, api.Accepted, "batch_1")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := j.SaveResults(t.Context(), map[string]api.ID{"b1/r1": "g1"}); err != nil {
			t.Fatal(err)
		}
	}
	all, _ := members(t, j, 0)
	if want := []string{"b1: acme 0  b1", "b1/r0: acme 1 fr b1", "b1/r1: acme 2 fr b1", "batch_1: acme 0  b1", "g1: acme 2 fr b1"}; !reflect.DeepEqual(all, want) {
		t.Errorf("members %q", all)
	}
	lines, err := j.BatchLines(t.Context(), "b1")
	if err != nil || !reflect.DeepEqual(lines, s.Lines) {
		t.Errorf("lines %+v, %v", lines, err)
	}
	drafts, err := j.LinesOf(t.Context(), []string{"b1/r0", "nobody"})
	if err != nil || len(drafts) != 1 || drafts["b1/r0"].Row != 1 {
		t.Errorf("drafts %+v, %v", drafts, err)
	}
}

// A journal of version 5 gets the tables of sets.
func TestVersionWithoutSetsIsUpgraded(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	if err := j.Enqueue(t.Context(), confirmed("s1"), noon); err != nil {
		t.Fatal(err)
	}
	downgrade(t, j, 5)
	_ = j.Close()
	j = opened(t, path)
	if err := j.EnqueueSet(t.Context(), outbox.Set{Name: "acme"}, false, []outbox.Submission{inSet("s2", "acme", 1)}, nil, noon); err != nil {
		t.Fatal(err)
	}
	if all, err := j.Queue(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("%d are queued, %v", len(all), err)
	}
}
