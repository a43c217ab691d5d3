package account

import (
	"sync/atomic"
	"time"
)

const (
	// pauseOf is the time without a key after which the user is taken to pause:
	// longer than between the keys of somebody who moves through a list.
	pauseOf = 150 * time.Millisecond
	// longestWait is how long work waits for a pause.
	longestWait = time.Second
)

// pauses tells work in the background when the user pauses. It may be used from
// any goroutine.
type pauses struct{ pressed atomic.Int64 } // when, in nanoseconds since 1970

// wait sleeps for d, and then until the user pauses.
func (p *pauses) wait(d time.Duration) {
	time.Sleep(d)
	for end := time.Now().Add(longestWait); ; {
		now := time.Now()
		left := time.Unix(0, p.pressed.Load()).Add(pauseOf).Sub(now)
		if left <= 0 || !now.Before(end) {
			return
		}
		time.Sleep(min(left, end.Sub(now)))
	}
}
