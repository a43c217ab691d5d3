package state

import (
	"testing"
	"time"

	"dubtop/api"
)

// TestUnreadableItemIsNotGone makes an item of every list unreadable for
// ten minutes. Its row stays as it was.
func TestUnreadableItemIsNotGone(t *testing.T) {
	for _, whole := range []bool{false, true} {
		w := newWorld(t)
		w.whole = whole
		w.history(10)
		ended, running := w.jobs[3], w.submit(0, time.Hour)
		w.batches = []api.Batch{{ID: "b1", Status: api.BatchProcessing}, {ID: "b2", Status: api.BatchCompleted}}
		w.assets = []api.Asset{{ID: "a1"}, {ID: "a2"}}
		w.models = []api.Model{{ID: "m1", Name: "m1"}, {ID: "m2", Name: "m2"}}
		seen := func() (n int) {
			for _, topic := range []Topic{Batches, Assets, Models} {
				w.poller.SetVisible(topic)
				w.pass(10 * time.Minute)
			}
			for _, c := range []interface{ Has(string) bool }{&w.store.Batches, &w.store.Assets, &w.store.Models} {
				for _, key := range []string{"b1", "a1", "m1"} {
					if c.Has(key) {
						n++
					}
				}
			}
			for _, j := range []*fakeJob{ended, running} {
				if g, ok := w.store.Generations.Find(string(j.id)); ok && !g.Gone {
					n++
				}
			}
			return n
		}
		if n := seen(); n != 5 {
			t.Fatalf("%d of 5 were seen while all could be read", n)
		}
		ended.deleted, running.deleted = true, true
		w.batches, w.assets, w.models = w.batches[1:], w.assets[1:], w.models[1:]
		w.answer = func(_ Query, a *Answer) { a.Skipped = 1 }
		if n := seen(); n != 5 {
			t.Errorf("whole %v: %d of 5 are left after an answer that could not be read", whole, n)
		}
		w.answer = nil
		if n := seen(); n != 0 {
			t.Errorf("whole %v: %d of 5 are left after an answer that could", whole, n)
		}
	}
}
