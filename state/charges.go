package state

import (
	"cmp"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
	"dubtop/state/ledger"
)

const (
	// costRetryFirst and costRetryMost bound the wait before an unknown cost is
	// requested again.
	costRetryFirst = 15 * time.Second
	costRetryMost  = time.Hour
	// costRetryFor is how long after sending a job its cost is requested again: an
	// hour for the job itself, and a day.
	costRetryFor = 25 * time.Hour
	// costWithin is how long after sending a job its cost is requested at all.
	// Costs of older jobs were requested then.
	costWithin = 30 * 24 * time.Hour
	// untoldRounds is the number of rounds of settling that did not tell a cost,
	// after which it is requested by itself.
	untoldRounds = 3
)

// costTracker collects the outcomes and costs of our jobs: the costs still to
// request, and the news to write to the ledger.
type costTracker struct {
	queue  []*charge // costs to request, by the time of the next try
	derive []*charge // costs the server does not tell, to be derived from a unit price
	begun  map[api.ID]bool
	// followed is the key of the last entry that FollowLedger has gone through.
	followed string
	news     []ledger.Entry
	lacking  time.Time // until when cost requests are skipped
	stale    bool      // derive may have new entries with a unit price
	priced   uint64    // the prices' version when last derived
}

// charge is a job whose cost is not known yet.
type charge struct {
	job     api.ID
	model   string
	seconds float64
	failed  bool
	sent    time.Time // when the job was sent
	tries   int
	rounds  int // in which what finished was read without it
	next    time.Time
}

// wait queues a charge by the time of its next try; among untried ones the
// latest job comes first.
func (st *costTracker) wait(c *charge) {
	at, _ := slices.BinarySearchFunc(st.queue, c, func(a, b *charge) int {
		return cmp.Or(a.next.Compare(b.next), b.sent.Compare(a.sent), -1)
	})
	st.queue = slices.Insert(st.queue, at, c)
}

// next is when the first charge in the queue is due.
func (st *costTracker) next() time.Time {
	if len(st.queue) == 0 {
		return time.Time{}
	}
	return st.queue[0].next
}

// untold reports whether the first job of the queue is one whose cost the list of
// what finished does not tell.
func (st *costTracker) untold() bool { return len(st.queue) > 0 && st.queue[0].rounds >= untoldRounds }

// take removes a job from the queue and returns it, or nil.
func (st *costTracker) take(job api.ID) *charge {
	i := slices.IndexFunc(st.queue, func(c *charge) bool { return c.job == job })
	if i < 0 {
		return nil
	}
	c := st.queue[i]
	st.queue = slices.Delete(st.queue, i, i+1)
	return c
}

// again schedules the next try: after at least the time the server asked for,
// and longer each time.
func (st *costTracker) again(c *charge, asked time.Duration, now time.Time) {
	if instant.Of(now).Sub(c.sent) > costRetryFor {
		st.giveUp(c)
		return
	}
	own := costRetryFirst << min(c.tries, 8)
	c.tries++
	c.next = instant.Of(now).Add(min(costRetryMost, max(asked, own)))
	st.wait(c)
}

// giveUp leaves a cost to be derived. The cost of a failed job can't be
// derived, because only some failures are charged.
func (st *costTracker) giveUp(c *charge) {
	if !c.failed {
		st.derive, st.stale = append(st.derive, c), true
	}
}

// leave removes charges that are useless to request.
func (st *costTracker) leave(now time.Time) {
	useless := func(c *charge) bool { return now.Before(st.lacking) || now.Sub(c.sent) > costWithin }
	if !slices.ContainsFunc(st.queue, useless) {
		return
	}
	st.queue = slices.DeleteFunc(st.queue, func(c *charge) bool {
		if useless(c) {
			st.giveUp(c)
			return true
		}
		return false
	})
}

// final reports whether a total will not change any more.
func final(c api.Costs) bool {
	return c.Total != nil && (c.Availability == "complete" || c.Availability == "")
}

// costsPending reports whether the server may know more later.
func costsPending(c api.Costs) bool {
	return c.Availability == "pending" || c.Availability == "partial"
}
