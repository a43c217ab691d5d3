package state

import "time"

// Pace is how often the poller asks. Times that are too short for the budget are
// raised to their floor.
type Pace struct {
	Running  time.Duration // running jobs, all in one request; at least 2 s
	Rest     time.Duration // the newest jobs; at least 10 s
	Whole    time.Duration // a history that only comes as a whole; at least 1 min
	Strange  time.Duration // jobs of undocumented status; at least 30 s
	Backfill time.Duration // pages of older jobs; at least 1 s
	Batches  time.Duration // while one runs; at least 10 s
	Slow     time.Duration // batches, assets and models otherwise; at least 1 min
	Visible  time.Duration // batches, assets and models on the screen; at least 10 s
	Prices   time.Duration // between two estimates; at least 2 s

	// Without focus the newest jobs are asked for this often, or as often as
	// Rest says if that is longer; running jobs and batches keep their pace, and
	// everything else is Unfocused times slower, at least 1.
	Away      time.Duration
	Unfocused int

	Seed uint64 // of the jitter in an outage
}

// DefaultPace keeps running jobs no more than 5 s old and a job made elsewhere
// no more than 15 s unseen.
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

// floored fills what is missing with the defaults and raises what is too
// short.
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
