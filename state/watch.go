package state

import (
	"time"

	"dubtop/state/instant"
)

// watch is a watch for jobs that end. The zero watch covers none.
type watch struct {
	since time.Time // jobs that end after it are covered
	begun time.Time // when this session began to watch
}

// covers reports whether a job ended during the watch. fresh means that it was
// known to run before; then it has ended during this session, or while dubtop was
// closed.
func (w *watch) covers(g *Generation, fresh bool) bool {
	if w.since.IsZero() {
		return false
	}
	return fresh && w.since.Before(w.begun) || instant.Later(g.Created, g.Ended).After(w.since)
}
