package state

import (
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/duration"
	"dubtop/state/instant"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

const (
	// enough is the number of completions of a model after which its own times
	// are used.
	enough = 5
	// remembered is the number of completions kept per model.
	remembered = 50
	// longestWait is how long a job may stay PENDING until that is unusual.
	longestWait = 5 * time.Minute
	// stuckFactor times its expected time makes a running job stuck.
	stuckFactor = 3
	// nearlyDone is the highest fraction that a forecast shows.
	nearlyDone = 0.95
)

// Expectation is the forecast for a job that has not ended.
type Expectation struct {
	// Left is the time to completion, 0 if overdue. Total is the working time,
	// without the wait before it unless Whole.
	Left, Total time.Duration
	Fraction    float64 // share of Total that has passed, below 1; 0 while waiting
	// Learned is the number of completions the forecast is based on; 0 means the
	// documented times.
	Learned int
	Whole   bool // Total begins with the creation, as the server tells of what finished
	Late    bool // past its expected time
	Stuck   bool // far past it, or waiting unusually long
}

// Forecast predicts when jobs complete, which the API does not. It uses the times
// of what finished on the server, where it lists them. Else it scales the
// documented time for the model and length by the completions observed here.
// The zero Forecast is ready to use.
type Forecast struct {
	// Skew is the server's clock minus ours; see Compare.
	Skew time.Duration
	// Times are how long jobs took, as the server tells.
	Times duration.Times

	models map[string]*pace
}

// pace compares a model's completions with the documented times.
type pace struct {
	ratios []float64 // oldest first
	median float64
}

// sameClock is the error of a measured clock difference: the server gives whole
// seconds, and an answer takes time.
const sameClock = 2 * time.Second

// Compare takes in a measurement of the server's clock minus ours, and reports
// whether Skew changed. Differences within sameClock are ignored, so that ages
// do not flicker.
func (f *Forecast) Compare(skew time.Duration) (changed bool) {
	if skew.Abs() <= sameClock {
		skew = 0
	}
	if (skew - f.Skew).Abs() <= sameClock {
		return false
	}
	f.Skew = skew
	return true
}

// Observe learns from a completion that took a time from PROCESSING to
// COMPLETED. It ignores impossible times.
func (f *Forecast) Observe(model string, length api.Seconds, took time.Duration) {
	if took <= 0 || took > 24*time.Hour {
		return
	}
	if f.models == nil {
		f.models = make(map[string]*pace)
	}
	p, ok := f.models[model]
	if !ok {
		p = new(pace)
		f.models[table.Shared(model)] = p
	}
	if len(p.ratios) == remembered {
		p.ratios = slices.Delete(p.ratios, 0, 1)
	}
	p.ratios = append(p.ratios, float64(took)/float64(duration.Documented(model, float64(length))))
	sorted := slices.Sorted(slices.Values(p.ratios))
	p.median = sorted[len(sorted)/2]
}

// Expect forecasts a job. The result is zero if the job has ended or its status
// is unknown.
func (f *Forecast) Expect(g *Generation, now time.Time) Expectation {
	class := g.Class()
	if class != table.ClassWaiting && class != table.ClassRunning {
		return Expectation{}
	}
	if e, ok := f.expectWhole(g, now.Add(f.Skew)); ok {
		return e
	}
	e := Expectation{Total: duration.Documented(g.Model, float64(g.Length))}
	if p := f.models[g.Model]; p != nil && len(p.ratios) >= enough {
		e.Learned = len(p.ratios)
		e.Total = time.Duration(float64(e.Total) * p.median)
	}
	if class == table.ClassWaiting {
		waited := since(g.Created, now.Add(f.Skew))
		e.Left = max(0, duration.Wait-waited) + e.Total
		e.Late, e.Stuck = waited > longestWait, waited > longestWait
		return e
	}
	worked := since(g.Started, now)
	if g.Started.IsZero() { // it was already running when first seen
		worked = max(0, since(g.Created, now.Add(f.Skew))-duration.Wait)
	}
	e.Left = max(0, e.Total-worked)
	e.Fraction = min(nearlyDone, float64(worked)/float64(max(1, e.Total)))
	e.Late = worked > e.Total
	e.Stuck = worked > max(longestWait, stuckFactor*e.Total)
	return e
}

// expectWhole forecasts a job from the times of what finished. ok is false if they
// tell nothing about its model, or its creation is not known.
func (f *Forecast) expectWhole(g *Generation, server time.Time) (e Expectation, ok bool) {
	if g.Created.IsZero() {
		return e, false
	}
	passed := since(g.Created, server)
	e.Left, e.Total, e.Learned = f.Times.Left(duration.Job{Model: g.Model, Length: float64(g.Length), Created: g.Created}, passed)
	if e.Learned == 0 {
		return Expectation{}, false
	}
	e.Whole, e.Late = true, passed > e.Total
	e.Stuck = passed > max(longestWait, stuckFactor*e.Total)
	if g.Class() == table.ClassRunning {
		e.Fraction = min(nearlyDone, float64(passed)/float64(max(1, passed+e.Left)))
	}
	return e, true
}

// Fresh is the forecast time from sending a submission at some time to its job's
// end.
func (f *Forecast) Fresh(s *outbox.Submission, at time.Time) time.Duration {
	job := Generation{Model: s.Model, Length: api.Seconds(s.Price.Seconds), Status: api.Pending, Created: at.Add(f.Skew)}
	return f.Expect(&job, at).Left
}

// Usual is how long a job of a model and length takes, and the number of jobs
// that it is based on: 0 means the documented times.
func (f *Forecast) Usual(model string, length api.Seconds, now time.Time) (usual time.Duration, learned int) {
	job := Generation{Model: model, Length: length, Status: api.Processing, Created: now.Add(f.Skew), Started: now}
	e := f.Expect(&job, now)
	return e.Total, e.Learned
}

// since is the time passed, never negative even if clocks differ.
func since(t, now time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return max(0, instant.Of(now).Sub(t))
}
