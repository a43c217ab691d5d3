package state

import (
	"context"
	"errors"
	"math/bits"
	"time"

	"dubtop/api"
)

const (
	// outageGap is the shortest time between two requests in an outage.
	outageGap = 5 * time.Second
	// maxBackoff is the longest time between two retries.
	maxBackoff = time.Minute
	// sideBackoff is the wait before a refused side topic is tried again.
	sideBackoff = 10 * time.Minute
	// shortBackoff and longBackoff bound the backoff requested by the server.
	shortBackoff = 500 * time.Millisecond
	longBackoff  = 5 * time.Minute
	// defaultBackoff is the first backoff after a 429 that does not name one.
	defaultBackoff = 15 * time.Second
)

// outage is a series of failures without a success in between.
type outage struct {
	streak int
	since  time.Time // the first failure
	retry  time.Time
	err    error
}

// serverBackoff is a backoff of all requests that the server asked for.
type serverBackoff struct {
	times int // in a row
	until time.Time
	words string
}

// backoff is the wait after the nth failure in a row: 1 s, doubling up to a
// minute, less up to a fifth so that many clients do not return at once. The
// same seed gives the same waits.
func backoff(n int, seed uint64) time.Duration {
	wait := maxBackoff
	if n < 7 {
		wait = min(wait, time.Second<<max(0, n-1))
	}
	high, low := bits.Mul64(seed^uint64(n)*0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return wait - wait/5*time.Duration((high^low)%1000)/1000
}

// cutsOff reports whether an error is about the connection to the server rather
// than one list. For server errors, only the two main topics count.
func cutsOff(topic Topic, err error) bool {
	switch kindOf(err) {
	case api.KindNetwork, api.KindNotAPI:
		return true
	case api.KindServer, api.KindUnknown:
		return (topic == Head || topic == Running) && !refused(err)
	}
	return false
}

// failed records a failed request.
func (p *Poller) failed(q Query, err error, now time.Time) {
	topic, lane := q.Topic, &p.lanes[q.Topic]
	if errors.Is(err, context.Canceled) { // by us
		lane.retry = now.Add(time.Second)
		return
	}
	lane.failures++
	lane.retry = now.Add(backoff(lane.failures, p.pace.Seed))
	switch kind := kindOf(err); {
	case kind == api.KindAuth:
		if q.ID > p.resumed { // otherwise it used the previous key
			p.rejected = err
		}
	case kind == api.KindRateLimited:
		p.limited(err, now)
	case cutsOff(topic, err):
		p.cut(err, now)
	case refused(err) && p.kinds[topic].weight == side && !p.kinds[topic].retries:
		lane.retry = now.Add(sideBackoff)
	}
}

// cut begins or continues an outage.
func (p *Poller) cut(err error, now time.Time) {
	if p.outage.streak == 0 {
		p.outage.since = now
	}
	p.outage.streak++
	p.outage.err = err
	p.outage.retry = now.Add(max(outageGap, backoff(p.outage.streak, p.pace.Seed)))
}

// limited backs off after a 429, for as long as the server says.
func (p *Poller) limited(err error, now time.Time) {
	p.backoff.times++
	wait := min(longBackoff, defaultBackoff<<min(p.backoff.times-1, 8))
	if e, ok := errors.AsType[*api.Error](err); ok && e.RetryAfter > 0 {
		wait = e.RetryAfter
	}
	p.BackOff(now.Add(min(longBackoff, max(shortBackoff, wait))), err.Error())
}

// succeeded records a good answer, which ends an outage.
func (p *Poller) succeeded(topic Topic) {
	p.lanes[topic].failures, p.lanes[topic].retry = 0, time.Time{}
	p.backoff.times = 0
	// A single failure may have been one list's, which keeps its own backoff;
	// more of them were everybody's.
	if p.outage.streak > 1 {
		for i := range p.lanes {
			p.lanes[i].failures, p.lanes[i].retry = 0, time.Time{}
		}
	}
	p.outage = outage{}
}

// probe is the topic that tries the connection in an outage. It alternates, so
// that one broken list does not block the others.
func (p *Poller) probe() Topic {
	switch {
	case p.outage.streak%2 == 1:
		return Running
	case p.facts.whole: // the head would be the whole history
		return Models
	}
	return Head
}
