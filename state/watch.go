package state

import (
	"slices"
	"time"

	"dubtop/state/table"

	"dubtop/api"
)

// goneAfter is how often in a row a job must be missing from answers about it
// before it is taken for gone: new jobs may be missing from a list for a
// while.
const goneAfter = 4

// watch follows jobs that were running and are no longer listed as such, until
// it is known what became of them.
type watch struct {
	queue  []api.ID // to be asked about now
	missed map[api.ID]miss
	size   int // ids in one request, fewer after the server refused some
}

// miss is a job that was asked about in vain.
type miss struct {
	times  int
	absent int       // the answers that did not have it at all
	next   time.Time // when to ask again
}

// sees queues the jobs that an answer of all running ones does not have.
func (w *watch) sees(s *Store, t table.Ticket, now time.Time) {
	w.queue = w.queue[:0]
	for g := range s.Generations.Missing(t) {
		if g.Class() != table.ClassStrange && !w.missed[g.ID].next.After(now) {
			w.queue = append(w.queue, g.ID)
		}
	}
}

// prune forgets jobs that have ended meanwhile.
func (w *watch) prune(s *Store) {
	ended := func(id api.ID) bool { return !s.Generations.IsLive(string(id)) }
	w.queue = slices.DeleteFunc(w.queue, ended)
	for id := range w.missed {
		if ended(id) {
			delete(w.missed, id)
		}
	}
}

// ids is what to ask about now: the queue, else the jobs whose status nobody
// knows.
func (w *watch) ids(s *Store) []api.ID {
	if w.size == 0 {
		w.size = PageSize
	}
	if len(w.queue) > 0 {
		return slices.Clone(w.queue[:min(len(w.queue), w.size)])
	}
	var ids []api.ID
	for g := range s.Generations.Live() {
		if g.Class() == table.ClassStrange && len(ids) < w.size {
			ids = append(ids, g.ID)
		}
	}
	return ids
}

// answered takes in what came of asking about ids.
func (w *watch) answered(s *Store, ids []api.ID, r Result, now time.Time) {
	w.queue = slices.DeleteFunc(w.queue, func(id api.ID) bool { return slices.Contains(ids, id) })
	if r.Err != nil {
		w.refused(s, ids, r.Err, now)
		return
	}
	w.size = min(PageSize, w.size*2)
	present := make(map[api.ID]bool, len(r.Generations))
	for i := range r.Generations {
		present[r.Generations[i].ID] = true
	}
	for _, id := range ids {
		if s.Generations.IsLive(string(id)) {
			w.miss(s, id, !present[id] && r.Skipped == 0, now)
		}
	}
}

// refused narrows down which id the server does not take.
func (w *watch) refused(s *Store, ids []api.ID, err error, now time.Time) {
	if !refused(err) {
		return // the next look at the running jobs queues them again
	}
	if len(ids) == 1 {
		w.miss(s, ids[0], true, now)
	}
	w.size = max(1, len(ids)/2)
}

// miss lets a job wait for its next turn: 5 s, 15 s, 45 s, then a minute.
func (w *watch) miss(s *Store, id api.ID, absent bool, now time.Time) {
	if w.missed == nil {
		w.missed = make(map[api.ID]miss)
	}
	m := w.missed[id]
	wait := 5 * time.Second
	for range min(m.times, 3) {
		wait *= 3
	}
	m.times++
	m.next = now.Add(min(wait, time.Minute))
	m.absent++
	if !absent {
		m.absent = 0
	}
	w.missed[id] = m
	if m.absent >= goneAfter {
		s.MarkGone(id, now)
		delete(w.missed, id)
	}
}

func (w *watch) shift(by time.Duration) {
	for id, m := range w.missed {
		m.next = m.next.Add(by)
		w.missed[id] = m
	}
}
