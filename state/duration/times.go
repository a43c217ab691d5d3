// Package duration learns how long jobs take, from their creation to their end,
// from those that have finished. It is pure: it asks no clock and keeps no job.
package duration

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"
)

const (
	// Enough is the number of finished jobs of a model from which on its own times
	// are used.
	Enough = 5
	// remembered is the number of the newest jobs that are learned from, per model.
	remembered = 2000
	// longest is the longest time that is believed: batches may take a day.
	longest = 24 * time.Hour
	// refits is the share of new jobs, one in refits, after which the effects are
	// computed anew: that takes about a millisecond.
	refits = 8
	// doubt is the number of jobs that an effect of a length or an hour must
	// outweigh: with fewer it counts half.
	doubt = 4
	// rounds is how often the effects are computed, each without the others.
	rounds = 2

	hours = 24
	// lengths is the number of classes of length, two for each doubling from one
	// second on: the last is beyond two hours.
	lengths = 28
)

// Job holds the facts that determine the time of a job.
type Job struct {
	Model   string
	Length  float64   // seconds of output; 0 if unknown
	Created time.Time // the hour of the day matters; zero if unknown
}

// Times is how long jobs take. The time of a job is taken to be the documented
// one, times a factor of its model, of its length, of the hour at which it was
// made, and of chance. The zero Times knows nothing and is ready to use.
type Times struct{ models map[string]*times }

// times are those of a model. Factors are logarithms, so that they add up.
type times struct {
	jobs   []finished
	news   int // jobs since the factors were computed
	factor float64
	length [lengths]float64
	hour   [hours]float64
	usual  float64   // length of most jobs, as a class
	chance []float64 // what the factors do not explain, from the shortest
}

// finished is a job that has ended.
type finished struct {
	at     int64   // when it was created
	factor float32 // its time as a factor of the documented one
	length float32 // as a class with a fraction; below 0 if unknown
	hour   int8    // below 0 if unknown
}

// Learn takes in how long a job took from its creation to its end. It ignores
// impossible times.
func (t *Times) Learn(j Job, took time.Duration) {
	if took <= 0 || took > longest {
		return
	}
	m := t.models[j.Model]
	if m == nil {
		if t.models == nil {
			t.models = make(map[string]*times)
		}
		m = new(times)
		t.models[j.Model] = m
	}
	if len(m.jobs) == remembered*5/4 { // the newest stay, in whatever order they came
		slices.SortFunc(m.jobs, func(a, b finished) int { return cmp.Compare(b.at, a.at) })
		m.jobs = m.jobs[:remembered]
	}
	m.jobs = append(m.jobs, finished{
		at: j.Created.Unix(), factor: float32(math.Log(float64(took) / float64(documented(&j)))),
		length: float32(classOf(j.Length)), hour: int8(hourOf(j.Created)),
	})
	m.news++
}

// fitAtOnce is the number of jobs after which Fit lets keys have their turn.
const fitAtOnce = 1000

// Fit computes the factors of models that have learned enough to matter, those
// first that have learned most since. more says that there are others.
func (t *Times) Fit() (more bool) {
	next := t.due()
	for jobs := 0; next != nil && jobs < fitAtOnce; next = t.due() {
		jobs += len(next.jobs)
		next.fit()
	}
	return next != nil
}

// due is the model whose factors are to be computed next, or nil.
func (t *Times) due() (next *times) {
	for _, name := range slices.Sorted(maps.Keys(t.models)) { // of equals always the same
		m := t.models[name]
		if n := len(m.jobs); n < Enough || m.news*refits < n {
			continue
		}
		if next == nil || m.news*len(next.jobs) > next.news*len(m.jobs) {
			next = m
		}
	}
	return next
}

// documented is what the vendor says about a job, with its wait.
func documented(j *Job) time.Duration { return Wait + Documented(j.Model, j.Length) }

// classOf is the class of a length, with a fraction.
func classOf(seconds float64) float64 {
	if seconds <= 0 {
		return -1
	}
	return min(lengths-1, max(0, 2*math.Log2(seconds)))
}

func hourOf(t time.Time) int {
	if t.IsZero() {
		return -1
	}
	return t.UTC().Hour()
}

// fit computes the factors. Each is the median of what the others leave over, so
// that a few odd times change nothing.
func (m *times) fit() {
	m.news, m.factor, m.length, m.hour = 0, 0, [lengths]float64{}, [hours]float64{}
	m.usual = m.usualLength()
	rest := make([]float64, len(m.jobs))
	leftOver := func(f *finished) float64 {
		return float64(f.factor) - m.factor - m.lengthOf(float64(f.length)) - m.hourOf(int(f.hour))
	}
	for range rounds {
		for i := range m.jobs {
			rest[i] = leftOver(&m.jobs[i]) + m.factor
		}
		m.factor = median(rest)
		effects(m.jobs, m.length[:], func(f *finished) (int, float64) {
			at := int(math.Round(float64(f.length)))
			return at, float64(f.factor) - m.factor - m.hourOf(int(f.hour))
		})
		effects(m.jobs, m.hour[:], func(f *finished) (int, float64) {
			return int(f.hour), float64(f.factor) - m.factor - m.lengthOf(float64(f.length))
		})
	}
	for i := range m.jobs {
		rest[i] = leftOver(&m.jobs[i])
	}
	slices.Sort(rest)
	m.chance = rest
}

// effects sets each factor to the median of its jobs, the closer to none the
// fewer they are.
func effects(jobs []finished, to []float64, of func(*finished) (int, float64)) {
	groups := make([][]float64, len(to))
	for i := range jobs {
		if at, rest := of(&jobs[i]); at >= 0 {
			groups[at] = append(groups[at], rest)
		}
	}
	for i, group := range groups {
		to[i] = 0
		if n := float64(len(group)); n > 0 {
			to[i] = median(group) * n / (n + doubt)
		}
	}
}

// median sorts its values.
func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// usualLength is the class of length of most jobs.
func (m *times) usualLength() float64 {
	var known []float64
	for i := range m.jobs {
		if l := m.jobs[i].length; l >= 0 {
			known = append(known, float64(l))
		}
	}
	if known == nil {
		return 0
	}
	return median(known)
}

// lengthOf is the factor of a length, between those of the classes beside it.
func (m *times) lengthOf(class float64) float64 {
	if class < 0 {
		class = m.usual
	}
	low := min(lengths-2, int(class))
	share := class - float64(low)
	return m.length[low]*(1-share) + m.length[low+1]*share
}

func (m *times) hourOf(hour int) float64 {
	if hour < 0 {
		return 0
	}
	return m.hour[hour]
}

// Usual is how long a job takes from its creation to its end: half of such jobs
// take less. Learned is the number of jobs that it is based on; with 0 nothing is
// known.
func (t *Times) Usual(j Job) (usual time.Duration, learned int) {
	m := t.models[j.Model]
	if m == nil || len(m.chance) == 0 {
		return 0, 0
	}
	factor := m.factor + m.lengthOf(classOf(j.Length)) + m.hourOf(hourOf(j.Created))
	return scaled(documented(&j), factor), len(m.jobs)
}

func scaled(d time.Duration, factor float64) time.Duration {
	return time.Duration(min(float64(7*longest), float64(d)*math.Exp(factor)))
}

// Left is how long a job takes from now on that was created a while ago: half of
// those that took as long took less. It is 0 if none did.
func (t *Times) Left(j Job, passed time.Duration) (left, usual time.Duration, learned int) {
	usual, learned = t.Usual(j)
	if learned == 0 {
		return 0, 0, 0
	}
	chance := t.models[j.Model].chance
	if passed > 0 {
		ended, _ := slices.BinarySearch(chance, math.Log(float64(passed)/float64(max(1, usual))))
		chance = chance[ended:]
	}
	if len(chance) == 0 {
		return 0, usual, learned
	}
	return max(0, scaled(usual, chance[len(chance)/2])-passed), usual, learned
}
