package account

import (
	"context"
	"time"
)

// driverBeat is the time between two beats without a screen.
const driverBeat = time.Second

// crew runs the work of a session on goroutines, for a driver without a screen.
type crew struct {
	results chan Result
	away    int // pieces of work running
}

// withoutCause returns a context that ends with ctx, always as canceled: stopped work
// has not failed, for any reason, and goes on the next time.
func withoutCause(ctx context.Context) (context.Context, context.CancelFunc) {
	plain, end := context.WithCancel(context.WithoutCancel(ctx))
	let := context.AfterFunc(ctx, end)
	return plain, func() {
		let()
		end()
	}
}

// start starts work.
func (c *crew) start(ctx context.Context, work []Work) {
	if c.results == nil {
		c.results = make(chan Result)
	}
	for _, w := range work {
		c.away++
		go func() { c.results <- w.Run(ctx) }()
	}
}

// wait passes on the results of running work.
func (c *crew) wait(apply func(Result)) {
	for c.away > 0 {
		apply(<-c.results)
	}
}
