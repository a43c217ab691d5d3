package state

import (
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

// RecallGenerations adds jobs from the journal. Newer rows from answers stay,
// and later answers update the recalled ones.
func (s *Store) RecallGenerations(items []Generation) {
	for i := range items {
		s.Prices.see(items[i].Model)
		s.label(&items[i])
	}
	s.Generations.Recall(items)
	for i := range items {
		s.jobSeen(&items[i], instant.Later(items[i].Created, items[i].Ended))
	}
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

func (s *Store) applyBatches(a Ask, r Result, now time.Time) {
	applyList(&s.Batches, a.ticket, r.Batches, r.Skipped == 0, r.Err, now)
	for i := range r.Batches {
		s.batchSeen(&r.Batches[i], now)
	}
}

func (s *Store) applyModels(a Ask, r Result, now time.Time) {
	for i := range r.Models {
		s.Prices.see(r.Models[i].Name)
	}
	applyList(&s.Models, a.ticket, r.Models, r.Skipped == 0, r.Err, now)
}

func (s *Store) applyAssets(a Ask, r Result, now time.Time) {
	if r.Err == nil {
		s.Beyond.see(a.Topic == AssetPages || !s.Assets.Known(), &r)
	}
	whole := a.Topic == Assets && r.Cursor == "" && r.Skipped == 0
	applyList(&s.Assets, a.ticket, r.Assets, whole, r.Err, now)
}

// Beyond describes the assets that are not loaded.
type Beyond struct {
	Total int  // number of assets on the server; 0 if unknown
	More  bool // there are older pages
}

// see learns from a page; further means that it is the oldest so far.
func (b *Beyond) see(further bool, r *Result) {
	b.Total = max(0, r.Total)
	if further {
		b.More = r.Cursor != ""
	}
}

// applyList applies an answer or an error to a collection.
func applyList[T any](c *table.Collection[T], t table.Ticket, items []T, whole bool, err error, now time.Time) {
	switch {
	case err != nil:
		c.Fail(t, err)
	case whole:
		c.Answer(t, items, now)
		for _, key := range c.Lost(t, items) {
			c.Remove(key)
		}
	default:
		c.Merge(t, items, now)
	}
}

// applyPrice learns a unit price. If the server refuses to name one it is not
// asked again; after any other error the model goes to the end of the queue.
func (s *Store) applyPrice(model string, r Result) {
	if r.Err == nil || refused(r.Err) {
		s.Prices.Learn(model, r.Estimate)
		return
	}
	s.Prices.postpone(model)
}

func (s *Store) applyGenerations(a Ask, r Result, now time.Time) {
	c := &s.Generations
	fresh := a.Topic == Head || a.Topic == Running
	switch {
	case r.Err != nil && fresh:
		c.Fail(a.ticket, r.Err)
		return
	case r.Err != nil:
		c.Drop(a.ticket)
		return
	}
	if a.Topic == Running {
		s.polledRunning(now)
	}
	s.learn(r.Generations, now, func() {
		switch {
		case r.all(a):
			c.Answer(a.ticket, r.Generations, now)
			for _, key := range c.Lost(a.ticket, r.Generations) {
				s.MarkGone(api.ID(key), now)
			}
		case fresh:
			c.Merge(a.ticket, r.Generations, now)
		default:
			c.Extend(a.ticket, r.Generations, now)
		}
	})
	s.History.Loaded = c.Len()
}

// all reports whether the answer contains everything there is.
func (r *Result) all(a Ask) bool { return r.Skipped == 0 && (r.Whole || a.Topic == Head && !r.More) }

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
		s.label(g)
		s.Prices.see(g.Model)
		if g.Status == api.Completed && s.Generations.IsLive(g.Key()) {
			ending = append(ending, g.Key())
		}
	}
	write()
	for i := range items {
		s.jobSeen(&items[i], now)
	}
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
