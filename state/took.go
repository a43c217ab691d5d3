package state

import (
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/duration"
	"dubtop/state/settle"
)

// Took is how long an ended job took; see Figures.Took.
func (s *Store) Took(g *Generation) (d time.Duration, whole, ok bool) {
	return s.Figures().Took(g)
}

// Figures returns the figures of the jobs.
func (s *Store) Figures() Figures { return Figures{&s.Prices, &s.tooks} }

// AnyTook reports whether the server has told how long jobs took.
func (s *Store) AnyTook() bool { return len(s.tooks.by) > 0 }

// tellTook takes in how long a job took, and learns from it if the job is known.
func (s *Store) tellTook(r *settle.Row) {
	d := r.Took()
	if d <= 0 {
		return
	}
	s.tooks.put(r.ID, d)
	if g, ok := s.Generations.Find(r.ID); ok {
		s.learnTook(&g)
	}
	s.batchTook(r)
}

// learnTook learns how long a completed job took, once. Jobs of a batch wait for
// as long as the server likes, and tell nothing about others.
func (s *Store) learnTook(g *Generation) {
	if g.Status != api.Completed || g.Created.IsZero() || s.inOwnBatch(g.Key()) || !s.tooks.learn(g.Key()) {
		return
	}
	d, _ := s.tooks.find(g.Key())
	s.Forecast.Times.Learn(duration.Job{Model: g.Model, Length: float64(g.Length), Created: g.Created}, d)
}

// batchTook keeps when the last job of a batch of ours ended.
func (s *Store) batchTook(r *settle.Row) {
	if !s.inOwnBatch(r.ID) {
		return
	}
	m := s.Sets.members[r.ID]
	batch := s.Sets.sets[string(m.set)].batches[m.batch]
	if s.batchEnds == nil {
		s.batchEnds = make(map[string]time.Time)
	}
	if batch != "" && r.Ended.After(s.batchEnds[batch]) {
		s.batchEnds[batch] = r.Ended
	}
}

// enoughBatches is the number of our ended batches needed to forecast a batch that
// has not yet told its speed.
const enoughBatches = 3

// BatchEnd forecasts when a batch will end: from how far it is, or else from how
// long our others took. now is the server's time. The result is zero if nothing is
// known.
func (s *Store) BatchEnd(b *Batch, now time.Time) time.Time {
	if end := b.End(now); !end.IsZero() || b.Status.Terminal() || b.Created.IsZero() {
		return end
	}
	var took []time.Duration
	for id, end := range s.batchEnds {
		if other, ok := s.Batches.Find(id); ok && other.Status == api.BatchCompleted && end.After(other.Created) {
			took = append(took, end.Sub(other.Created))
		}
	}
	if len(took) < enoughBatches {
		return time.Time{}
	}
	slices.Sort(took)
	if end := b.Created.Add(took[len(took)/2]); end.After(now) {
		return end
	}
	return time.Time{}
}

// Expect forecasts a job; see Forecast.Expect. The server tells the length of a
// job at its end: until then it is the length its price was for.
func (s *Store) Expect(g *Generation, now time.Time) Expectation {
	if g.Length == 0 && !g.Status.Terminal() {
		if e, ours := s.Ledger.Find(g.ID); ours && e.Seconds > 0 {
			sized := *g
			sized.Length = api.Seconds(e.Seconds)
			return s.Forecast.Expect(&sized, now)
		}
	}
	return s.Forecast.Expect(g, now)
}
