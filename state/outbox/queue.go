package outbox

import (
	"bytes"
	"cmp"
	"errors"
	"iter"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/instant"
)

const (
	// slotRetry is how often to try while all slots are taken and no job is seen
	// to end.
	slotRetry = 30 * time.Second
	// batchRetry is how often to try while as many batches run as may.
	batchRetry = 2 * time.Minute
	// rateRetry is the backoff if the server does not name one.
	rateRetry = 10 * time.Second
	// firstRetry and lastRetry bound the backoff while the server can't be
	// reached.
	firstRetry, lastRetry = 5 * time.Second, time.Minute
	// estimateRetry is how long to skip an item that could not be priced.
	estimateRetry = time.Minute
	// priceMoment is how long an item waits for the price of the item before it.
	priceMoment = 2 * time.Second
	// pricesAtOnce is how many items may be priced concurrently if a price is
	// slow to come.
	pricesAtOnce = 24
	// maxUnknown is how many requests in a row may end with an unknown outcome
	// before the queue is paused.
	maxUnknown = 3
)

// QueueItem is a submission that waits to be sent.
type QueueItem struct {
	Submission Submission
	Paused     bool
	End        draft.LinkEnd // the earliest expiry of its links
	Expired    bool          // End has passed, so it is not sent; see Queue.Expire
}

// Waits reports whether the user has to confirm the item's price again.
func (i *QueueItem) Waits() bool { return i.Submission.State == SubmissionEstimated }

// Queue sends confirmed submissions in order, as slots come free. It only
// decides: the caller acts on Next and reports the result. It must be used from
// one goroutine. The zero Queue is ready to use.
type Queue struct {
	Reserve int // slots left to others, 0 or more
	Sharing Sharing
	Start   Start
	Zone    *time.Location // of Start; nil is UTC

	turns  Turns
	early  time.Time // submissions confirmed until then do not wait for Start
	items  []*queued
	byID   map[string]*queued
	few    shortlist
	joined int // items ever added
	paused bool
	byUser bool      // paused by the user
	held   bool      // until the restored journal is taken over; nothing is sent again by itself either
	why    string    // of the pause
	slept  time.Time // prices from before this time are stale

	backoff  time.Time // end of the server's backoff
	failures int       // failed attempts in a row
	unknown  int       // how many of those may have been accepted

	full    bool      // the last answer was "all slots are taken"
	tried   time.Time // when that came
	freed   bool      // a job has ended since
	running int       // at the last look
}

type queued struct {
	QueueItem
	leaving bool      // handed out to be sent
	pricing bool      // handed out to be estimated
	asked   time.Time // when it was
	opens   time.Time // not to be sent before, by Queue.Start
	later   time.Time // not to be sent before; for a batch that was refused for lack of room
}

// Put appends a submission, or updates it if it is in the queue. A submission
// that no longer waits is removed.
func (q *Queue) Put(s Submission, paused bool) {
	item, known := q.byID[s.ID]
	switch s.State {
	case SubmissionConfirmed, SubmissionQueued, SubmissionEstimated:
	case SubmissionSending:
		if known {
			q.few.old = true
			item.Submission, item.leaving = s, true
		}
		return
	default:
		q.Remove(s.ID)
		return
	}
	q.few.old = true
	if !known {
		item = new(queued)
		if q.byID == nil {
			q.byID = make(map[string]*queued)
		}
		q.byID[s.ID] = item
		q.items = append(q.items, item)
		q.joined++
	}
	// Keep the time of the last estimate, so that an item that can't be priced
	// is not tried constantly, and the link expiry while the body is unchanged.
	end, expired := item.End, item.Expired
	if !bytes.Equal(item.Submission.Body, s.Body) {
		end, expired = s.LinkEnd(), false
	}
	*item = queued{QueueItem: QueueItem{Submission: s, Paused: paused, End: end, Expired: expired}, asked: item.asked, later: item.later, opens: q.Start.opens(s.ConfirmedAt, q.Zone)}
}

// Remove takes a submission out, for example because it was edited or dropped.
func (q *Queue) Remove(id string) {
	if item, ok := q.byID[id]; ok {
		q.few.old = true
		delete(q.byID, id)
		q.items = slices.DeleteFunc(q.items, func(i *queued) bool { return i == item })
	}
}

// Item returns an item by its submission's id, even if it is being sent.
func (q *Queue) Item(id string) (item QueueItem, ok bool) {
	i, ok := q.byID[id]
	if !ok {
		return QueueItem{}, false
	}
	return i.QueueItem, true
}

// Len is the number of waiting items, including paused ones.
func (q *Queue) Len() (n int) {
	for _, i := range q.items {
		if !i.leaving {
			n++
		}
	}
	return n
}

// Sendable is the number of items that will be sent without the user's help.
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

// Idlers are the items that wait for the user.
type Idlers struct {
	Paused int
	Others int // their links have expired, or their price went up
}

// Idle counts the items that wait for the user.
func (q *Queue) Idle() Idlers { return q.shortlist().idle }

// Idle reports whether the item waits for the user.
func (i *QueueItem) Idle() bool { return i.Paused || i.Expired || i.Waits() }

// Order sorts the named items into the given order. Others keep their places.
func (q *Queue) Order(ids []string) {
	if slices.EqualFunc(q.items, ids, func(item *queued, id string) bool { return item.Submission.ID == id }) {
		return // as nearly always
	}
	q.few.old = true
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

// Items lists the waiting items in order, without those being sent.
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

// Move shifts items by that many places towards the end, or towards the front
// if by is negative. They keep their order among each other. It returns false
// if nothing moved.
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
		to := max(i+by, n) // those before it may already have the first places
		if by > 0 {
			to = min(i+by, len(q.items)-1-n)
		}
		item := q.items[i]
		q.items = slices.Insert(slices.Delete(q.items, i, i+1), to, item)
		moved = moved || to != i
	}
	q.few.old = q.few.old || moved
	return moved
}

// PauseItem pauses or resumes one item; others pass it.
func (q *Queue) PauseItem(id string, paused bool) {
	if i, ok := q.byID[id]; ok {
		q.few.old = true
		i.Paused = paused
	}
}

// Pause stops the queue and records the reason; Resume starts it again.
func (q *Queue) Pause(why string) { q.paused, q.byUser, q.why = true, false, why }

// PauseByUser stops the queue because the user wants it; Resume starts it again.
func (q *Queue) PauseByUser() { q.paused, q.byUser, q.why = true, true, "paused by you" }

// HoldBack stops the queue of a journal that was restored from a backup, until it is
// taken over.
func (q *Queue) HoldBack() {
	q.paused, q.byUser, q.held, q.why = true, true, true, "the journal was restored"
}

// Resume ends a pause.
func (q *Queue) Resume() {
	q.paused, q.byUser, q.held, q.why, q.unknown = false, false, false, "", 0
}

// Paused reports whether the queue is paused, and why.
func (q *Queue) Paused() (why string, paused bool) { return q.why, q.paused }

// PausedByUser reports whether the queue is paused because the user wants it.
func (q *Queue) PausedByUser() bool { return q.byUser }

// BackoffUntil returns until when nothing is sent because the server asked for a
// wait, did not answer or has no free slot; zero if none of these applies.
func (q *Queue) BackoffUntil(now time.Time) time.Time {
	switch {
	case now.Before(q.backoff):
		return q.backoff
	case q.full && !q.freed && now.Before(q.tried.Add(slotRetry)):
		return q.tried.Add(slotRetry)
	}
	return time.Time{}
}

// Wake makes every price from before a sleep that ended now stale.
func (q *Queue) Wake(now time.Time) { q.slept = instant.Of(now) }

// Priced applies the result of an estimate: the submission after its Reprice,
// or the error, with its words in the submission's Reason. An item without a
// price is skipped for estimateRetry.
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

// Apply applies the result of sending: the submission with its answer, and the
// error of the request. The queue is paused by a refusal that concerns all
// items, and by several unknown outcomes in a row.
func (q *Queue) Apply(s Submission, err error, now time.Time) {
	now = instant.Of(now)
	if i, ok := q.byID[s.ID]; ok {
		q.Put(s, i.Paused)
	}
	switch {
	case err == nil:
		q.full, q.freed, q.failures, q.unknown = false, false, 0, 0
	case s.State == SubmissionUnknown:
		q.unknown++
		q.backOff(now)
		if q.unknown >= maxUnknown {
			q.Pause("several requests in a row got no clear answer: look at them, then resume the queue")
		}
	case errors.Is(err, ErrStale), errors.Is(err, ErrGone): // it is priced, or uploaded, again when its turn comes
	default:
		q.refused(s, err, now)
	}
}

// refused handles an error that proves that nothing was created.
func (q *Queue) refused(s Submission, err error, now time.Time) {
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		q.Pause("nothing can be sent: " + err.Error())
		return
	}
	switch {
	case e.Kind == api.KindConcurrency && s.Kind == SubmitBatch: // batches take no slots, but only some run at once
		q.failures, q.unknown = 0, 0
		if i, ok := q.byID[s.ID]; ok {
			i.later = now.Add(batchRetry)
		}
	case e.Kind == api.KindConcurrency:
		q.full, q.freed, q.tried = true, false, now
		q.failures, q.unknown = 0, 0
	case e.Kind == api.KindRateLimited:
		q.backoff = now.Add(cmp.Or(max(e.RetryAfter, 0), rateRetry))
	case e.Kind == api.KindAuth, e.Kind == api.KindPayment:
		q.Pause(e.Error())
	case s.State == SubmissionConfirmed:
		q.backOff(now)
	}
}

// backOff doubles the wait with every failed attempt.
func (q *Queue) backOff(now time.Time) {
	q.backoff = now.Add(min(firstRetry<<min(q.failures, 8), lastRetry))
	q.failures++
}

// Ends forecasts when each item will be done: left is the remaining time of each
// running job, and takes estimates a job by when it is sent. It leaves out items that wait
// for the user, and batches, which take no slot.
func (q *Queue) Ends(now time.Time, left []time.Duration, slots int, takes func(*Submission, time.Time) time.Duration) iter.Seq2[*Submission, time.Time] {
	return func(yield func(*Submission, time.Time) bool) {
		free := make([]time.Duration, max(1, max(slots, 1)-max(q.Reserve, 0)))
		// If more jobs run than we have slots, only the last ones to end make room.
		busy := slices.Sorted(slices.Values(left))
		copy(free, busy[max(0, len(busy)-len(free)):])
		for _, item := range q.inTurn() {
			if item.Idle() || item.Submission.Kind == SubmitBatch {
				continue
			}
			soonest := slices.Index(free, slices.Min(free))
			free[soonest] += takes(&item.Submission, now.Add(free[soonest]))
			if !yield(&item.Submission, now.Add(free[soonest])) {
				return
			}
		}
	}
}

// Finish forecasts when the last item will be done; see Ends.
func (q *Queue) Finish(now time.Time, left []time.Duration, slots int, takes func(*Submission, time.Time) time.Duration) time.Time {
	last := now
	for _, end := range q.Ends(now, left, slots, takes) {
		last = instant.Later(last, end)
	}
	return last
}

func (q *Queue) index(id string) int { return slices.Index(q.items, q.byID[id]) }
