package state

import (
	"slices"
	"time"

	"dubtop/state/instant"
)

// window is the time over which requests are counted.
const window = time.Minute

// The most requests of the poller in any window. These are hard limits: a
// request that would exceed one waits.
const (
	maxRequests = 60 // in all: a tenth of the published limit
	maxSideBusy = 10 // side topics while jobs run
	maxSideRest = 5  // side topics at rest: with six for the head and one more, twelve
	maxAwaits   = 10 // held requests: three of 30 s are six
	minFill     = 2  // pages of older items, even if everything else is busy
	spare       = 2  // reserved for the user's refreshes
)

// weight decides which limit a topic counts against.
type weight uint8

const (
	essential weight = iota // jobs
	side                    // batches, assets, models, prices
	filler                  // older pages
	awaits                  // jobs that somebody waits for
)

// quota records the requests of the last window, in order of time.
type quota struct{ sent []stamp }

type stamp struct {
	at     time.Time
	weight weight
}

func (b *quota) spend(at time.Time, w weight) {
	b.sent = slices.DeleteFunc(b.sent, func(s stamp) bool { return at.Sub(s.at) > window })
	b.sent = append(b.sent, stamp{at, w})
}

// free returns when another request is allowed: when fewer than limit of its
// weight, and fewer than maxRequests in all, are in the window.
func (b *quota) free(now time.Time, w weight, limit int) time.Time {
	at := b.room(now, maxRequests, func(stamp) bool { return true })
	return instant.Later(at, b.room(now, limit, func(s stamp) bool { return s.weight == w }))
}

// room returns when fewer than limit of the counted requests are in the window.
func (b *quota) room(now time.Time, limit int, counted func(stamp) bool) time.Time {
	n := 0
	for _, s := range slices.Backward(b.sent) {
		if !counted(s) || now.Sub(s.at) > window {
			continue
		}
		if n++; n == limit {
			return s.at.Add(window + time.Millisecond)
		}
	}
	return time.Time{}
}

func (b *quota) shift(by time.Duration) {
	for i := range b.sent {
		b.sent[i].at = b.sent[i].at.Add(by)
	}
}
