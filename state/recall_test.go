package state

import (
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/table"
)

// past returns a job from before this run.
func past(n int, status api.Status) Generation { return row(n, status) }

func statusOf(t *testing.T, c *table.Collection[Generation], n int) api.Status {
	t.Helper()
	g, ok := c.Find(string(jobID(n)))
	if !ok {
		t.Fatalf("job %d is not there", n)
	}
	return g.Status
}

func TestRecalledRowsAreKnownButNotFresh(t *testing.T) {
	var c table.Collection[Generation]
	c.Recall([]Generation{past(1, api.Completed), past(2, api.Processing)})
	if c.Known() || !c.AsOf().IsZero() || c.Len() != 2 || c.Count(table.ClassRunning) != 1 {
		t.Errorf("known %v, as of %v, %d items", c.Known(), c.AsOf(), c.Len())
	}
	c.Merge(c.Ask(start()), []Generation{past(2, api.Failed), row(3, api.Pending)}, start())
	if c.Len() != 3 || statusOf(t, &c, 2) != api.Failed {
		t.Errorf("%d items, job 2 is %s", c.Len(), statusOf(t, &c, 2))
	}
}

func TestRecallNeverOverwritesAnAnswer(t *testing.T) {
	c := filled([]Generation{row(1, api.Completed)})
	watched := past(1, api.Processing)
	watched.Started = start().Add(-time.Minute)
	c.Recall([]Generation{watched})
	g, _ := c.Find(string(jobID(1)))
	if c.Len() != 1 || g.Status != api.Completed || !g.Ended.IsZero() {
		t.Errorf("%d items, %+v", c.Len(), g)
	}
	if !g.Started.Equal(watched.Started) {
		t.Error("what had been observed was forgotten")
	}
}

func TestUnseenEndHasNoTime(t *testing.T) {
	var c table.Collection[Generation]
	watched := past(1, api.Processing)
	watched.Started = start().Add(-time.Hour)
	c.Recall([]Generation{watched, past(2, api.Processing)})
	c.Merge(c.Ask(start()), []Generation{row(1, api.Completed), row(2, api.Processing)}, start())
	c.Merge(c.Ask(start()), []Generation{row(2, api.Completed)}, start())
	if g, _ := c.Find(string(jobID(1))); !g.Ended.IsZero() {
		t.Errorf("it ended before we looked, but counts as ended at %v", g.Ended)
	}
	if g, _ := c.Find(string(jobID(2))); !g.Ended.Equal(start()) {
		t.Errorf("it ended while we looked, but counts as ended at %v", g.Ended)
	}
}

func TestCompleteAnswerKeepsHistoryAndMarksDeletedJobs(t *testing.T) {
	s := NewStore()
	p := NewPoller(DefaultPace())
	s.RecallGenerations([]Generation{
		past(1, api.Completed), past(2, api.Processing), past(4, api.Completed), past(6, api.Completed),
	})
	for _, a := range p.Due(start(), s) {
		if a.Topic == Head {
			p.Apply(start(), s, a, Answer{Generations: []Generation{row(3, api.Completed), row(6, api.Completed)}})
		}
	}
	gone := map[int]bool{}
	for _, n := range []int{1, 2, 3, 4, 6} {
		g, ok := s.Generations.Find(string(jobID(n)))
		if !ok {
			t.Fatalf("job %d was removed", n)
		}
		gone[n] = g.Gone
	}
	// 1 is older than anything the server lists; 2 would be listed if it were
	// running.
	if gone[1] || !gone[2] || gone[3] || !gone[4] || gone[6] {
		t.Errorf("gone: %v", gone)
	}
}

func TestRecalledJobIsRequestedOnlyWhileItMayChange(t *testing.T) {
	s := NewStore()
	s.RecallGenerations([]Generation{past(1, api.Completed), past(2, api.Processing)})
	var w vanished
	ticket := s.Generations.Ask(start())
	s.Generations.Merge(ticket, nil, start())
	w.sees(&s.Generations, ticket, start())
	if len(w.queue) != 1 || w.queue[0] != jobID(2) {
		t.Errorf("asked for by id: %v", w.queue)
	}
}

func TestDeletedBatchesGoAndOlderOnesStay(t *testing.T) {
	batch := func(n int, status api.BatchStatus) Batch {
		return StoredBatch(Batch{ID: jobID(n), Created: start().Add(time.Duration(n) * time.Second), Status: status})
	}
	s := NewStore()
	s.Batches.Recall([]Batch{batch(1, api.BatchCompleted), batch(2, api.BatchProcessing), batch(4, api.BatchCompleted)})
	applyList(&s.Batches, s.Batches.Ask(start()), []Batch{batch(3, api.BatchCompleted)}, true, nil, start())
	for n, want := range map[int]bool{1: true, 2: false, 3: true, 4: false} {
		if s.Batches.Has(string(jobID(n))) != want {
			t.Errorf("batch %d there: %v", n, !want)
		}
	}
}

func TestChangedRowsAreTakenOnce(t *testing.T) {
	c := filled([]Generation{row(1, api.Processing), row(2, api.Completed)})
	c.Recall([]Generation{past(3, api.Processing), past(4, api.Completed)})
	taken := func(limit int) (ids []api.ID) {
		for _, g := range c.TakeUnsaved(limit) {
			ids = append(ids, g.ID)
		}
		return ids
	}
	if got := taken(1); len(got) != 1 || got[0] != jobID(2) {
		t.Errorf("first: %v", got)
	}
	if got := taken(10); len(got) != 1 || got[0] != jobID(1) {
		t.Errorf("then: %v", got)
	}
	c.Merge(c.Ask(start()), []Generation{row(1, api.Processing), row(3, api.Completed), row(4, api.Completed)}, start())
	if got := taken(10); len(got) != 1 || got[0] != jobID(3) {
		t.Errorf("after a change: %v", got)
	}
	c.Put(row(9, api.Pending), start())
	c.Remove(string(jobID(9)))
	if got := taken(10); got != nil {
		t.Errorf("nothing is left, but %v came", got)
	}
}
