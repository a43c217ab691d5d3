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
