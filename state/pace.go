package state

import "time"

// Pace is how often the poller makes requests. Times below those of ShortestPace
// are raised to them.
type Pace struct {
	Running  time.Duration // running jobs, all in one request
	Rest     time.Duration // the newest jobs
	Whole    time.Duration // a history that only comes as a whole
	Strange  time.Duration // jobs of undocumented status
	Backfill time.Duration // pages of older jobs
	Batches  time.Duration // batches while one runs
	Slow     time.Duration // batches, assets and models otherwise
	Visible  time.Duration // batches, assets and models on the screen
	Prices   time.Duration // between two estimates

	// Without focus, the newest jobs are requested every Away or Rest, whichever
	// is longer. Running jobs and batches keep their pace, and everything else
	// is slower by the factor Unfocused, at least 1.
	Away      time.Duration
	Unfocused int

	Seed uint64 // for the jitter in an outage
}

// DefaultPace shows running jobs at most 5 s old, and jobs made elsewhere after
// at most 15 s.
func DefaultPace() Pace {
	return Pace{
		Running:   3500 * time.Millisecond,
		Rest:      12 * time.Second,
		Whole:     10 * time.Minute,
		Strange:   time.Minute,
		Backfill:  1050 * time.Millisecond,
		Batches:   30 * time.Second,
		Slow:      5 * time.Minute,
		Visible:   30 * time.Second,
		Prices:    3 * time.Second,
		Away:      30 * time.Second,
		Unfocused: 4,
	}
}

// ShortestPace is the minimum of each time. The configuration refuses shorter
// ones.
func ShortestPace() Pace {
	return Pace{
		Running:   2 * time.Second,
		Rest:      10 * time.Second,
		Whole:     time.Minute,
		Strange:   30 * time.Second,
		Backfill:  time.Second,
		Batches:   10 * time.Second,
		Slow:      time.Minute,
		Visible:   10 * time.Second,
		Prices:    2 * time.Second,
		Unfocused: 1,
	}
}

// floored replaces missing times by the defaults and raises times below their
// minimum.
func (p Pace) floored() Pace {
	usual, shortest := DefaultPace(), ShortestPace()
	raise := func(value *time.Duration, usual, shortest time.Duration) {
		if *value <= 0 {
			*value = usual
		}
		*value = max(*value, shortest)
	}
	raise(&p.Running, usual.Running, shortest.Running)
	raise(&p.Rest, usual.Rest, shortest.Rest)
	raise(&p.Whole, usual.Whole, shortest.Whole)
	raise(&p.Strange, usual.Strange, shortest.Strange)
	raise(&p.Backfill, usual.Backfill, shortest.Backfill)
	raise(&p.Batches, usual.Batches, shortest.Batches)
	raise(&p.Slow, usual.Slow, shortest.Slow)
	raise(&p.Visible, usual.Visible, shortest.Visible)
	raise(&p.Prices, usual.Prices, shortest.Prices)
	raise(&p.Away, usual.Away, p.Rest)
	if p.Unfocused < shortest.Unfocused {
		p.Unfocused = usual.Unfocused
	}
	return p
}
