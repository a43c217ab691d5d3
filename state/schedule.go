package state

import (
	"slices"
	"time"

	"dubtop/state/instant"
)

const (
	// lostAfter is when a request without any answer is repeated.
	lostAfter = 5 * time.Minute
	// vanishedGap is the shortest time between two requests about vanished jobs.
	vanishedGap = time.Second
	// chargeBusy and chargeRest are the times between two requests for a job's
	// cost, while jobs run and at rest. That is little beside the lists, yet
	// enough for the jobs of a night.
	chargeBusy = 12 * time.Second
	chargeRest = 20 * time.Second
)

// ready returns when a topic may be requested; ok is false if that does not
// depend on time alone.
func (p *Poller) ready(t Topic) (at time.Time, ok bool) {
	lane := &p.lanes[t]
	pace, wanted := p.interval(t)
	switch {
	case p.rejected != nil, p.paused && !lane.forced, !wanted, p.only != nil && !slices.Contains(p.only, t):
		return at, false
	case p.outage.streak > 0:
		return p.readyInOutage(t)
	case t != Head && !p.facts.known, p.kinds[t].weight == filler && !lane.forced && !p.idle():
		return at, false
	}
	if !lane.forced {
		at = lane.due(pace)
	}
	if lane.query != 0 {
		at = instant.Later(at, lane.sent.Add(lostAfter))
	}
	if after := p.kinds[t].after; after != nil {
		at = instant.Later(at, after(p))
	}
	return p.gated(t, at), true
}

// due returns when the lane is to send again by itself.
func (l *lane) due(pace time.Duration) time.Time {
	if l.sent.IsZero() {
		return l.retry
	}
	return instant.Later(l.retry, l.sent.Add(pace))
}

// readyInOutage lets one topic at a time try the connection.
func (p *Poller) readyInOutage(t Topic) (at time.Time, ok bool) {
	if t != p.probe() {
		return at, false
	}
	at = p.outage.retry
	for i := range p.lanes {
		if p.lanes[i].query != 0 {
			at = instant.Later(at, p.lanes[i].sent.Add(lostAfter))
		}
	}
	return p.gated(t, at), true
}

// gated delays a time until the backoff has ended and the quota has room.
func (p *Poller) gated(t Topic, at time.Time) time.Time {
	at = instant.Later(at, p.backoff.until)
	limit := maxRequests
	switch w := p.kinds[t].weight; {
	case w == side && !p.lanes[t].forced:
		limit = p.sideLimit()
	case w == filler && !p.lanes[t].forced:
		limit = p.fillLimit()
	case w == awaits:
		limit = maxAwaits
	}
	return instant.Later(at, p.quota.free(p.last, p.kinds[t].weight, limit))
}

// sideLimit is the number of side requests per window. A running batch counts
// as busy, so that the requests at the start do not delay its updates.
func (p *Poller) sideLimit() int {
	if p.facts.running > 0 || p.facts.batches > 0 {
		return maxSideBusy
	}
	return maxSideRest
}

// fillLimit is the number of pages of older items per window: the rest of the
// quota if everything else uses its full share. Running jobs may vanish one by
// one, each with its own request.
func (p *Poller) fillLimit() int {
	perWindow := func(every time.Duration) int { return int(window/every) + 1 }
	needed := p.sideLimit() + spare + perWindow(p.pace.Rest)
	if p.facts.running > 0 {
		looks := perWindow(p.pace.Running)
		needed += looks + min(looks, p.facts.running)
	}
	if len(p.awaiting.chosen) > 0 {
		needed += maxAwaits
	}
	return max(minFill, maxRequests-needed)
}

// idle reports whether only filler requests are under way.
func (p *Poller) idle() bool {
	return !p.underWay(func(t Topic) bool { return p.kinds[t].weight != filler })
}

func (p *Poller) underWay(which func(Topic) bool) bool {
	for t := range topics {
		if p.lanes[t].query != 0 && which(t) {
			return true
		}
	}
	return false
}

// interval is the time between two requests of a topic; ok is false if there is
// nothing to request.
func (p *Poller) interval(t Topic) (every time.Duration, ok bool) {
	k := &p.kinds[t]
	every, ok = k.every(p)
	switch {
	case p.unfocused && k.away != nil:
		every = k.away(p, every)
	case p.unfocused:
		every = slowed(p, every)
	}
	return every, ok || p.lanes[t].forced || p.outage.streak > 0 && t != Awaited
}

func (p *Poller) headInterval() time.Duration {
	if p.facts.whole {
		return p.pace.Whole
	}
	return p.pace.Rest
}

func (p *Poller) runningInterval() (every time.Duration, ok bool) {
	if p.facts.running > 0 {
		return p.pace.Running, true
	}
	return p.pace.Rest, p.facts.whole
}

func (p *Poller) vanishedInterval() (every time.Duration, ok bool) {
	if len(p.vanished.queue) > 0 {
		return vanishedGap, true
	}
	return p.pace.Strange, p.facts.strange > 0
}

// chargeInterval is the time between two requests for our jobs' costs.
func (p *Poller) chargeInterval() (every time.Duration, ok bool) {
	wanted := p.facts.charges > 0 && p.facts.settle.singly
	if p.facts.running > 0 || p.facts.batches > 0 {
		return chargeBusy, wanted
	}
	return chargeRest, wanted
}

// sideInterval is the time between two requests of a side topic.
func (p *Poller) sideInterval(t Topic) time.Duration {
	every := p.pace.Slow
	if t == p.visible {
		every = p.pace.Visible
	}
	if t == Batches && p.facts.batches > 0 {
		every = min(every, p.pace.Batches)
		if t == p.visible {
			every = max(10*time.Second, p.pace.Batches/3)
		}
	}
	return every
}

// settlementInterval is the time between two pages of what finished.
func (p *Poller) settlementInterval() (every time.Duration, ok bool) {
	f := &p.facts.settle
	if f.going {
		return max(p.pace.Backfill, window/time.Duration(p.fillLimit())), f.wanted
	}
	return f.every, f.wanted
}
