package outbox

import (
	"strings"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
)

const (
	// MostTried is how many jobs at once, everybody's, are tried at most: no
	// published plan runs more. https://sync.so/docs/api-reference
	MostTried = 15
	// slotsHold is how long a number that was learned is believed: plans change.
	slotsHold = 24 * time.Hour
	// slotsSettle is how long after a refusal the lists may still bring jobs that
	// ran when it came.
	slotsSettle = 20 * time.Second
)

// SlotSource says how it is known how many jobs run at once.
type SlotSource uint8

// The sources.
const (
	SlotsUnknown    SlotSource = iota // nothing tells: one more is tried at a time
	SlotsTold                         // by the server
	SlotsSet                          // by the user, for the account
	SlotsConfigured                   // in the configuration
	SlotsTried                        // one more than that was refused
)

// Learned is a number of jobs, and when it was learned; the zero Learned is none.
type Learned struct {
	N  int
	At time.Time
}

func (l Learned) holds(now time.Time) bool {
	age := instant.Of(now).Sub(instant.Of(l.At))
	return l.N > 0 && age < slotsHold && age > -slotsHold
}

// Slots is what is known of how many jobs of an account run at once, whoever
// made them, and how that is found out where nothing tells: one more than ever
// before is tried, until the server refuses one for want of a slot. The zero
// Slots knows nothing.
type Slots struct {
	Configured int     // in the configuration; 0: not
	Set        int     // by the user, for this account; 0: not
	Told       Learned // by the server
	Tried      Learned // how many ran when one more was refused

	reached  int       // so many ran when one of ours was accepted, that one included
	settling time.Time // until when Tried may still turn out to have been more
}

// Known is how many jobs may run at once and how that is known; n is 0 if
// nothing tells. What the user set bounds what the server told, and the other
// way round.
func (s *Slots) Known(now time.Time) (n int, by SlotSource) {
	told := s.Told.holds(now)
	switch {
	case told && (s.Set == 0 || s.Told.N <= s.Set):
		return s.Told.N, SlotsTold
	case s.Set > 0:
		return s.Set, SlotsSet
	case s.Configured > 0:
		return s.Configured, SlotsConfigured
	case s.Tried.holds(now):
		return min(s.Tried.N, MostTried), SlotsTried
	}
	return 0, SlotsUnknown
}

// OfPlan is how many jobs the plan runs at once, as far as anybody told; 0 if
// nobody did.
func (s *Slots) OfPlan(now time.Time) int {
	if s.Told.holds(now) {
		return s.Told.N
	}
	return s.Configured
}

// Reached is how many jobs were seen to run at once while nothing told how many
// may; at least 1.
func (s *Slots) Reached() int { return max(1, s.reached) }

// Tell takes in the number that the server names; 0 or less is none. What was
// tried is of no use then.
func (s *Slots) Tell(n int, now time.Time) {
	if n <= 0 || n == s.Told.N && s.Told.holds(now) {
		return
	}
	s.Told, s.Tried, s.settling = Learned{n, instant.Of(now)}, Learned{}, time.Time{}
}

// Choose takes in the number that the user sets, 0 to have it found out. What
// was learned before is forgotten: whoever sets it may have changed the plan.
func (s *Slots) Choose(n int) { *s = Slots{Configured: s.Configured, Set: max(n, 0)} }

// room is how full the account may be for one more job of ours to leave. Where
// nothing tells, one more than ever before is tried only if calm, and one of
// ours runs whatever others do.
func (s *Slots) room(o Occupancy, calm bool, reserve int, now time.Time) Room {
	n, by := s.Known(now)
	r := Room{Running: o.Running, Slots: n, Alone: o.Ours == 0 && (by == SlotsTried || by == SlotsUnknown)}
	switch {
	case by != SlotsUnknown:
	case calm:
		r.Slots = MostTried
	default: // what was reached is no try, and the reserve is of the whole
		r.Slots = min(MostTried, s.reached+max(reserve, 0))
	}
	return r
}

// accepted notes that one more of ours was accepted while so many ran.
func (s *Slots) accepted(running int) { s.reached = max(s.reached, running+1) }

// refused learns from a refusal that came while so many ran. Nothing else than
// one for want of a slot for a generation teaches anything.
func (s *Slots) refused(e *api.Error, running int, now time.Time) {
	switch {
	case e.Kind != api.KindConcurrency || ofBatches(e):
	case e.Slots > 0:
		s.Tell(e.Slots, now)
	default:
		n := running
		s.settling = instant.Of(now).Add(slotsSettle)
		if e.Active > 0 { // the server counts better than we do
			n, s.settling = e.Active, time.Time{}
		}
		s.Tried = Learned{max(1, n), instant.Of(now)}
		s.reached = min(s.reached, s.Tried.N)
	}
}

// ofBatches reports whether a refusal is about the number of batches, which has
// the code of the other one on some servers.
// https://sync.so/docs/api-reference/guides/batch-processing
func ofBatches(e *api.Error) bool {
	return strings.HasPrefix(string(e.Code), "batch_") || strings.HasPrefix(strings.ToLower(string(e.Message)), "batch ")
}

// settle takes in how many of the jobs that run now were made before the last
// refusal: lists bring what others made only after a while.
func (s *Slots) settle(earlier int, now time.Time) {
	if instant.Of(now).Before(s.settling) && earlier > s.Tried.N {
		s.Tried.N = earlier
	}
}

// Occupancy is how full an account is.
type Occupancy struct {
	Running int // jobs that hold a slot, everybody's
	Ours    int // of them those that were sent from here
	Earlier int // of Running those that were made before the last refusal
	Outage  bool
}
