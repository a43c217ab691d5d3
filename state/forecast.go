package state

import (
	"slices"
	"time"

	"dubtop/state/outbox"
	"dubtop/state/table"

	"dubtop/api"
	"dubtop/state/instant"
)

const (
	// enough completions of a model make its own times the better guide.
	enough = 5
	// remembered completions of each model; older ones give way.
	remembered = 50
	// typicalWait and longestWait are how long jobs stay PENDING, and when
	// that is no longer usual: one to two minutes, and five.
	// https://sync.so/docs/api-reference/api/generate-api/get
	typicalWait = 90 * time.Second
	longestWait = 5 * time.Minute
	// stuckFactor is how far past its time a running job is stuck.
	stuckFactor = 3
	// nearlyDone is as far as a forecast ever says that a job has come.
	nearlyDone = 0.95
)

// Expectation is what may be said of a job that has not ended.
type Expectation struct {
	// Left is the time to completion, 0 when it should have ended. Total is
	// the working time as a whole, without the wait before it.
	Left, Total time.Duration
	Fraction    float64 // of Total that has passed, 0 while waiting, below 1
	// Learned is the number of completions observed it rests on; 0 means the
	// documented times.
	Learned int
	Late    bool // past the expected time
	Stuck   bool // far past it, or waiting for unusually long
}

// Forecast tells times to completion, which the API does not: the documented
// time for the model and length, scaled by what the completions observed here
// took against it. The zero Forecast is ready.
type Forecast struct {
	// Skew is the server's clock minus ours, for the times that it tells; see
	// Compare.
	Skew time.Duration

	models map[string]*pace
}

// pace is how a model's completions compare with the documented times.
type pace struct {
	ratios []float64 // the latest last
	median float64
}

// sameClock is how far a measured difference between two clocks may be off: the
// server tells its time to the second, and an answer takes a while.
const sameClock = 2 * time.Second

// Compare takes in the server's clock minus ours as an answer told it. It
// reports whether Skew has changed: a difference within what can be measured
// changes nothing, so that ages do not flicker.
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

// Observe learns from a completion: took is the time from PROCESSING to
// COMPLETED. Times that cannot be are ignored.
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

// Expect says when a job may be expected to end. A job that has ended, or
// whose status is unknown, is expected to do nothing.
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
	if g.Started.IsZero() { // it was running when it was first seen
		worked = max(0, since(g.Created, now.Add(f.Skew))-typicalWait)
	}
	e.Left = max(0, e.Total-worked)
	e.Fraction = min(nearlyDone, float64(worked)/float64(max(1, e.Total)))
	e.Late = worked > e.Total
	e.Stuck = worked > max(longestWait, stuckFactor*e.Total)
	return e
}

// Fresh is how long a job takes from its sending to its end.
func (f *Forecast) Fresh(s *outbox.Submission) time.Duration {
	job := Generation{Model: s.Model, Length: api.Seconds(s.Price.Seconds), Status: api.Pending}
	return f.Expect(&job, time.Time{}).Left
}

// documented is the published working time: a line through the middles of the
// ranges for clips of 30 s and of 2 min. Unknown models are taken for the most
// common one, unknown lengths for 30 s.
// https://sync.so/docs/api-reference/api/generate-api/get
func documented(model string, length api.Seconds) time.Duration {
	var short, long float64 // seconds
	switch model {
	case "lipsync-1.9.0-beta":
		short, long = 45, 180
	case "lipsync-2-pro":
		short, long = 210, 540
	case "react-1":
		short, long = 90, 360 // the second is a guess: it takes up to 15 s
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

// since is a time gone by, never negative: clocks differ.
func since(t, now time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return max(0, instant.Of(now).Sub(t))
}
