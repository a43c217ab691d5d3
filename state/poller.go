package state

import (
	"time"

	"dubtop/state/table"

	"dubtop/api"
	"dubtop/state/instant"
)

const (
	// refreshGap is the least time between two refreshes by the user.
	refreshGap = 2 * time.Second
	// clockSlack is how far callers' times may go back without meaning that
	// the clock was set.
	clockSlack = 2 * time.Second
	// sampleSeconds is the length a unit price is asked for.
	sampleSeconds = 10
)

// Poller decides what to ask for, and when. It is arithmetic on times: the
// caller asks each question it is told is due, in the background, and hands
// the result back.
//
// The order of calls is: Due whenever Next has come, and after Landed, Refresh
// and every other change; Landed once for each Ask that Due gave. Landed writes
// the result into the store by itself.
//
// In any minute it asks at most 60 times in all, and at most 12 times at rest
// with the history complete. It never asks about a job that has ended.
type Poller struct {
	pace  Pace
	kinds [topics]kind
	lanes [topics]lane
	last  time.Time // the latest now

	budget   budget
	watch    watch
	backfill backfill
	assets   paging
	outage   outage
	held     hold
	rejected error

	visible   Topic
	paused    bool
	unfocused bool
	asked     uint64
	resumed   uint64 // the last question before Resume
	refreshed time.Time
	facts     facts
}

// lane is where a topic stands.
type lane struct {
	ask      uint64    // the question under way, 0 without one
	sent     time.Time // the last question
	failures int       // in a row
	retry    time.Time // not before, after a failure
	forced   bool      // by the user, so pace and pause do not matter
}

// facts are what the store had at the last look.
type facts struct {
	running  int       // jobs waiting or running
	strange  int       // jobs of unknown status
	batches  int       // batches that have not ended
	unpriced int       // models without a unit price
	charges  int       // jobs of ours whose cost is to be asked for
	charge   time.Time // when the next of them may be
	openDue  bool      // the open job is to be asked for again
	openAt   time.Time // not before
	known    bool
	whole    bool
}

// paging is the way through the older pages of assets.
type paging struct {
	begun  bool
	cursor api.Cursor
	used   map[api.Cursor]struct{}
}

// NewPoller makes a poller that has asked nothing yet.
func NewPoller(p Pace) *Poller { return &Poller{pace: p.floored(), kinds: kinds()} }

// Due is what to ask for now. Each Ask counts as under way from here on.
func (p *Poller) Due(now time.Time, s *Store) []Ask {
	now = p.tick(now)
	p.look(s)
	var asks []Ask
	for t := range topics {
		if at, ok := p.ready(t); ok && !at.After(now) {
			asks = append(asks, p.send(t, now, s))
		}
	}
	return asks
}

// Next is when Due will have something, as far as can be told now; never
// before now. It is zero when only a result or the user can change that.
func (p *Poller) Next(now time.Time) time.Time {
	now = p.tick(now)
	var next time.Time
	for t := range topics {
		at, ok := p.ready(t)
		if ok && (next.IsZero() || at.Before(next)) {
			next = instant.Later(at, now)
		}
	}
	return next
}

// Landed takes the result of an Ask into the store, and learns from it when to
// ask again. Results may come in any order and however late.
func (p *Poller) Landed(now time.Time, s *Store, a Ask, r Result) {
	now = p.tick(now)
	known := s.known(r.Generations)
	p.kinds[a.Topic].apply(s, a, r, now)
	if p.lanes[a.Topic].ask == a.ID {
		p.lanes[a.Topic].ask = 0
	}
	if r.Err != nil {
		p.failed(a, r.Err, now)
	} else {
		p.succeeded(a.Topic)
	}
	if follow := p.kinds[a.Topic].follow; follow != nil {
		follow(p, s, a, r, known, now)
	}
	p.look(s)
}

// turn goes on to the next page; one that was seen before is the end.
func (g *paging) turn(next api.Cursor) {
	if g.used == nil {
		g.used = make(map[api.Cursor]struct{})
	}
	g.begun = true
	g.used[g.cursor] = struct{}{}
	if _, seen := g.used[next]; seen {
		next = ""
	}
	g.cursor = next
}

// Refresh is the user's wish to see what is new now: the jobs, and what is on
// the screen. It also tries again in an outage and after a refused key, but
// not before the end of a hold. Several within 2 s count as one.
func (p *Poller) Refresh(now time.Time) {
	now = p.tick(now)
	if !p.refreshed.IsZero() && now.Sub(p.refreshed) < refreshGap {
		return
	}
	p.refreshed = now
	p.Wake(now)
}

// Wake is to be called when the clock has jumped, as after sleep, and after a
// new key: what is on the screen is asked for once, and the network is
// presumed good again.
func (p *Poller) Wake(now time.Time) {
	now = p.tick(now)
	p.Resume()
	p.outage.retry = time.Time{}
	for _, t := range []Topic{Head, Running, p.visible} {
		p.lanes[t].forced = t != Running || p.facts.running > 0 || p.facts.whole
		p.lanes[t].failures, p.lanes[t].retry = 0, time.Time{}
		if now.Sub(p.lanes[t].sent) > lostAfter {
			p.lanes[t].ask = 0
		}
	}
}

// Resume ends the stop that a refused key caused. Refusals still on their way
// were meant for the key before.
func (p *Poller) Resume() { p.rejected, p.resumed = nil, p.asked }

// Hold stops everything until a time, for a reason in words.
func (p *Poller) Hold(until time.Time, words string) {
	if until = instant.Of(until); until.After(p.held.until) {
		p.held.until, p.held.words = until, words
	}
}

// Pause stops the background, or lets it go on. Refresh works all the same.
func (p *Poller) Pause(paused bool) { p.paused = paused }

// Paused reports whether the user paused the background.
func (p *Poller) Paused() bool { return p.paused }

// SetFocus tells whether the window has the focus. Without it all but running
// jobs goes slower; with it what became due meanwhile is due now.
func (p *Poller) SetFocus(focused bool) { p.unfocused = !focused }

// SetVisible tells which list is on the screen: Head, Batches, Assets or
// Models.
func (p *Poller) SetVisible(t Topic) { p.visible = t }

// send marks a topic as asked, and says what.
func (p *Poller) send(t Topic, now time.Time, s *Store) Ask {
	p.asked++
	p.lanes[t] = lane{ask: p.asked, sent: now, failures: p.lanes[t].failures}
	p.budget.spend(now, p.kinds[t].weight)
	a := Ask{ID: p.asked, Topic: t}
	p.kinds[t].question(p, s, &a, now)
	if a.WithCosts {
		p.budget.spend(now, p.kinds[t].weight)
	}
	return a
}

// look takes from the store what the pace depends on.
func (p *Poller) look(s *Store) {
	p.watch.prune(s)
	openAt, openDue := s.openJobDue()
	p.facts = facts{
		openDue: openDue, openAt: openAt,
		running:  s.Generations.Count(table.ClassWaiting) + s.Generations.Count(table.ClassRunning),
		strange:  s.Generations.Count(table.ClassStrange),
		batches:  s.Batches.Count(table.ClassWaiting) + s.Batches.Count(table.ClassRunning),
		unpriced: len(s.Prices.unpriced),
		charges:  len(s.settlement.queue),
		charge:   s.settlement.next(),
		known:    s.Generations.Known(),
		whole:    s.History.Whole,
	}
}

// tick takes the time from the wall clock, which a sleep does not stop. Callers
// may disagree a little; but when the clock was set back, everything remembered
// moves with it.
func (p *Poller) tick(now time.Time) time.Time {
	now = instant.Of(now)
	back := now.Sub(p.last)
	if !p.last.IsZero() && back < 0 {
		if back > -clockSlack {
			return p.last
		}
		for i := range p.lanes {
			p.lanes[i].sent = moved(p.lanes[i].sent, back)
			p.lanes[i].retry = moved(p.lanes[i].retry, back)
		}
		p.outage.since, p.outage.retry = moved(p.outage.since, back), moved(p.outage.retry, back)
		p.held.until = moved(p.held.until, back)
		p.refreshed = moved(p.refreshed, back)
		p.budget.shift(back)
		p.watch.shift(back)
	}
	p.last = now
	return now
}

// moved shifts an instant, but leaves the absence of one alone.
func moved(t time.Time, by time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(by)
}

// known counts the generations that are in the store already.
func (s *Store) known(items []Generation) int {
	n := 0
	for i := range items {
		if s.Generations.Has(items[i].Key()) {
			n++
		}
	}
	return n
}
