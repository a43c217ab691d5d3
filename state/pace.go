package state

import "time"

// Pace is how often the poller makes requests. Times below their minimum are
// raised to it.
type Pace struct {
	Running  time.Duration // running jobs, all in one request; minimum 2 s
	Rest     time.Duration // the newest jobs; minimum 10 s
	Whole    time.Duration // a history that only comes as a whole; minimum 1 min
	Strange  time.Duration // jobs of undocumented status; minimum 30 s
	Backfill time.Duration // pages of older jobs; minimum 1 s
	Batches  time.Duration // batches while one runs; minimum 10 s
	Slow     time.Duration // batches, assets and models otherwise; minimum 1 min
	Visible  time.Duration // batches, assets and models on the screen; minimum 10 s
	Prices   time.Duration // between two estimates; minimum 2 s

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

// floored replaces missing times by the defaults and raises times below their
// minimum.
func (p Pace) floored() Pace {
	d := DefaultPace()
	raise := func(value *time.Duration, usual, floor time.Duration) {
		if *value <= 0 {
			*value = usual
		}
		*value = max(*value, floor)
	}
	raise(&p.Running, d.Running, 2*time.Second)
	raise(&p.Rest, d.Rest, 10*time.Second)
	raise(&p.Whole, d.Whole, time.Minute)
	raise(&p.Strange, d.Strange, 30*time.Second)
	raise(&p.Backfill, d.Backfill, time.Second)
	raise(&p.Batches, d.Batches, 10*time.Second)
	raise(&p.Slow, d.Slow, time.Minute)
	raise(&p.Visible, d.Visible, 10*time.Second)
	raise(&p.Prices, d.Prices, 2*time.Second)
	raise(&p.Away, d.Away, p.Rest)
	if p.Unfocused <= 0 {
		p.Unfocused = d.Unfocused
	}
	return p
}
