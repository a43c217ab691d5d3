package state

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
	"dubtop/state/settle"
)

// finishing draws how long jobs take: log-normal, with a speed of each model, and
// more than the length alone, and at busy hours. The program knows none of it.
type finishing struct{ chance *rand.Rand }

func (f finishing) took(g *Generation) time.Duration {
	speed := map[string]float64{"lipsync-2": 4, "sync-3": 2.5, "lipsync-2-pro": 11, "react-1": 6}[g.Model]
	busy := 1 + 0.8*max(0, math.Sin(float64(g.Created.Hour()-6)/24*2*math.Pi))
	seconds := (40 + speed*math.Pow(float64(g.Length), 0.9)) * busy * math.Exp(0.3*f.chance.NormFloat64())
	return time.Duration(seconds * float64(time.Second))
}

// draw returns a job of the days before start, and how long it takes.
func (f finishing) draw(n int, status api.Status) (Generation, time.Duration) {
	g := row(n, status)
	g.Model = []string{"lipsync-2", "sync-3", "lipsync-2-pro", "react-1"}[f.chance.IntN(4)]
	g.Length = api.Seconds(3 + 117*f.chance.Float64())
	g.Created = start().Add(-time.Duration(f.chance.IntN(30*24*3600)) * time.Second)
	return g, f.took(&g)
}

// TestTimesOfWhatFinishedHalveTheError learns from 2,000 jobs that finished, and
// foretells the end of others at any moment of their run.
func TestTimesOfWhatFinishedHalveTheError(t *testing.T) {
	for seed := range uint64(5) {
		f := finishing{rand.New(rand.NewPCG(seed, 1))}
		s, vendor := NewStore(), Forecast{}
		var jobs []Generation
		var rows []settle.Row
		for n := range 2000 {
			g, took := f.draw(n, api.Completed)
			jobs = append(jobs, g)
			rows = append(rows, settle.Row{ID: string(g.ID), Created: g.Created, Ended: g.Created.Add(took)})
		}
		if seed%2 == 0 { // either may come first
			s.RecallGenerations(jobs)
		}
		for part := range slices.Chunk(rows, 500) {
			s.Settle(part, 0, time.Time{}, false, start())
		}
		if seed%2 == 1 {
			s.RecallGenerations(jobs)
		}
		for s.Forecast.Times.Fit() {
			continue
		}
		var learned, documented []float64
		for n := range 1000 {
			g, took := f.draw(5000+n, api.Processing)
			passed := time.Duration(f.chance.Float64() * float64(took))
			now := g.Created.Add(passed)
			miss := func(e Expectation) float64 { return math.Abs((e.Left - (took - passed)).Seconds()) }
			learned = append(learned, miss(s.Expect(&g, now)))
			documented = append(documented, miss(vendor.Expect(&g, now)))
		}
		slices.Sort(learned)
		slices.Sort(documented)
		ours, theirs := learned[len(learned)/2], documented[len(documented)/2]
		t.Logf("seed %d: median error %.0f s, with the documented times %.0f s", seed, ours, theirs)
		if ours > theirs/2 {
			t.Errorf("seed %d: %.0f s is more than half of %.0f s", seed, ours, theirs)
		}
	}
}

// TestFewFinishedJobsTeachNothing keeps the documented times, and those of a model
// that nothing is known about.
func TestFewFinishedJobsTeachNothing(t *testing.T) {
	s := NewStore()
	g := row(99, api.Processing)
	for n := range 5 {
		if e := s.Expect(&g, g.Created); e.Whole || e.Learned > 0 {
			t.Fatalf("after %d: %+v", n, e)
		}
		done := row(n, api.Completed)
		s.RecallGenerations([]Generation{done})
		rows := []settle.Row{{ID: string(done.ID), Created: done.Created, Ended: done.Created.Add(time.Minute)}}
		s.Settle(rows, 0, time.Time{}, false, start())
		s.Settle(rows, 0, time.Time{}, false, start()) // again teaches nothing
	}
	if e := s.Expect(&g, g.Created.Add(30*time.Second)); !e.Whole || e.Learned != 5 || e.Left.Round(time.Second) != 30*time.Second {
		t.Errorf("after five: %+v", e)
	}
	g.Model = "tomorrow-1"
	if e := s.Expect(&g, g.Created); e.Whole {
		t.Errorf("another model: %+v", e)
	}
}

// TestFailuresTeachNothing learns from no job that failed, but tells how long it took.
func TestFailuresTeachNothing(t *testing.T) {
	s := NewStore()
	for n := range 20 {
		g := row(n, api.Failed)
		s.RecallGenerations([]Generation{g})
		s.Settle([]settle.Row{{ID: string(g.ID), Created: g.Created, Ended: g.Created.Add(time.Second)}}, 0, time.Time{}, false, start())
		if took, whole, ok := s.Took(&g); took != time.Second || !whole || !ok {
			t.Fatalf("it took %v, %t, %t", took, whole, ok)
		}
	}
	g := row(99, api.Processing)
	if e := s.Expect(&g, g.Created); e.Whole {
		t.Errorf("learned from failures: %+v", e)
	}
}

// TestBatchEndsAsOthersDid forecasts a batch that tells nothing yet from how long
// others took, and learns nothing about single jobs from theirs.
func TestBatchEndsAsOthersDid(t *testing.T) {
	s := NewStore()
	running := Batch{ID: "b9", Created: start(), Total: 20, Status: api.BatchProcessing}
	for n := range enoughBatches {
		if end := s.BatchEnd(&running, start()); !end.IsZero() {
			t.Fatalf("after %d batches it ends at %v", n, end)
		}
		sub, id := fmt.Sprint("s", n), fmt.Sprint("b", n)
		created := start().Add(-time.Duration(n+2) * 24 * time.Hour)
		s.Batches.Put(Batch{ID: api.ID(id), Created: created, Total: 20, Succeeded: 20, Status: api.BatchCompleted}, start())
		s.BringSets([]outbox.Set{{Name: "night"}}, []outbox.Member{{ID: sub, Set: "night", Batch: sub}, {ID: id, Set: "night", Batch: sub, From: sub}})
		for line := range 20 {
			job := row(100*n+line, api.Completed)
			job.Created = created
			s.BringSets(nil, []outbox.Member{{ID: string(job.ID), Set: "night", Row: line + 1, Batch: sub, From: "line"}})
			s.RecallGenerations([]Generation{job})
			s.Settle([]settle.Row{{ID: string(job.ID), Created: created, Ended: created.Add(time.Duration(line+1) * 10 * time.Minute)}}, 0, time.Time{}, false, start())
		}
	}
	if end := s.BatchEnd(&running, start().Add(time.Hour)); !end.Equal(start().Add(200 * time.Minute)) {
		t.Errorf("it ends at %v", end)
	}
	if end := s.BatchEnd(&running, start().Add(5*time.Hour)); !end.IsZero() {
		t.Errorf("it should have ended at %v", end)
	}
	if e := s.Expect(new(row(999, api.Processing)), start()); e.Whole {
		t.Errorf("learned from jobs of batches: %+v", e)
	}
}

func BenchmarkSettleTimes(b *testing.B) {
	f := finishing{rand.New(rand.NewPCG(1, 1))}
	s := NewStore()
	var jobs []Generation
	rows := make([]settle.Row, 0, 500)
	for n := range 100_000 {
		g, took := f.draw(n, api.Completed)
		g.ID = api.ID(fmt.Sprint(n))
		jobs = append(jobs, g)
		if n < 500 {
			rows = append(rows, settle.Row{ID: string(g.ID), Created: g.Created, Ended: g.Created.Add(took)})
		}
	}
	s.RecallGenerations(jobs)
	for b.Loop() {
		s.tooks = tooks{}
		s.Settle(rows, 0, time.Time{}, false, start())
	}
}
