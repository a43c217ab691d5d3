package state

import (
	"cmp"
	"time"
)

// PhaseKind is the state of the poller.
type PhaseKind int

// The phases.
const (
	PhaseFresh      PhaseKind = iota // up to date, waiting
	PhaseRefreshing                  // a request is under way
	PhasePaused                      // paused by the user
	PhaseOffline                     // no answer; retry at Until
	PhaseBackoff                     // the server asked for a backoff until Until
	PhaseRejected                    // the key was refused; no requests until Resume or Refresh
)

// Phase describes the state of the poller for the screen.
type Phase struct {
	Kind  PhaseKind
	Since time.Time // of an outage
	Until time.Time // of an outage or a backoff
	Words string    // the reason in one line, safe to draw; "" if there is none
	Err   error
}

// Cut reports whether no requests are possible.
func (p Phase) Cut() bool { return p.Kind == PhaseOffline || p.Kind == PhaseRejected }

// Blind reports whether the lists may be far behind the server, because of an
// outage or because no requests are made.
func (p *Poller) Blind(now time.Time) bool {
	switch p.Phase(now).Kind {
	case PhaseFresh, PhaseRefreshing:
		return false
	}
	return true
}

// Phase returns the state of the poller.
func (p *Poller) Phase(now time.Time) Phase {
	switch {
	case p.rejected != nil:
		return Phase{Kind: PhaseRejected, Words: p.rejected.Error(), Err: p.rejected}
	case p.paused:
		return Phase{Kind: PhasePaused}
	case p.backoff.until.After(now):
		return Phase{Kind: PhaseBackoff, Until: p.backoff.until, Words: cmp.Or(p.backoff.words, "the server asked for a pause")}
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
