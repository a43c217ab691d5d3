package state

import (
	"slices"
	"time"

	"dubtop/api"
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
	// typicalWait is how long jobs usually stay PENDING, and longestWait when
	// that becomes unusual. The documentation says one to two minutes.
	// https://sync.so/docs/api-reference/api/generate-api/get
	typicalWait = 90 * time.Second
	longestWait = 5 * time.Minute
	// stuckFactor times its expected time makes a running job stuck.
	stuckFactor = 3
	// nearlyDone is the highest fraction that a forecast shows.
	nearlyDone = 0.95
)

// Expectation is the forecast for a job that has not ended.
type Expectation struct {
	// Left is the time to completion, 0 if overdue. Total is the working time,
	// without the wait before it.
	Left, Total time.Duration
	Fraction    float64 // share of Total that has passed, below 1; 0 while waiting
	// Learned is the number of completions the forecast is based on; 0 means the
	// documented times.
	Learned int
	Late    bool // past its expected time
	Stuck   bool // far past it, or waiting unusually long
}

// Forecast predicts when jobs complete, which the API does not. It scales the
// documented time for the model and length by the completions observed here.
// The zero Forecast is ready to use.
type Forecast struct {
	// Skew is the server's clock minus ours; see Compare.
	Skew time.Duration

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
	p.ratios = append(p.ratios, float64(took)/float64(documented(model, length)))
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
	e := Expectation{Total: documented(g.Model, g.Length)}
	if p := f.models[g.Model]; p != nil && len(p.ratios) >= enough {
		e.Learned = len(p.ratios)
		e.Total = time.Duration(float64(e.Total) * p.median)
	}
	if class == table.ClassWaiting {
		waited := since(g.Created, now.Add(f.Skew))
		e.Left = max(0, typicalWait-waited) + e.Total
		e.Late, e.Stuck = waited > longestWait, waited > longestWait
		return e
	}
	worked := since(g.Started, now)
	if g.Started.IsZero() { // it was already running when first seen
		worked = max(0, since(g.Created, now.Add(f.Skew))-typicalWait)
	}
	e.Left = max(0, e.Total-worked)
	e.Fraction = min(nearlyDone, float64(worked)/float64(max(1, e.Total)))
	e.Late = worked > e.Total
	e.Stuck = worked > max(longestWait, stuckFactor*e.Total)
	return e
}

// Fresh is the forecast time from sending a submission to its job's end.
func (f *Forecast) Fresh(s *outbox.Submission) time.Duration {
	job := Generation{Model: s.Model, Length: api.Seconds(s.Price.Seconds), Status: api.Pending}
	return f.Expect(&job, time.Time{}).Left
}

// documented is the published working time: a line through the middles of the
// ranges for clips of 30 s and 2 min. Unknown models count as the most common
// one, unknown lengths as 30 s.
// https://sync.so/docs/api-reference/api/generate-api/get
func documented(model string, length api.Seconds) time.Duration {
	var short, long float64 // seconds
	switch model {
	case "lipsync-1.9.0-beta":
		short, long = 45, 180
	case "lipsync-2-pro":
		short, long = 210, 540
	case "react-1":
		short, long = 90, 360 // the second is a guess: input is limited to 15 s
	case "sync-3":
		short, long = 750, 3000
	default: // lipsync-2
		short, long = 120, 360
	}
	seconds := 30.0
	if length > 0 {
		seconds = min(float64(length), 24*60*60)
	}
	took := short + (long-short)*(seconds-30)/90
	return time.Duration(max(took, short/4) * float64(time.Second))
}

// since is the time passed, never negative even if clocks differ.
func since(t, now time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return max(0, instant.Of(now).Sub(t))
}
