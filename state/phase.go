package state

import (
	"cmp"
	"time"
)

// PhaseKind is what the poller is about.
type PhaseKind int

// The phases.
const (
	PhaseFresh      PhaseKind = iota // waiting for the next turn
	PhaseRefreshing                  // a question is under way
	PhasePaused                      // by the user
	PhaseOffline                     // no good answer; trying again at Until
	PhaseHeld                        // the server asked for a pause until Until
	PhaseRejected                    // the key was refused; nothing is asked until Resume or Refresh
)

// Phase is what the poller is about, for the screen.
type Phase struct {
	Kind  PhaseKind
	Since time.Time // of an outage
	Until time.Time // of an outage or a hold
	Words string    // why, in one line, safe to draw; "" when all is well
	Err   error
}

// Cut reports whether nothing can be asked at all.
func (p Phase) Cut() bool { return p.Kind == PhaseOffline || p.Kind == PhaseRejected }

// Blind reports whether the lists may be far behind the server just now: in an
// outage, and while nothing is asked.
func (p *Poller) Blind(now time.Time) bool {
	switch p.Phase(now).Kind {
	case PhaseFresh, PhaseRefreshing:
		return false
	}
	return true
}

// Phase says what the poller is about.
func (p *Poller) Phase(now time.Time) Phase {
	switch {
	case p.rejected != nil:
		return Phase{Kind: PhaseRejected, Words: p.rejected.Error(), Err: p.rejected}
	case p.paused:
		return Phase{Kind: PhasePaused}
	case p.held.until.After(now):
		return Phase{Kind: PhaseHeld, Until: p.held.until, Words: cmp.Or(p.held.words, "the server asked for a pause")}
	case p.outage.streak > 0:
		return Phase{
			Kind: PhaseOffline, Since: p.outage.since, Until: p.outage.retry,
			Words: p.outage.err.Error(), Err: p.outage.err,
		}
	case p.underWay(func(t Topic) bool { return p.kinds[t].weight == essential || t == p.visible }):
		return Phase{Kind: PhaseRefreshing}
	}
	return Phase{Kind: PhaseFresh}
}
