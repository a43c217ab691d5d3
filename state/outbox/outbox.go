// Package outbox decides what to send and when. It follows submissions from the
// user's confirmation to the answer: the queue, job slots, and requests whose
// answer was lost. It never sends, writes to disk or reads a clock; it hands
// out tasks and takes in their results.
package outbox

import (
	"maps"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
)

const (
	// proveAgain is how often to test the server for idempotency keys while the
	// test gives no answer.
	proveAgain = time.Minute
	// proofHolds is how long the answer counts, since servers change.
	proofHolds = time.Hour
	// noteAgain is how often to retry saving an answer.
	noteAgain = 10 * time.Second
)

// Outbox holds everything between the user's confirmation and the ledger:
// waiting submissions, requests on their way, and unknown outcomes. It only
// decides; the caller runs the tasks, concurrently, and applies their results.
// It must be used from one goroutine. The zero Outbox is ready to use. Until
// Sender is set it only hands out tasks that save answers.
type Outbox struct {
	Queue      Queue
	Reconciler Reconciler
	Slots      Slots
	// Sender is set if this process sends from the journal.
	Sender bool
	// Uploads is whether the server takes local files as assets.
	Uploads api.Support

	unresolved map[string]Submission // sending, unknown, or dropped while unknown
	refused    []Submission          // refused, until the user has dealt with them
	busy       map[string]int        // changes in progress, by submission
	clock      uint64                // counts changes
	changed    map[string]uint64     // clock of each submission's last change here
	assets     map[draft.Content]string
	filesAgain time.Time          // when a change of files may be saved again
	answers    map[string]Unsaved // answers that are not in the journal yet
	noted      time.Time          // when saving them was last tried
	proving    bool
	proved     time.Time // when the last proof was tried
	sure       bool      // whether that proof gave an answer
}

// Ids for Begin and End of changes that concern no single submission.
const (
	TheOrder = "the order" // of the queue
	ThePause = "the pause" // the whole queue's pause
	TheSlots = "the slots" // the number of slots set by the user
)

// Snapshot is the journal's view of the outbox.
type Snapshot struct {
	Waiting    []QueueItem       // in order; may include refused ones
	Unresolved []Submission      // sending, unknown, or dropped while unknown
	Claims     map[api.ID]string // the submission that made each job and batch
	Begun      uint64            // Outbox.Clock when reading began
}

// Clock counts the changes made here, so that Load can tell which changes a
// snapshot missed.
func (o *Outbox) Clock() uint64 { return o.clock }

// Load takes in the journal's state, at the start and whenever another process
// may have changed it. It keeps anything changed here since the snapshot was
// begun, or still changing.
func (o *Outbox) Load(s Snapshot) {
	for id, submission := range s.Claims {
		o.Reconciler.Claim(id, submission)
	}
	known := make(map[string]bool, len(s.Waiting)+len(s.Unresolved))
	refused := o.keptRefused(s.Begun)
	for _, item := range s.Waiting {
		id := item.Submission.ID
		known[id] = true
		switch {
		case o.Ahead(id, s.Begun):
		case item.Submission.State == SubmissionRejected:
			o.Queue.Remove(id)
			refused = append(refused, item.Submission)
		default:
			o.Queue.Put(item.Submission, item.Paused)
		}
	}
	o.refused = refused
	for _, sub := range s.Unresolved {
		known[sub.ID] = true
		if !o.Ahead(sub.ID, s.Begun) {
			o.unqueue(sub)
		}
	}
	o.forget(known, s.Begun)
	if !o.Ahead(TheOrder, s.Begun) {
		order := make([]string, len(s.Waiting))
		for i := range s.Waiting {
			order[i] = s.Waiting[i].Submission.ID
		}
		o.Queue.Order(order)
	}
	// Later snapshots are no older, so these entries have served.
	maps.DeleteFunc(o.changed, func(_ string, at uint64) bool { return at <= s.Begun })
	o.clock++
	o.track()
}

// keptRefused lists the refused submissions that the snapshot missed.
func (o *Outbox) keptRefused(begun uint64) (kept []Submission) {
	for _, sub := range o.refused {
		if o.Ahead(sub.ID, begun) {
			kept = append(kept, sub)
		}
	}
	return kept
}

// forget drops submissions that the journal no longer has.
func (o *Outbox) forget(known map[string]bool, begun uint64) {
	for _, item := range o.Queue.waiting() {
		if id := item.Submission.ID; !known[id] && !o.Ahead(id, begun) {
			o.Queue.Remove(id)
		}
	}
	for id := range o.unresolved {
		if !known[id] && !o.Ahead(id, begun) {
			delete(o.unresolved, id)
		}
	}
}

// Ahead reports whether the outbox knows more than a snapshot about a
// submission, TheOrder, ThePause or TheSlots.
func (o *Outbox) Ahead(id string, begun uint64) bool {
	_, unwritten := o.answers[id]
	return unwritten || o.busy[id] > 0 || o.changed[id] > begun
}

// hold moves a submission at stake out of the queue.
func (o *Outbox) unqueue(sub Submission) {
	o.Queue.Remove(sub.ID)
	o.keep(sub)
}

// risk stores a submission at stake.
func (o *Outbox) keep(sub Submission) {
	if o.unresolved == nil {
		o.unresolved = make(map[string]Submission)
	}
	o.unresolved[sub.ID] = sub
}

func (o *Outbox) touch(id string) {
	o.clock++
	if o.changed == nil {
		o.changed = make(map[string]uint64)
	}
	o.changed[id] = o.clock
}

// Begin marks submissions whose change is being written to the journal. Until
// End, Load ignores what snapshots say about them.
func (o *Outbox) Begin(ids ...string) {
	if o.busy == nil {
		o.busy = make(map[string]int)
	}
	for _, id := range ids {
		o.touch(id)
		o.busy[id]++
	}
}

// End marks the change as written or refused by the journal.
func (o *Outbox) End(ids ...string) {
	for _, id := range ids {
		o.touch(id)
		if o.busy[id]--; o.busy[id] <= 0 {
			delete(o.busy, id)
		}
	}
}

// Put stores a submission in its new state, in the queue or wherever it
// belongs.
func (o *Outbox) Put(sub Submission, paused bool) {
	o.touch(sub.ID)
	o.dropRefused(sub.ID)
	switch {
	case sub.State == SubmissionSent:
		o.Queue.Remove(sub.ID)
		delete(o.unresolved, sub.ID)
		o.Reconciler.Claim(sub.GenerationID, sub.ID)
		o.Reconciler.Claim(sub.BatchID, sub.ID)
	case sub.State == SubmissionRejected:
		o.Queue.Remove(sub.ID)
		o.refused = append(o.refused, sub)
	case sub.MayHaveCost():
		o.unqueue(sub)
	default:
		delete(o.unresolved, sub.ID)
		o.Queue.Put(sub, paused)
	}
	o.track()
}

// Remove forgets a submission that was refused, or that was dropped or edited
// before it was sent.
func (o *Outbox) Remove(id string) {
	o.touch(id)
	o.Queue.Remove(id)
	o.dropRefused(id)
}

func (o *Outbox) dropRefused(id string) {
	for i := range o.refused {
		if o.refused[i].ID == id {
			o.refused = append(o.refused[:i:i], o.refused[i+1:]...)
			return
		}
	}
}

// Move shifts items of the queue; see Queue.Move.
func (o *Outbox) Move(by int, ids ...string) bool {
	if !o.Queue.Move(by, ids...) {
		return false
	}
	o.touch(TheOrder)
	return true
}

// PauseItem pauses or resumes one item of the queue.
func (o *Outbox) PauseItem(id string, paused bool) {
	o.touch(id)
	o.Queue.PauseItem(id, paused)
}

// Refused lists the queued submissions that the server refused and the user has
// not dealt with yet.
func (o *Outbox) Refused() []Submission { return o.refused }

// Unresolved lists the submissions that are being sent, are of unknown outcome, or
// were dropped while unknown, in no order.
func (o *Outbox) Unresolved() []Submission {
	subs := make([]Submission, 0, len(o.unresolved))
	for _, sub := range o.unresolved {
		subs = append(subs, sub)
	}
	return subs
}

// OnTheirWay lists the submissions being sent by this process, in no order.
func (o *Outbox) OnTheirWay() (subs []Submission) {
	for id, sub := range o.unresolved {
		if sub.State == SubmissionSending && o.busy[id] > 0 {
			subs = append(subs, sub)
		}
	}
	return subs
}

// SendingElsewhere reports whether another process is sending a submission.
func (o *Outbox) SendingElsewhere() bool {
	for id, sub := range o.unresolved {
		if sub.State == SubmissionSending && o.busy[id] == 0 {
			return true
		}
	}
	return false
}

// Pending lists the submissions that are, or may become, expenses missing from
// the ledger; see Guard.Check.
func (o *Outbox) Pending() []Submission {
	subs := o.Unresolved()
	for _, item := range o.Queue.Items() {
		subs = append(subs, item.Submission)
	}
	return subs
}

// Find returns a submission that has not become a job yet.
func (o *Outbox) Find(id string) (sub Submission, ok bool) {
	if sub, ok = o.unresolved[id]; ok {
		return sub, true
	}
	for _, sub := range o.refused {
		if sub.ID == id {
			return sub, true
		}
	}
	item, ok := o.Queue.Item(id)
	return item.Submission, ok
}

// Ours reports whether one of our submissions made the job.
func (o *Outbox) Ours(id api.ID) bool { return o.Reconciler.claimed[id] != "" }

func (o *Outbox) track() { o.Reconciler.Track(o.Unresolved()) }

// Wake tells the outbox that the machine was asleep until now.
func (o *Outbox) Wake(now time.Time) { o.Queue.Wake(now) }

// Expire marks the items whose links have expired; see Queue.Expire. Due does
// not do it, because the screen shows expired items even while nothing is sent.
func (o *Outbox) Expire(now time.Time) (news []Submission) {
	news, changed := o.Queue.Expire(o.ServerTime(now))
	if changed {
		o.clock++
	}
	return news
}

// ServerTime converts a local time to the server's clock, as far as the skew is
// known.
func (o *Outbox) ServerTime(now time.Time) time.Time { return now.Add(o.Reconciler.Skew) }
