package state

import (
	"slices"
	"testing"
	"time"

	"dubtop/api"
)

// wholeHistory returns the poller's query for the newest generations, and the
// answer of a server that sends all n of them, the oldest first.
func wholeHistory(t *testing.T, p *Poller, s *Store, now time.Time, n int) (Query, *Answer) {
	t.Helper()
	due := p.Due(now, s)
	i := slices.IndexFunc(due, func(q Query) bool { return q.Topic == Head })
	if i < 0 {
		t.Fatalf("the newest generations are not due: %+v", due)
	}
	a := new(Answer)
	var items []api.Generation
	for i := range n {
		items = append(items, api.Generation{ID: jobID(i), CreatedAt: api.Time{Time: start().Add(time.Duration(i) * time.Minute)}, Status: api.Completed})
	}
	a.Page(api.GenerationPage{Items: items, Whole: true}, nil)
	return due[i], a
}

// A whole history is applied in parts, the newest first, so that the screen is
// right at once.
func TestAWholeHistoryIsAppliedInParts(t *testing.T) {
	const n = 2*partSize + 20
	s, p, now := NewStore(), NewPoller(DefaultPace()), start().Add(24*time.Hour)
	s.RecallGenerations([]Generation{row(n+5, api.Processing)}) // deleted since
	q, a := wholeHistory(t, p, s, now, n)
	if !p.ApplyPart(now, s, q, a) || s.Generations.Len() != partSize+1 || s.Generations.At(0).ID != jobID(n-1) {
		t.Fatalf("after the first part there are %d jobs, the first %s", s.Generations.Len(), s.Generations.At(0).ID)
	}
	if s.Generations.Known() || s.History.Complete || s.History.Loaded != partSize+1 {
		t.Errorf("after the first part, known %t, %+v", s.Generations.Known(), s.History)
	}
	// An answer in between is newer.
	newer := row(3, api.Completed)
	newer.Name = "renamed"
	s.Observe([]Generation{newer}, now)
	for parts := 2; p.ApplyPart(now, s, q, a); parts++ {
		if parts > 2 {
			t.Fatal("it never ends")
		}
	}
	if !s.Generations.Known() || !s.History.Complete || s.Generations.Len() != n+1 {
		t.Errorf("at the end there are %d jobs, known %t, %+v", s.Generations.Len(), s.Generations.Known(), s.History)
	}
	if g, _ := s.Generations.Find(string(jobID(3))); g.Name != "renamed" {
		t.Errorf("a part overwrote what was learned later: %q", g.Name)
	}
	if g, _ := s.Generations.Find(string(jobID(n + 5))); !g.Gone {
		t.Error("a recalled job that is not in the answer is not gone")
	}
	// The next answer lacks some.
	now = now.Add(time.Hour)
	q, a = wholeHistory(t, p, s, now, n-30)
	for p.ApplyPart(now, s, q, a) {
		if s.Generations.Len() != n+1 {
			t.Fatalf("a part removed jobs: %d are left", s.Generations.Len())
		}
	}
	if s.Generations.Len() != n-30+1 {
		t.Errorf("%d jobs are left", s.Generations.Len())
	}
}

// An answer of another account is void from its first part on.
func TestPartsOfAnotherAccountAreVoid(t *testing.T) {
	s, p, now := NewStore(), NewPoller(DefaultPace()), start()
	q, a := wholeHistory(t, p, s, now, partSize+1)
	s.Generations.Clear()
	for p.ApplyPart(now, s, q, a) {
	}
	if s.Generations.Len() != 0 {
		t.Errorf("%d jobs of another account", s.Generations.Len())
	}
}
