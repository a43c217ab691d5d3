package state

import (
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/table"
)

// goneAfter is how many answers in a row must lack a job before it counts as
// gone: new jobs may be missing from a list for a while.
const goneAfter = 4

// vanished follows jobs that are no longer listed as running, until their outcome
// is known.
type vanished struct {
	queue  []api.ID // to request now
	missed map[api.ID]miss
	size   int // ids per request, fewer after a refusal
}

// miss counts unsuccessful requests for a job.
type miss struct {
	times  int
	absent int       // answers in a row without the job
	next   time.Time // when to ask again
}

// sees queues the jobs that are missing from an answer of all running ones.
func (w *vanished) sees(rows *table.Collection[Generation], t table.Ticket, now time.Time) {
	w.queue = w.queue[:0]
	for g := range rows.Missing(t) {
		if g.Class() != table.ClassStrange && !w.missed[g.ID].next.After(now) {
			w.queue = append(w.queue, g.ID)
		}
	}
}

// prune forgets jobs that have ended.
func (w *vanished) prune(rows *table.Collection[Generation]) {
	ended := func(id api.ID) bool { return !rows.IsLive(string(id)) }
	w.queue = slices.DeleteFunc(w.queue, ended)
	for id := range w.missed {
		if ended(id) {
			delete(w.missed, id)
		}
	}
}

// ids returns the ids to request now: the queue, or else the jobs of unknown
// status.
func (w *vanished) ids(rows *table.Collection[Generation]) []api.ID {
	if w.size == 0 {
		w.size = PageSize
	}
	if len(w.queue) > 0 {
		return slices.Clone(w.queue[:min(len(w.queue), w.size)])
	}
	var ids []api.ID
	for g := range rows.Live() {
		if g.Class() == table.ClassStrange && len(ids) < w.size {
			ids = append(ids, g.ID)
		}
	}
	return ids
}

// answered handles the result for ids, and returns those that count as gone.
func (w *vanished) answered(rows *table.Collection[Generation], ids []api.ID, a Answer, now time.Time) (gone []api.ID) {
	w.queue = slices.DeleteFunc(w.queue, func(id api.ID) bool { return slices.Contains(ids, id) })
	if a.Err != nil {
		return w.refused(ids, a.Err, now)
	}
	w.size = min(PageSize, w.size*2)
	present := make(map[api.ID]bool, len(a.Generations))
	for i := range a.Generations {
		present[a.Generations[i].ID] = true
	}
	for _, id := range ids {
		if rows.IsLive(string(id)) && w.miss(id, !present[id] && a.Skipped == 0, now) {
			gone = append(gone, id)
		}
	}
	return gone
}

// refused narrows down which id the server refuses, and returns it if its job
// counts as gone.
func (w *vanished) refused(ids []api.ID, err error, now time.Time) (gone []api.ID) {
	if !refused(err) {
		return nil // the next look at the running jobs queues them again
	}
	if len(ids) == 1 && w.miss(ids[0], true, now) {
		gone = ids
	}
	w.size = max(1, len(ids)/2)
	return gone
}

// miss schedules the next request for a job: after 5 s, 15 s, 45 s, then every
// minute. It reports whether the job counts as gone now.
func (w *vanished) miss(id api.ID, absent bool, now time.Time) (gone bool) {
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
	if m.absent < goneAfter {
		return false
	}
	delete(w.missed, id)
	return true
}

func (w *vanished) shift(by time.Duration) {
	for id, m := range w.missed {
		m.next = m.next.Add(by)
		w.missed[id] = m
	}
}
