package outbox

import (
	"strings"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
)

const (
	// MostTried is the most jobs to try at once, whoever sent them: no published
	// plan runs more. https://sync.so/docs/api-reference
	MostTried = 15
	// slotsValid is how long a learned number counts, since plans change.
	slotsValid = 24 * time.Hour
	// slotsSettle is how long after a refusal the lists may still show new jobs
	// that ran when it came.
	slotsSettle = 20 * time.Second
)

// SlotSource says how the number of slots is known.
type SlotSource uint8

// The sources.
const (
	SlotsUnknown    SlotSource = iota // not known: probe one more at a time
	SlotsNamed                        // named by the server
	SlotsSet                          // set by the user, for the account
	SlotsConfigured                   // set in the configuration
	SlotsTold                         // told with the account
	SlotsTried                        // one more was refused
)

// Learned is a number of jobs and when it was learned; the zero Learned is
// none.
type Learned struct {
	N  int
	At time.Time
}

func (l Learned) holds(now time.Time) bool {
	age := instant.Of(now).Sub(instant.Of(l.At))
	return l.N > 0 && age < slotsValid && age > -slotsValid
}

// Slots tracks how many jobs an account can run at once, whoever sent them. If
// nothing says, it probes: it tries one more than ever before, until the server
// refuses one for lack of a slot. The zero Slots knows nothing.
type Slots struct {
	Configured int     // in the configuration; 0 if unset
	Set        int     // by the user, for this account; 0 if unset
	Named      Learned // named by the server when it took or refused a job
	Told       Learned // told by the server with the account
	Tried      Learned // jobs running when one more was refused

	reached  int       // most jobs running after one of ours was accepted
	settling time.Time // until when Tried may still be corrected upwards
}

// Known returns how many jobs may run at once and how that is known; n is 0 if
// it is not. If both the user and the server gave a number, the lower one
// counts.
func (s *Slots) Known(now time.Time) (n int, by SlotSource) {
	told := s.Named.holds(now)
	switch {
	case told && (s.Set == 0 || s.Named.N <= s.Set):
		return s.Named.N, SlotsNamed
	case s.Set > 0:
		return s.Set, SlotsSet
	case s.Configured > 0:
		return s.Configured, SlotsConfigured
	case s.Told.holds(now):
		return s.Told.N, SlotsTold
	case s.Tried.holds(now):
		return min(s.Tried.N, MostTried), SlotsTried
	}
	return 0, SlotsUnknown
}

// OfPlan returns the plan's number of slots according to the server or the
// configuration; 0 if neither says.
func (s *Slots) OfPlan(now time.Time) int {
	switch {
	case s.Named.holds(now):
		return s.Named.N
	case s.Configured == 0 && s.Told.holds(now):
		return s.Told.N
	}
	return s.Configured
}

// Reached returns the most jobs seen running at once while the limit was not
// known; at least 1.
func (s *Slots) Reached() int { return max(1, s.reached) }

// Tell records the number named by the server and discards the result of
// probing. It ignores 0 or less.
func (s *Slots) Tell(n int, now time.Time) {
	if n <= 0 || n == s.Named.N && s.Named.holds(now) {
		return
	}
	s.Named, s.Tried, s.settling = Learned{n, instant.Of(now)}, Learned{}, time.Time{}
}

// TellPlan records the number that the server told with the account. It ignores 0
// or less.
func (s *Slots) TellPlan(n int, now time.Time) {
	if n > 0 {
		s.Told = Learned{n, instant.Of(now)}
	}
}

// Choose records the number set by the user, 0 to detect it. It discards
// everything learned, because the plan may have changed.
func (s *Slots) Choose(n int) { *s = Slots{Configured: s.Configured, Set: max(n, 0)} }

// room says how full the account may get before we send one more job. If the
// limit is not known, it goes beyond the highest number reached only if calm,
// and always allows one job of ours.
func (s *Slots) room(o Occupancy, calm bool, reserve int, now time.Time) Room {
	n, by := s.Known(now)
	r := Room{Running: o.Running, Slots: n, Alone: o.Ours == 0 && (by == SlotsTried || by == SlotsUnknown)}
	switch {
	case by != SlotsUnknown:
	case calm:
		r.Slots = MostTried
	default: // reaching a known number is no probe, and the reserve comes out of the whole
		r.Slots = min(MostTried, s.reached+max(reserve, 0))
	}
	return r
}

// accepted records that a job of ours was accepted while that many ran.
func (s *Slots) accepted(running int) { s.reached = max(s.reached, running+1) }

// refused learns from a refusal that came while that many ran. Only a
// generation refused for lack of a slot counts.
func (s *Slots) refused(e *api.Error, running int, now time.Time) {
	switch {
	case e.Kind != api.KindConcurrency || ofBatches(e):
	case e.Slots > 0:
		s.Tell(e.Slots, now)
	default:
		n := running
		s.settling = instant.Of(now).Add(slotsSettle)
		if e.Active > 0 { // the server's count is better than ours
			n, s.settling = e.Active, time.Time{}
		}
		s.Tried = Learned{max(1, n), instant.Of(now)}
		s.reached = min(s.reached, s.Tried.N)
	}
}

// ofBatches reports whether a refusal is about the number of batches, for which
// some servers use the same code.
// https://sync.so/docs/api-reference/guides/batch-processing
func ofBatches(e *api.Error) bool {
	return strings.HasPrefix(string(e.Code), "batch_") || strings.HasPrefix(strings.ToLower(string(e.Message)), "batch ")
}

// settle corrects Tried with the number of running jobs created before the last
// refusal, because the lists show other people's jobs late.
func (s *Slots) settle(earlier int, now time.Time) {
	if instant.Of(now).Before(s.settling) && earlier > s.Tried.N {
		s.Tried.N = earlier
	}
}

// Occupancy is how full an account is.
type Occupancy struct {
	Running int // jobs that hold a slot, whoever sent them
	Ours    int // those sent from here
	Earlier int // those created before the last refusal
	Outage  bool
}
