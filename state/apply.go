package state

import (
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
	"dubtop/state/table"
)

// blindSpot is the longest gap between two polls of running jobs after which
// their times can still be learned from.
const blindSpot = 30 * time.Second

// Observe applies generations that were not requested by the poller.
func (s *Store) Observe(items []Generation, now time.Time) {
	t := s.Generations.Ask(now)
	s.learn(items, now, func() { s.Generations.Extend(t, items, now) })
}

// ObserveUnlisted applies generations that the server leaves out of its lists.
// Answers that lack them don't remove them.
func (s *Store) ObserveUnlisted(items []Generation, now time.Time) {
	for i := range items {
		s.dress(&items[i])
	}
	s.Observe(slices.Clone(items), now)
	s.Generations.Recall(items)
}

// RecallGenerations adds jobs from the journal. Newer rows from answers stay,
// and later answers update the recalled ones.
func (s *Store) RecallGenerations(items []Generation) {
	for i := range items {
		s.Prices.see(items[i].Model)
		s.dress(&items[i])
	}
	s.Generations.Recall(items)
	for i := range items {
		s.jobSeen(&items[i], instant.Later(items[i].Created, items[i].Ended))
	}
	s.Forecast.Times.Fit()
	s.History.Loaded = s.Generations.Len()
}

// MarkGone records that the server answered 404 for a job. The row stays.
func (s *Store) MarkGone(id api.ID, now time.Time) {
	g, ok := s.Generations.Find(string(id))
	if !ok || g.Gone {
		return
	}
	g.Gone = true
	s.Generations.Put(g, now)
}

func (s *Store) applyBatches(q Query, a Answer, now time.Time) {
	applyList(&s.Batches, q.ticket, a.Batches, a.Skipped == 0, a.Err, now)
	for i := range a.Batches {
		s.batchSeen(&a.Batches[i], now)
	}
}

func (s *Store) applyModels(q Query, a Answer, now time.Time) {
	for i := range a.Models {
		s.Prices.see(a.Models[i].Name)
	}
	applyList(&s.Models, q.ticket, a.Models, a.Skipped == 0, a.Err, now)
}

// applyList applies an answer or an error to a collection.
func applyList[T any](c *table.Collection[T], t table.Ticket, items []T, whole bool, err error, now time.Time) {
	switch {
	case err != nil:
		c.Fail(t, err)
	case whole:
		c.Answer(t, items, now)
		for _, key := range c.Lost(t) {
			c.Remove(key)
		}
	default:
		c.Merge(t, items, now)
	}
}

// applyPrice learns a unit price. If the server refuses to name one it is not
// asked again; after any other error the model goes to the end of the queue.
func (s *Store) applyPrice(model string, a Answer) {
	if a.Err == nil || refused(a.Err) {
		s.Prices.Learn(model, a.Estimate)
		return
	}
	s.Prices.postpone(model)
}

func (s *Store) applyGenerations(q Query, a Answer, now time.Time) {
	c := &s.Generations
	fresh := q.Topic == Head || q.Topic == Running
	switch {
	case a.Err != nil && fresh:
		c.Fail(q.ticket, a.Err)
		return
	case a.Err != nil:
		c.Drop(q.ticket)
		return
	}
	if q.Topic == Running {
		s.polledRunning(now)
	}
	s.learn(a.Generations, now, func() {
		switch {
		case a.all(q):
			c.Answer(q.ticket, a.Generations, now)
			for _, key := range c.Lost(q.ticket) {
				if !s.inOwnBatch(key) {
					s.MarkGone(api.ID(key), now)
				}
			}
		case fresh:
			c.Merge(q.ticket, a.Generations, now)
		default:
			c.Extend(q.ticket, a.Generations, now)
		}
	})
	s.History.Loaded = c.Len()
}

// partSize is how many generations are applied at once: a whole history would
// keep keys waiting.
const partSize = 500

// applyPart applies the first generations of a long answer, and takes them out.
// It does nothing if the rest may be applied at once.
func (s *Store) applyPart(q Query, a *Answer, now time.Time) (more bool) {
	if a.Err != nil || !a.Whole || len(a.Generations) <= partSize {
		return false
	}
	part := a.Generations[:partSize:partSize]
	a.Generations = a.Generations[partSize:]
	if q.Topic == Running {
		s.polledRunning(now)
	}
	s.learn(part, now, func() { s.Generations.Part(q.ticket, part, now) })
	s.History.Loaded = s.Generations.Len()
	return true
}

// all reports whether the answer contains everything there is.
func (a *Answer) all(q Query) bool { return a.Skipped == 0 && (a.Whole || q.Topic == Head && !a.More) }

// polledRunning records a poll of the running jobs.
func (s *Store) polledRunning(now time.Time) {
	if instant.Of(now).Sub(s.watched) > blindSpot {
		s.blind = instant.Of(now)
	}
	s.watched = instant.Of(now)
}

// learn applies generations with write, notes their models for pricing, and
// learns the times of jobs that ended.
func (s *Store) learn(items []Generation, now time.Time, write func()) {
	var ending []string
	for i := range items {
		g := &items[i]
		s.dress(g)
		s.Prices.see(g.Model)
		if g.Status == api.Completed && s.Generations.IsLive(g.Key()) {
			ending = append(ending, g.Key())
		}
	}
	write()
	for i := range items {
		s.jobSeen(&items[i], now)
	}
	s.Forecast.Times.Fit()
	if instant.Of(now).Sub(s.watched) > blindSpot {
		return
	}
	for _, key := range ending {
		g, ok := s.Generations.Find(key)
		if ok && !g.Ended.IsZero() && g.Started.After(s.blind) {
			s.Forecast.Observe(g.Model, g.Length, g.Ended.Sub(g.Started))
		}
	}
}

func (s *Store) applyStanding(_ Query, a Answer, now time.Time) {
	if a.Err != nil {
		return
	}
	s.Standing.absent = a.Absent
	if !a.Absent {
		s.Standing.Account, s.Standing.At = a.Account, instant.Of(now)
	}
}
