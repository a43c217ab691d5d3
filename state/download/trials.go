package download

import (
	"fmt"
	"time"
)

// trials counts how often a download has failed since its last progress.
type trials struct {
	patience Patience
	last     time.Time // of the last progress
	best     int64     // bytes at that time
	failures int       // in a row
	asked    time.Duration
	stale    int // links refused in a row
	wrong    int // complete files with a wrong content
}

const (
	// enough is how many new bytes count as progress. A server that sends less
	// in all that time is too slow.
	enough = 64 << 10
	// maxStale is how many links in a row may be refused.
	maxStale = 3
	// maxWrong is how often a file is fetched again because its content was
	// wrong.
	maxWrong = 2
	// longestWait is the longest wait that is our own idea.
	longestWait = 30 * time.Second
)

// got notes that size bytes are there.
func (t *trials) got(size int64, now time.Time) {
	if size >= t.best+enough {
		t.best, t.last = size, now
		t.failures, t.stale, t.asked = 0, 0, 0
	}
}

// tooSlow reports that the server has sent too little for too long.
func (t *trials) tooSlow(now time.Time) bool { return now.Sub(t.last) > t.patience.GiveUp }

// failed notes a failure, and returns how long to wait before the next attempt
// or why there is none.
func (t *trials) failed(b *setback, now time.Time) (time.Duration, error) {
	t.failures++
	switch {
	case b.stale:
		if t.stale++; t.stale >= maxStale {
			return 0, because(b.kind, b.words+", for a new link too")
		}
		return 0, nil
	case b.wrong:
		if t.wrong++; t.wrong > maxWrong {
			return 0, because(b.kind, b.words)
		}
		return 0, nil
	case b.again && t.failures == 1:
		return 0, nil
	case b.after > 0:
		return t.askedToWait(b)
	}
	wait := min(t.patience.First<<min(t.failures-1, 8), longestWait)
	if now.Add(wait).Sub(t.last) > t.patience.GiveUp {
		return 0, because(b.kind, fmt.Sprintf("%s; given up after %s without progress", b.words, inWords(t.patience.GiveUp)))
	}
	return wait, nil
}

// askedToWait waits as long as the server asks, but not without end.
func (t *trials) askedToWait(b *setback) (time.Duration, error) {
	if t.asked += b.after; t.asked > t.patience.Asked {
		return 0, because(b.kind, fmt.Sprintf("%s, longer than %s in all", b.words, inWords(t.patience.Asked)))
	}
	t.last = t.last.Add(b.after) // that time was not ours
	return b.after, nil
}
