package state

import (
	"time"

	"dubtop/state/instant"
	"dubtop/state/table"
)

const (
	// refreshGap is the shortest time between two refreshes by the user.
	refreshGap = 2 * time.Second
	// clockSlack is how far a caller's time may go back before it means that the
	// clock was set.
	clockSlack = 2 * time.Second
	// sampleSeconds is the length used to ask for a unit price.
	sampleSeconds = 10
)

// Poller decides which requests to make, and when. It only computes: the caller
// makes the due requests in the background and hands back the answers.
//
// Call Due when Next has come, and after Apply, Refresh or any other change.
// Call Apply once for each Query from Due; it writes the answer to the store.
//
// It makes at most 60 requests in any minute, and at most 12 at rest with the
// history complete. It never asks about a job that has ended.
type Poller struct {
	pace  Pace
	kinds [topics]kind
	lanes [topics]lane
	last  time.Time // the latest time passed in

	quota    quota
	vanished vanished
	backfill backfill
	awaiting awaiting
	outage   outage
	backoff  serverBackoff
	rejected error

	visible   Topic
	paused    bool
	only      []Topic // nil: all
	unfocused bool
	asked     uint64
	resumed   uint64 // the last request before Resume
	refreshed time.Time
	facts     facts
}

// lane is the state of a topic.
type lane struct {
	query    uint64    // the request under way, or 0
	sent     time.Time // time of the last request
	failures int       // in a row
	retry    time.Time // earliest time after a failure
	forced   bool      // by the user, ignoring pace and pause
}

// facts are copied from the store by look.
type facts struct {
	running  int       // jobs waiting or running
	strange  int       // jobs of unknown status
	batches  int       // batches that have not ended
	unpriced int       // models without a unit price
	charges  int       // jobs of ours with an unknown cost
	charge   time.Time // when the next of those is due
	openDue  bool      // the open job is to be polled
	openAt   time.Time // its earliest time
	known    bool
	whole    bool
	moved    bool // something has changed the balance since it was requested
	settle   settleFacts
	voices   bool      // the names of voices are wanted
	voicesAt time.Time // when their list is to be read again
}

// NewPoller returns a poller that has made no requests yet.
func NewPoller(p Pace) *Poller { return &Poller{pace: p.floored(), kinds: kinds()} }

// Due returns the requests to make now. Each counts as under way from here on.
func (p *Poller) Due(now time.Time, s *Store) []Query {
	now = p.tick(now)
	p.look(s)
	var due []Query
	for t := range topics {
		if at, ok := p.ready(t); ok && !at.After(now) {
			due = append(due, p.send(t, now, s))
		}
	}
	return append(due, p.awaitDue(now, s)...)
}

// Next is when Due will have a request, as far as can be told, and never before
// now. It is zero if only an answer or the user can change that.
func (p *Poller) Next(now time.Time) time.Time {
	now = p.tick(now)
	var next time.Time
	for t := range topics {
		at, ok := p.ready(t)
		if ok && (next.IsZero() || at.Before(next)) {
			next = instant.Later(at, now)
		}
	}
	if at, ok := p.awaitReady(); ok {
		next = instant.Earlier(next, instant.Later(at, now))
	}
	return next
}

// NextRunning is when Due will ask for running jobs; ok is false if none are
// known, or if that does not depend on time alone.
func (p *Poller) NextRunning(now time.Time) (at time.Time, ok bool) {
	p.tick(now)
	at, ok = p.ready(Running)
	return at, ok && p.facts.running > 0
}

// Apply applies the answer to a query to the store and schedules the next
// request. Answers may come late and in any order.
func (p *Poller) Apply(now time.Time, s *Store, q Query, a Answer) {
	now = p.tick(now)
	if q.Topic == Awaited {
		p.awaited(s, q, a, now)
		p.look(s)
		return
	}
	known := s.known(a.Generations)
	p.kinds[q.Topic].apply(s, q, a, now)
	if p.lanes[q.Topic].query == q.ID {
		p.lanes[q.Topic].query = 0
	}
	if a.Err != nil {
		p.failed(q, a.Err, now)
	} else {
		p.succeeded(q.Topic)
	}
	if follow := p.kinds[q.Topic].follow; follow != nil {
		follow(p, s, q, a, known, now)
	}
	p.look(s)
}

// ApplyPart is Apply for an answer that may be long. It applies a part and
// removes it from the answer; if there is more, it must be called again.
func (p *Poller) ApplyPart(now time.Time, s *Store, q Query, a *Answer) (more bool) {
	if s.applyPart(q, a, p.tick(now)) {
		return true
	}
	p.Apply(now, s, q, *a)
	return false
}

// Refresh requests the jobs and the visible list now. It also retries in an
// outage and after a refused key, but does not shorten a backoff. Repeated
// calls within 2 s count as one.
func (p *Poller) Refresh(now time.Time) {
	now = p.tick(now)
	if !p.refreshed.IsZero() && now.Sub(p.refreshed) < refreshGap {
		return
	}
	p.refreshed = now
	p.Wake(now)
}

// Wake is called after the clock jumped, as after sleep, and after a new key.
// It requests the visible lists once and assumes that the network works.
func (p *Poller) Wake(now time.Time) {
	now = p.tick(now)
	p.Resume()
	p.outage.retry = time.Time{}
	for _, t := range []Topic{Head, Running, p.visible} {
		p.lanes[t].forced = t != Running || p.facts.running > 0 || p.facts.whole
		p.lanes[t].failures, p.lanes[t].retry = 0, time.Time{}
		if now.Sub(p.lanes[t].sent) > lostAfter {
			p.lanes[t].query = 0
		}
	}
}

// Need requests a list that is not there yet as soon as possible, because somebody
// is about to choose from it.
func (p *Poller) Need(t Topic, known bool) {
	if !known && p.lanes[t].query == 0 {
		p.lanes[t].forced = true
	}
}

// Resume ends the stop caused by a refused key. Refusals still on their way
// belong to the old key.
func (p *Poller) Resume() { p.rejected, p.resumed = nil, p.asked }

// BackOff stops all requests until a time, with a reason for the screen.
func (p *Poller) BackOff(until time.Time, words string) {
	if until = instant.Of(until); until.After(p.backoff.until) {
		p.backoff.until, p.backoff.words = until, words
	}
}

// Pause stops or resumes the background requests. Refresh still works.
func (p *Poller) Pause(paused bool) { p.paused = paused }

// Paused reports whether the user paused the background requests.
func (p *Poller) Paused() bool { return p.paused }

// SetFocus sets whether the window has focus. Without focus everything except
// running jobs is polled less often; when focus returns, overdue requests are
// made at once.
func (p *Poller) SetFocus(focused bool) { p.unfocused = !focused }

// Only limits the requests to some topics.
func (p *Poller) Only(topics ...Topic) { p.only = topics }

// SetVisible sets the list on the screen: Head, Batches, Assets or Models.
func (p *Poller) SetVisible(t Topic) { p.visible = t }

// send marks a topic as under way and returns its request.
func (p *Poller) send(t Topic, now time.Time, s *Store) Query {
	p.asked++
	p.lanes[t] = lane{query: p.asked, sent: now, failures: p.lanes[t].failures}
	p.quota.spend(now, p.kinds[t].weight)
	q := Query{ID: p.asked, Topic: t}
	p.kinds[t].query(p, s, &q, now)
	if q.WithCosts {
		p.quota.spend(now, p.kinds[t].weight)
	}
	return q
}

// look copies from the store the facts that the pace depends on.
func (p *Poller) look(s *Store) {
	p.vanished.prune(&s.Generations)
	p.awaiting.choose(s, p.last)
	openAt, openDue := s.openJobDue()
	p.facts = facts{
		openDue: openDue, openAt: openAt,
		running:  s.Generations.Count(table.ClassWaiting) + s.Generations.Count(table.ClassRunning),
		strange:  s.Generations.Count(table.ClassStrange),
		batches:  s.Batches.Count(table.ClassWaiting) + s.Batches.Count(table.ClassRunning),
		unpriced: len(s.Prices.unpriced),
		charges:  len(s.costs.queue),
		charge:   s.costs.next(),
		known:    s.Generations.Known(),
		whole:    s.History.Whole,
		settle:   s.settleFacts(),
		voices:   s.Voices.wanted && !s.Voices.absent,
		voicesAt: s.Voices.again(),
		moved:    !s.Standing.absent && s.Standing.asked != s.moment(),
	}
}

// tick takes in the time from the wall clock, which continues during sleep.
// Callers may differ a little; but if the clock was set back, all remembered
// times move with it.
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
		p.backoff.until = moved(p.backoff.until, back)
		p.refreshed = moved(p.refreshed, back)
		p.quota.shift(back)
		p.vanished.shift(back)
		p.awaiting.next = moved(p.awaiting.next, back)
	}
	p.last = now
	return now
}

// moved shifts a time unless it is zero.
func moved(t time.Time, by time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(by)
}

// known counts the generations that are already in the store.
func (s *Store) known(items []Generation) int {
	n := 0
	for i := range items {
		if s.Generations.Has(items[i].Key()) {
			n++
		}
	}
	return n
}
