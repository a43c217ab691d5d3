package outbox

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"time"

	"dubtop/state/draft"

	"dubtop/api"
	"dubtop/state/instant"
)

const (
	// slotRetry is how often to try while all slots are taken and none is seen
	// to come free.
	slotRetry = 30 * time.Second
	// rateRetry is how long to wait where the server does not say.
	rateRetry = 10 * time.Second
	// firstRetry and lastRetry bound the wait while no server is reached.
	firstRetry, lastRetry = 5 * time.Second, time.Minute
	// estimateRetry is how long an item without a new price is passed over.
	estimateRetry = time.Minute
	// priceMoment is how long an item waits for the price of the one before it.
	priceMoment = 2 * time.Second
	// pricesAtOnce is how many items are begun to be priced at once while one takes
	// long.
	pricesAtOnce = 24
	// maxUnclear is how many requests in a row may end without a clear answer
	// before the user has to look.
	maxUnclear = 3
)

// QueueItem is a submission that waits to be sent.
type QueueItem struct {
	Submission Submission
	Paused     bool
	End        draft.LinkEnd // of its links, the first one to end
	Expired    bool          // that has ended, so it is not sent; see Queue.Expire
}

// Waits reports whether the user has to confirm the item's price once more.
func (i *QueueItem) Waits() bool { return i.Submission.State == SubmissionEstimated }

// Queue sends confirmed submissions in their order, as slots come free. It
// decides only: whoever runs it does what Next says and tells what came of it.
// It belongs to one goroutine. The zero Queue is ready.
type Queue struct {
	Reserve int // slots left to others; 0 or more

	items  []*queued
	byID   map[string]*queued
	joined int // how many ever did
	paused bool
	why    string
	slept  time.Time // prices from before are stale

	held     time.Time // until when the server asked to wait
	failures int       // attempts in a row without an answer
	unclear  int       // those of them that may have been accepted

	full    bool      // the last answer was that all slots are taken
	tried   time.Time // when that was
	freed   bool      // a job has ended since
	running int       // at the last look
}

type queued struct {
	QueueItem
	leaving bool      // handed out to be sent
	pricing bool      // handed out to be estimated
	asked   time.Time // when it was
}

// Put adds a submission at the end, or takes in how one in the queue stands
// now. One that no longer waits leaves the queue.
func (q *Queue) Put(s Submission, paused bool) {
	item, known := q.byID[s.ID]
	switch s.State {
	case SubmissionConfirmed, SubmissionQueued, SubmissionEstimated:
	case SubmissionSending:
		if known {
			item.Submission, item.leaving = s, true
		}
		return
	default:
		q.Remove(s.ID)
		return
	}
	if !known {
		item = new(queued)
		if q.byID == nil {
			q.byID = make(map[string]*queued)
		}
		q.byID[s.ID] = item
		q.items = append(q.items, item)
		q.joined++
	}
	// When a price was last asked for stays: one that can't be had is not asked
	// for all the time.
	// So does what its bytes tell.
	end, expired := item.End, item.Expired
	if !bytes.Equal(item.Submission.Body, s.Body) {
		end, expired = s.LinkEnd(), false
	}
	*item = queued{QueueItem: QueueItem{Submission: s, Paused: paused, End: end, Expired: expired}, asked: item.asked}
}

// Remove takes a submission out, such as one that was edited or dropped.
func (q *Queue) Remove(id string) {
	if item, ok := q.byID[id]; ok {
		delete(q.byID, id)
		q.items = slices.DeleteFunc(q.items, func(i *queued) bool { return i == item })
	}
}

// Item gives an item by its submission, also one that is on its way.
func (q *Queue) Item(id string) (item QueueItem, ok bool) {
	i, ok := q.byID[id]
	if !ok {
		return QueueItem{}, false
	}
	return i.QueueItem, true
}

// Len is the number of items that wait, paused ones included.
func (q *Queue) Len() (n int) {
	for _, i := range q.items {
		if !i.leaving {
			n++
		}
	}
	return n
}

// Sendable is the number of items that leave by themselves, sooner or later.
func (q *Queue) Sendable() (n int) {
	if q.paused {
		return 0
	}
	for _, i := range q.items {
		if !i.leaving && !i.Idle() {
			n++
		}
	}
	return n
}

// Idle reports whether the item stays until the user does something about it.
func (i *QueueItem) Idle() bool { return i.Paused || i.Expired || i.Waits() }

// Order brings the named items into that order. Others keep their places.
func (q *Queue) Order(ids []string) {
	if slices.EqualFunc(q.items, ids, func(item *queued, id string) bool { return item.Submission.ID == id }) {
		return // as nearly always
	}
	place := make(map[*queued]int, len(ids))
	for i, id := range ids {
		if item, ok := q.byID[id]; ok {
			place[item] = i
		}
	}
	var named []*queued
	for _, item := range q.items {
		if _, ok := place[item]; ok {
			named = append(named, item)
		}
	}
	slices.SortFunc(named, func(a, b *queued) int { return place[a] - place[b] })
	next := 0
	for i, item := range q.items {
		if _, ok := place[item]; ok {
			q.items[i] = named[next]
			next++
		}
	}
}

// Items lists what waits, in order. What is on its way is not among them.
func (q *Queue) Items() []QueueItem {
	waiting := q.waiting()
	out := make([]QueueItem, len(waiting))
	for i, item := range waiting {
		out[i] = item.QueueItem
	}
	return out
}

func (q *Queue) waiting() []*queued {
	out := make([]*queued, 0, len(q.items))
	for _, i := range q.items {
		if !i.leaving {
			out = append(out, i)
		}
	}
	return out
}

// Move takes items by so many places towards the end, or the front if by is
// negative; among each other they keep their order. It is false where that changes
// nothing.
func (q *Queue) Move(by int, ids ...string) (moved bool) {
	at := make([]int, 0, len(ids))
	for _, id := range ids {
		if i := q.index(id); i >= 0 && !q.items[i].leaving {
			at = append(at, i)
		}
	}
	slices.Sort(at)
	if by > 0 {
		slices.Reverse(at)
	}
	for n, i := range at {
		to := max(i+by, n) // those before it have the first places, if they got so far
		if by > 0 {
			to = min(i+by, len(q.items)-1-n)
		}
		item := q.items[i]
		q.items = slices.Insert(slices.Delete(q.items, i, i+1), to, item)
		moved = moved || to != i
	}
	return moved
}

// PauseItem holds one item back, or lets it go on; the others pass it.
func (q *Queue) PauseItem(id string, paused bool) {
	if i, ok := q.byID[id]; ok {
		i.Paused = paused
	}
}

// Pause holds everything back, and says why; Resume lets it go on.
func (q *Queue) Pause(why string) { q.paused, q.why = true, why }

// Resume ends a pause.
func (q *Queue) Resume() { q.paused, q.why, q.unclear = false, "", 0 }

// Paused reports whether everything is held back, and why.
func (q *Queue) Paused() (why string, paused bool) { return q.why, q.paused }

// Held is until when nothing is sent because the server asked to wait, did not
// answer, or has no slot; zero if nothing of that is so.
func (q *Queue) Held(now time.Time) time.Time {
	switch {
	case now.Before(q.held):
		return q.held
	case q.full && !q.freed && now.Before(q.tried.Add(slotRetry)):
		return q.tried.Add(slotRetry)
	}
	return time.Time{}
}

// Wake says that the machine slept until now: every price is from before it.
func (q *Queue) Wake(now time.Time) { q.slept = instant.Of(now) }

// Room is how full an account is, and how full it may be, as Next wants it.
type Room struct {
	Running int  // jobs that hold a slot, everybody's
	Slots   int  // how many may; one is always ours
	Alone   bool // none of ours runs, and one may be tried whatever others do
	// Changing tells of a submission that a change of it is being written down,
	// and that it can't leave before: the journal may still hold it back. It may
	// be nil.
	Changing func(id string) bool
}

// Next says what to send now, or what to estimate before it can be sent; "" is
// nothing. Wake is when time alone may change the answer, zero if it can't. A
// submission is handed out once until its result is applied, and nothing else
// leaves before: so the order is the user's, and a server that fails is noticed
// before more is put at stake.
func (q *Queue) Next(now time.Time, r Room) (send, estimate string, wake time.Time) {
	now = instant.Of(now)
	q.freed = q.freed || r.Running < q.running
	q.running = r.Running
	if q.paused {
		return "", "", time.Time{}
	}
	if now.Before(q.held) {
		return "", "", q.held
	}
	room, wake := q.room(now, r)
	if !room {
		return "", "", wake
	}
	item, step, wake := q.first(now, r)
	switch step {
	case itemLeaves:
		item.leaving = true
		if q.full {
			q.freed, q.tried = false, now
		}
		return item.Submission.ID, "", wake
	case itemPrices:
		item.pricing, item.asked = true, now
		return "", item.Submission.ID, wake
	}
	return "", "", wake
}

// first is the first item that leaves or is priced now; nothing overtakes what
// holds those behind it.
func (q *Queue) first(now time.Time, r Room) (item *queued, step itemStep, wake time.Time) {
	pricing, slow := q.pricing(now)
	overtakes := false // whatever would leave now
	for _, item := range q.items {
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

// pricing counts the items whose price may come in a moment, and tells whether
// one of the others takes longer: those behind it are priced beside it then.
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

// soon reports whether the price that was asked for last may come in a moment.
func (i *queued) soon(now time.Time) bool { return !due(i.asked, priceMoment, now) }

// room reports whether one more may be sent now. While the server says that all
// slots are taken, that is so once for each that is seen to come free, and once
// now and then.
func (q *Queue) room(now time.Time, r Room) (room bool, wake time.Time) {
	if slices.ContainsFunc(q.items, func(i *queued) bool { return i.leaving }) {
		return false, time.Time{}
	}
	if q.full && !q.freed && !due(q.tried, slotRetry, now) {
		return false, q.tried.Add(slotRetry)
	}
	return r.Alone || r.Running < max(1, r.Slots-max(q.Reserve, 0)), time.Time{} // one is always ours
}

// itemStep is what becomes of one item in its turn.
type itemStep uint8

const (
	itemPasses   itemStep = iota // it waits, and the next may go first
	itemHolds                    // it waits, and the next wait with it
	itemIsPriced                 // the next wait for its price, for a moment
	itemPrices
	itemLeaves
)

// step decides about an item; at is when that may change by itself.
func (q *Queue) step(item *queued, r Room, now time.Time) (step itemStep, at time.Time) {
	switch {
	case item.leaving, item.Idle():
		return itemPasses, time.Time{}
	case !item.pricing && r.Changing != nil && r.Changing(item.Submission.ID):
		return itemHolds, time.Time{}
	case item.Submission.Price.Fresh(now) && !item.Submission.Price.At.Before(q.slept):
		return itemLeaves, time.Time{}
	case item.pricing && item.soon(now):
		return itemIsPriced, item.asked.Add(priceMoment)
	case item.pricing: // its host is slow, which holds nothing else up
		return itemPasses, time.Time{}
	case due(item.asked, estimateRetry, now):
		return itemPrices, now.Add(estimateRetry)
	}
	return itemPasses, item.asked.Add(estimateRetry)
}

// Priced takes in what came of an estimate: the submission after its Reprice,
// or the error, with its words in the submission's Reason. Without a price an
// item is passed over for a minute.
func (q *Queue) Priced(s Submission, err error) {
	i, ok := q.byID[s.ID]
	if !ok {
		return
	}
	i.pricing = false
	if err != nil {
		i.Submission.Reason = s.Reason
		return
	}
	q.Put(s, i.Paused)
}

// Landed takes in what came of sending: the submission with its answer, and the
// error of the request. A refusal that concerns them all pauses the queue, as
// do several requests in a row whose outcome is unknown.
func (q *Queue) Landed(s Submission, err error, now time.Time) {
	now = instant.Of(now)
	if i, ok := q.byID[s.ID]; ok {
		q.Put(s, i.Paused)
	}
	switch {
	case err == nil:
		q.full, q.freed, q.failures, q.unclear = false, false, 0, 0
	case s.State == SubmissionUnknown:
		q.unclear++
		q.backOff(now)
		if q.unclear >= maxUnclear {
			q.Pause("several requests in a row got no clear answer: look at them, then let the queue go on")
		}
	case errors.Is(err, ErrStale): // it is priced again in its turn
	default:
		q.refused(s, err, now)
	}
}

// refused takes in an error that proves that nothing was made.
func (q *Queue) refused(s Submission, err error, now time.Time) {
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		q.Pause("nothing can be sent: " + err.Error())
		return
	}
	switch {
	case e.Kind == api.KindConcurrency:
		q.full, q.freed, q.tried = true, false, now
		q.failures, q.unclear = 0, 0
	case e.Kind == api.KindRateLimited:
		q.held = now.Add(cmp.Or(max(e.RetryAfter, 0), rateRetry))
	case e.Kind == api.KindAuth, e.Kind == api.KindPayment:
		q.Pause(e.Error())
	case s.State == SubmissionConfirmed:
		q.backOff(now)
	}
}

// backOff waits longer with every attempt that got no answer.
func (q *Queue) backOff(now time.Time) {
	q.held = now.Add(min(firstRetry<<min(q.failures, 8), lastRetry))
	q.failures++
}

// Finish forecasts when the last item will be done: left is how long each
// running job will still take, takes how long one will that is sent now. Items
// that wait for the user are not counted.
func (q *Queue) Finish(now time.Time, left []time.Duration, slots int, takes func(*Submission) time.Duration) time.Time {
	free := make([]time.Duration, max(1, max(slots, 1)-max(q.Reserve, 0)))
	// Of more running jobs than there are slots for us, the last ones to end
	// make room.
	busy := slices.Sorted(slices.Values(left))
	copy(free, busy[max(0, len(busy)-len(free)):])
	var last time.Duration
	for _, item := range q.items {
		if item.Idle() {
			continue
		}
		soonest := slices.Index(free, slices.Min(free))
		free[soonest] += takes(&item.Submission)
		last = max(last, free[soonest])
	}
	return now.Add(last)
}

func (q *Queue) index(id string) int { return slices.Index(q.items, q.byID[id]) }
