package outbox

import (
	"slices"
	"time"

	"dubtop/state/instant"
)

// Room is how full an account is, and how full it may get.
type Room struct {
	Running int  // jobs that hold a slot, whoever sent them
	Slots   int  // the limit; one slot is always ours
	Alone   bool // we have no job running, and may try one even if others run many
	// Changing reports whether a change of a submission is being saved. It can't
	// be sent meanwhile, since the change may be a pause. It may be nil.
	Changing func(id string) bool
	// Ready reports whether a submission's local files are where they must be
	// before it is sent. Others may go first until then. It may be nil.
	Ready func(*Submission) bool
}

func (r *Room) ready(s *Submission) bool { return r.Ready == nil || r.Ready(s) }

func (r *Room) changing(id string) bool { return r.Changing != nil && r.Changing(id) }

// Next returns the submission to send now, or the one to estimate before it can
// be sent; "" means none. Wake is when time alone may change the answer, or
// zero. A submission is handed out once until its result is applied, and
// nothing else is sent until then: this keeps the user's order, and a failing
// server is noticed before more money is at risk.
func (q *Queue) Next(now time.Time, r Room) (send, estimate string, wake time.Time) {
	now = instant.Of(now)
	q.freed = q.freed || r.Running < q.running
	q.running = r.Running
	if q.paused {
		return "", "", time.Time{}
	}
	if now.Before(q.backoff) {
		return "", "", q.backoff
	}
	if slices.ContainsFunc(q.items, func(i *queued) bool { return i.leaving }) {
		return "", "", time.Time{}
	}
	room, wake := q.room(now, r)
	item, step, at := q.first(now, r, room)
	wake = instant.Earlier(wake, at)
	switch step {
	case itemLeaves:
		item.leaving, q.few.old = true, true
		q.turns.Take(q.turnOf(&item.Submission))
		if q.full && item.slotted() {
			q.freed, q.tried = false, now
		}
		return item.Submission.ID, "", wake
	case itemPrices:
		item.pricing, item.asked = true, now
		return "", item.Submission.ID, wake
	}
	return "", "", wake
}

// slotted reports whether the item needs a slot: a batch needs none.
func (i *queued) slotted() bool { return i.Submission.Kind != SubmitBatch }

// first returns the first item to send or price now, without room the first of
// those that need no slot. An item that holds stops all items behind it.
func (q *Queue) first(now time.Time, r Room, room bool) (item *queued, step itemStep, wake time.Time) {
	pricing, slow := q.pricing(now)
	overtakes := false // sending now would overtake an item that is being priced
	for _, item := range q.inTurn() {
		if !room && item.slotted() {
			continue
		}
		step, at := q.step(item, r, now)
		wake = instant.Earlier(wake, at)
		switch {
		case step == itemPasses:
		case step == itemIsPriced && slow:
			overtakes = true
		case step == itemLeaves && !overtakes, step == itemPrices && pricing < pricesAtOnce:
			return item, step, wake
		default:
			return nil, itemHolds, wake
		}
	}
	return nil, itemHolds, wake
}

// pricing counts the items whose price may come within a moment, and reports
// whether any other price takes longer; the items behind it are then priced
// concurrently.
func (q *Queue) pricing(now time.Time) (n int, slow bool) {
	for _, i := range q.items {
		switch {
		case i.pricing && i.soon(now):
			n++
		case i.pricing:
			slow = true
		}
	}
	return n, slow
}

// soon reports whether the price was asked for less than priceMoment ago.
func (i *queued) soon(now time.Time) bool { return !due(i.asked, priceMoment, now) }

// room reports whether one more may be sent now. After the server refused for
// lack of slots, that is once for each job seen to end, and otherwise once per
// slotRetry.
func (q *Queue) room(now time.Time, r Room) (room bool, wake time.Time) {
	if q.full && !q.freed && !due(q.tried, slotRetry, now) {
		return false, q.tried.Add(slotRetry)
	}
	return r.Alone || r.Running < max(1, r.Slots-max(q.Reserve, 0)), time.Time{} // one is always ours
}

// itemStep is what to do with an item when its turn comes.
type itemStep uint8

const (
	itemPasses   itemStep = iota // it waits, but the next may go first
	itemHolds                    // it waits, and so do all behind it
	itemIsPriced                 // those behind it wait for its price, for a moment
	itemPrices
	itemLeaves
)

// step decides about an item; at is when time alone may change the decision.
func (q *Queue) step(item *queued, r Room, now time.Time) (step itemStep, at time.Time) {
	switch {
	case item.leaving, item.Idle(), !r.ready(&item.Submission):
		return itemPasses, time.Time{}
	case q.shut(item, now):
		return itemPasses, item.opens
	case now.Before(item.later):
		return itemPasses, item.later
	case !item.pricing && r.changing(item.Submission.ID):
		return itemHolds, time.Time{}
	case item.Submission.Price.Fresh(now) && !item.Submission.Price.At.Before(q.slept):
		return itemLeaves, time.Time{}
	case item.pricing && item.soon(now):
		return itemIsPriced, item.asked.Add(priceMoment)
	case item.pricing: // its host is slow, which should not delay others
		return itemPasses, time.Time{}
	case due(item.asked, estimateRetry, now):
		return itemPrices, now.Add(estimateRetry)
	}
	return itemPasses, item.asked.Add(estimateRetry)
}
