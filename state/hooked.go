package state

import (
	"time"

	"dubtop/api"
	"dubtop/state/instant"
)

// Hooked are the jobs that have ended since the user's command for ended jobs was
// switched on. The zero Hooked holds none, and is ready to use.
type Hooked struct {
	watch watch
	ended []api.ID // in the order in which they were seen
	seen  map[api.ID]bool
}

// Watch makes jobs that end after since be held, from now on.
func (h *Hooked) Watch(since, now time.Time) {
	h.watch = watch{instant.Of(since), instant.Of(now)}
}

// Ended returns the jobs that have ended, with an output or without.
func (h *Hooked) Ended() []api.ID { return h.ended }

// jobEnded notes a job that has ended. fresh means that it was known to run
// before.
func (h *Hooked) jobEnded(g *Generation, fresh bool) {
	if h.seen[g.ID] || !h.watch.covers(g, fresh) {
		return
	}
	if h.seen == nil {
		h.seen = make(map[api.ID]bool)
	}
	h.seen[g.ID] = true
	h.ended = append(h.ended, g.ID)
}
