// Package outbox decides what is sent, and when: submissions from the yes to the
// answer, the queue, slots, and what became of requests whose answer was lost. It
// never sends anything, writes to disk or reads a clock: it hands out tasks and
// is told what came of them.
package outbox

import (
	"errors"
	"maps"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
)

const (
	// proveAgain is how often a server is asked about idempotency keys while
	// that could not be found out.
	proveAgain = time.Minute
	// proofHolds is how long the answer is believed: servers change.
	proofHolds = time.Hour
	// noteAgain is how often an answer is tried to be written down.
	noteAgain = 10 * time.Second
)

// TaskKind is what is to be done for the outbox.
type TaskKind string

// The kinds of tasks. Those of the reconciler are called as its steps.
const (
	TaskSend  TaskKind = "send"  // record that it leaves, then send it, once
	TaskPrice TaskKind = "price" // have the same request priced again
	TaskProve TaskKind = "prove" // find out whether the server honours idempotency keys
	TaskNote  TaskKind = "note"  // write down an answer that could not be written down

	TaskFollow      = TaskKind(StepFollow)
	TaskResend      = TaskKind(StepResend)
	TaskLook        = TaskKind(StepLook)
	TaskLookBatches = TaskKind(StepLookBatches)
	TaskLink        = TaskKind(StepLink)
	TaskAsk         = TaskKind(StepAsk) // the user has to choose; nothing is to be told
)

// Task is one thing to do now, beside everything else.
type Task struct {
	Kind TaskKind
	// Submission is the one to send, to price or to link, in the state that the
	// journal has to hold before anything is done; zero for looks and proofs.
	Submission Submission
	Step       Step // of the reconciler's tasks
	// Proven says of a resending that the server looks at the key before it
	// judges the request.
	Proven bool
}

// Outcome judges the error of a paid request, which is nil if it was accepted.
// Of a resending it is the outcome of the first request, too, whose answer was
// lost: a refusal of the second is one of both only where the server looked at
// the key, which would have led it to the job. What is refused on the way there,
// or before anybody is known to look at keys, leaves the doubt as it was; so do
// full slots as long as the first request may still be on its way.
func (t *Task) Outcome(err error, now time.Time) api.Outcome {
	o := api.OutcomeOf(err)
	if t.Kind != TaskResend || o == api.Accepted {
		return o
	}
	e, ok := errors.AsType[*api.Error](err)
	arrived := instant.Of(now).Sub(instant.Of(t.Submission.SentAt)) >= quarantine
	judged := ok && (e.Kind == api.KindConcurrency && arrived || e.Kind == api.KindInvalid && !e.TooLarge())
	if !t.Proven || !judged {
		return api.Unknown
	}
	return o
}

// Done is what came of a task.
type Done struct {
	Task
	// Submission is how it stands now. Where the request got an answer the
	// journal holds it, unless Unrecorded says why not.
	Submission Submission
	Err        error // of the request
	Unrecorded error
	// Elsewhere says that the journal knows better: another process has sent,
	// paused or dropped it. Nothing was done.
	Elsewhere bool
	// Unfit says that it can't be sent as it is, and why in Submission.Reason,
	// such as a file that has changed. Nothing was sent; the journal has it
	// paused.
	Unfit bool

	Job     *api.Generation  // that was made, or followed
	Batch   *api.Batch       // that was made
	Jobs    []api.Generation // of a look
	Skipped int              // jobs of a look that could not be read
	Batches []api.Batch      // of a look
	Honours bool             // of a proof
}

// Outbox is everything between the user's yes and the books: what waits, what
// is on its way, and what is in doubt. It decides; whoever runs it carries the
// tasks out, each beside the others, and tells what came of them. It belongs
// to one goroutine. The zero Outbox is ready; it hands out nothing before
// Sender is set, but for answers to be written down.
type Outbox struct {
	Queue      Queue
	Reconciler Reconciler
	Slots      Slots
	// Sender says that this process is the one that sends from the journal.
	Sender bool

	stake   map[string]Submission // sending, in doubt, or dropped while in doubt
	refused []Submission          // out of the queue, until the user has looked
	busy    map[string]int        // changes under way, by submission
	clock   uint64                // counts changes
	changed map[string]uint64     // when each submission last changed here
	answers map[string]Unsaved    // known here, and not in the journal
	noted   time.Time             // when that was last tried
	proving bool
	proved  time.Time // when the last proof was tried
	sure    bool      // and it gave an answer
}

// What Begin and End are told of changes that are of no single submission.
const (
	TheOrder = "the order" // of the queue
	TheHold  = "the hold"  // of the whole queue
	TheSlots = "the slots" // that the user sets
)

// Snapshot is what a journal holds of the outbox.
type Snapshot struct {
	Waiting []QueueItem       // in order; refused ones may be among them
	Stake   []Submission      // sending, in doubt, or dropped while in doubt
	Claims  map[api.ID]string // the submission that each job and batch came of
	Begun   uint64            // Outbox.Clock when reading began
}

// Clock counts the changes made here, so that a snapshot can say what it can't
// know of.
func (o *Outbox) Clock() uint64 { return o.clock }

// Load takes in what the journal holds: at the start, and whenever another
// process may have changed it. What changed here since the snapshot was begun,
// or is changing, stays as it is.
func (o *Outbox) Load(s Snapshot) {
	for id, submission := range s.Claims {
		o.Reconciler.Claim(id, submission)
	}
	known := make(map[string]bool, len(s.Waiting)+len(s.Stake))
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
	for _, sub := range s.Stake {
		known[sub.ID] = true
		if !o.Ahead(sub.ID, s.Begun) {
			o.hold(sub)
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
	// The snapshots that come are no older.
	maps.DeleteFunc(o.changed, func(_ string, at uint64) bool { return at <= s.Begun })
	o.clock++
	o.track()
}

// keptRefused are the refused ones that a snapshot can't know of.
func (o *Outbox) keptRefused(begun uint64) (kept []Submission) {
	for _, sub := range o.refused {
		if o.Ahead(sub.ID, begun) {
			kept = append(kept, sub)
		}
	}
	return kept
}

// forget drops what the journal no longer has.
func (o *Outbox) forget(known map[string]bool, begun uint64) {
	for _, item := range o.Queue.waiting() {
		if id := item.Submission.ID; !known[id] && !o.Ahead(id, begun) {
			o.Queue.Remove(id)
		}
	}
	for id := range o.stake {
		if !known[id] && !o.Ahead(id, begun) {
			delete(o.stake, id)
		}
	}
}

// Ahead reports whether more is known here than a snapshot can tell, of a
// submission, or of TheOrder, TheHold or TheSlots.
func (o *Outbox) Ahead(id string, begun uint64) bool {
	_, unwritten := o.answers[id]
	return unwritten || o.busy[id] > 0 || o.changed[id] > begun
}

// hold notes what is at stake, which is not in the queue.
func (o *Outbox) hold(sub Submission) {
	o.Queue.Remove(sub.ID)
	o.risk(sub)
}

// risk notes how something stands that is at stake.
func (o *Outbox) risk(sub Submission) {
	if o.stake == nil {
		o.stake = make(map[string]Submission)
	}
	o.stake[sub.ID] = sub
}

func (o *Outbox) touch(id string) {
	o.clock++
	if o.changed == nil {
		o.changed = make(map[string]uint64)
	}
	o.changed[id] = o.clock
}

// Begin says that a change of a submission is on its way to the journal: until
// End no snapshot says anything of it.
func (o *Outbox) Begin(ids ...string) {
	if o.busy == nil {
		o.busy = make(map[string]int)
	}
	for _, id := range ids {
		o.touch(id)
		o.busy[id]++
	}
}

// End says that the journal holds the change, or refused it.
func (o *Outbox) End(ids ...string) {
	for _, id := range ids {
		o.touch(id)
		if o.busy[id]--; o.busy[id] <= 0 {
			delete(o.busy, id)
		}
	}
}

// Put takes a submission in as it stands now, wherever that leads it.
func (o *Outbox) Put(sub Submission, paused bool) {
	o.touch(sub.ID)
	o.dropRefused(sub.ID)
	switch {
	case sub.State == SubmissionSent:
		o.Queue.Remove(sub.ID)
		delete(o.stake, sub.ID)
		o.Reconciler.Claim(sub.GenerationID, sub.ID)
		o.Reconciler.Claim(sub.BatchID, sub.ID)
	case sub.State == SubmissionRejected:
		o.Queue.Remove(sub.ID)
		o.refused = append(o.refused, sub)
	case sub.MayHaveCost():
		o.hold(sub)
	default:
		delete(o.stake, sub.ID)
		o.Queue.Put(sub, paused)
	}
	o.track()
}

// Remove forgets a submission that was dropped or edited before it was sent, or
// that was refused.
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

// Move takes items of the queue by so many places; see Queue.Move.
func (o *Outbox) Move(by int, ids ...string) bool {
	if !o.Queue.Move(by, ids...) {
		return false
	}
	o.touch(TheOrder)
	return true
}

// PauseItem holds an item of the queue back, or lets it go on.
func (o *Outbox) PauseItem(id string, paused bool) {
	o.touch(id)
	o.Queue.PauseItem(id, paused)
}

// Refused are the submissions that the server refused while they were in the
// queue, and that nobody has looked after since.
func (o *Outbox) Refused() []Submission { return o.refused }

// AtStake are the submissions that are on their way, in doubt, or were dropped
// while they were, in no order.
func (o *Outbox) AtStake() []Submission {
	subs := make([]Submission, 0, len(o.stake))
	for _, sub := range o.stake {
		subs = append(subs, sub)
	}
	return subs
}

// OnTheirWay are the submissions that are being sent from here, in no order.
func (o *Outbox) OnTheirWay() (subs []Submission) {
	for id, sub := range o.stake {
		if sub.State == SubmissionSending && o.busy[id] > 0 {
			subs = append(subs, sub)
		}
	}
	return subs
}

// SendingElsewhere reports whether another process is sending something.
func (o *Outbox) SendingElsewhere() bool {
	for id, sub := range o.stake {
		if sub.State == SubmissionSending && o.busy[id] == 0 {
			return true
		}
	}
	return false
}

// Pending is everything that is, or may become, an expense that the ledger does
// not hold yet; see Guard.Check.
func (o *Outbox) Pending() []Submission {
	subs := o.AtStake()
	for _, item := range o.Queue.Items() {
		subs = append(subs, item.Submission)
	}
	return subs
}

// Find gives a submission that has not become a job yet.
func (o *Outbox) Find(id string) (sub Submission, ok bool) {
	if sub, ok = o.stake[id]; ok {
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

// Ours reports whether a job came of one of our submissions.
func (o *Outbox) Ours(id api.ID) bool { return o.Reconciler.claimed[id] != "" }

func (o *Outbox) track() { o.Reconciler.Track(o.AtStake()) }

// Due lists what to do now. A task is handed out once until its result is
// applied, or only after a long time again.
func (o *Outbox) Due(now time.Time, full Occupancy) []Task {
	tasks := o.Notes(now)
	if !o.Sender || len(o.answers) > 0 { // what may be spent next must be known to the books
		return tasks
	}
	o.Slots.settle(full.Earlier, now)
	room := o.Slots.room(full, o.calm(full), o.Queue.Reserve, now)
	room.Changing = func(id string) bool { return o.busy[id] > 0 }
	send, estimate, _ := o.Queue.Next(now, room)
	for estimate != "" {
		item, _ := o.Queue.Item(estimate)
		o.Begin(estimate)
		tasks = append(tasks, Task{Kind: TaskPrice, Submission: item.Submission})
		send, estimate, _ = o.Queue.Next(now, room)
	}
	if task, ok := o.send(send, now); ok {
		tasks = append(tasks, task)
	}
	if o.proofDue(now) {
		o.proving, o.proved = true, now
		o.Reconciler.Proven = false // until it is known to be so still
		tasks = append(tasks, Task{Kind: TaskProve})
	}
	return append(tasks, o.steps(now)...)
}

// calm reports whether more may be asked of the server than is known to go
// well: the lists are current, every outcome is known, and the last request got
// an answer.
func (o *Outbox) calm(full Occupancy) bool {
	for _, sub := range o.stake {
		if sub.State.AtStake() {
			return false
		}
	}
	return !full.Outage && o.Queue.failures == 0
}

// learn takes from an answer how many jobs may run at once.
func (o *Outbox) learn(d Done, now time.Time) {
	if d.Submission.Kind != SubmitGeneration || d.Kind != TaskSend && d.Kind != TaskResend {
		return
	}
	if e, ok := errors.AsType[*api.Error](d.Err); ok {
		o.Slots.refused(e, o.Queue.running, now)
	} else if d.Submission.State == SubmissionSent {
		o.Slots.accepted(o.Queue.running)
	}
}

// send takes an item that leaves out of the queue's hands.
func (o *Outbox) send(id string, now time.Time) (Task, bool) {
	item, ok := o.Queue.Item(id)
	if !ok {
		return Task{}, false
	}
	sub := item.Submission
	if err := sub.Send(now); err != nil {
		o.Queue.Landed(item.Submission, err, now)
		return Task{}, false
	}
	return o.leave(sub), true
}

// Leave hands out a submission that does not wait in the queue, such as a batch.
// It must be confirmed, and becomes sending. It is an [*ExpiredError] where a
// link has ended.
func (o *Outbox) Leave(sub Submission, now time.Time) (Task, error) {
	if len(o.answers) > 0 {
		return Task{}, ErrUnsaved
	}
	if err := sub.Expired(o.ServerTime(now)); err != nil {
		return Task{}, err
	}
	if err := sub.Send(now); err != nil {
		return Task{}, err
	}
	return o.leave(sub), nil
}

func (o *Outbox) leave(sub Submission) Task {
	o.Begin(sub.ID)
	if sub.Kind == SubmitGeneration {
		o.Queue.Put(sub, false) // it keeps its place until the answer comes
	}
	o.risk(sub)
	o.track()
	return Task{Kind: TaskSend, Submission: sub}
}

// proofDue reports whether to ask about idempotency keys: only where something
// in doubt could be sent again by it.
func (o *Outbox) proofDue(now time.Time) bool {
	pause := proveAgain
	if o.sure {
		pause = proofHolds
	}
	if o.proving || !due(o.proved, pause, now) {
		return false
	}
	for _, sub := range o.stake {
		if sub.State == SubmissionUnknown && sub.Kind == SubmitGeneration && sub.replayable(now) {
			return true
		}
	}
	return false
}

// steps are what the reconciler wants, with the transitions made that must be
// durable first.
func (o *Outbox) steps(now time.Time) (tasks []Task) {
	for _, step := range o.Reconciler.Next(now) {
		task := Task{Kind: TaskKind(step.Kind), Step: step}
		if sub, ok := o.stake[step.Submission]; ok {
			task.Submission = sub
		}
		if task.Kind == TaskResend || task.Kind == TaskLink {
			if o.busy[step.Submission] > 0 {
				continue // the user has chosen, or it is being priced; its turn comes again
			}
			var err error
			if task, err = o.advance(task, now); err != nil {
				continue
			}
		}
		tasks = append(tasks, task)
	}
	return tasks
}

// advance makes the transition of a resending or a link.
func (o *Outbox) advance(t Task, now time.Time) (Task, error) {
	var err error
	if t.Kind == TaskLink {
		err = t.Submission.Link(t.Step.ID, now)
	} else if err = t.Submission.Expired(o.ServerTime(now)); err == nil {
		err = t.Submission.Resend(now)
	}
	if err != nil {
		return Task{}, err
	}
	o.Begin(t.Submission.ID)
	if t.Kind == TaskResend {
		// Within the window the server is sure to know the key of the first attempt.
		t.Proven = o.Reconciler.Proven && t.Submission.replayable(now)
		o.risk(t.Submission)
		o.track()
	}
	return t, nil
}

// Choose takes the user's choice about a doubt and gives what is to be done
// about it; id is the job of a link. The error says why it can't be.
func (o *Outbox) Choose(submission string, c Choice, id api.ID, now time.Time) (Task, error) {
	sub, ok := o.stake[submission]
	switch {
	case !ok || sub.State != SubmissionUnknown:
		return Task{}, errors.New("its outcome is known by now")
	case len(o.answers) > 0:
		return Task{}, ErrUnsaved
	case o.busy[submission] > 0:
		return Task{}, errors.New("something is being done about it just now: look again in a moment")
	case c == ChoiceLink && !o.Reconciler.free(submission, id):
		return Task{}, errors.New("that one came of another request, as is known by now")
	}
	t := Task{Kind: TaskLink, Submission: sub, Step: Step{Submission: submission, ID: id, At: now}}
	if c == ChoiceDrop {
		err := t.Submission.Drop(now)
		if err == nil {
			o.Begin(submission)
		}
		return t, err
	}
	if c == ChoiceResend {
		t.Kind = TaskResend
	}
	t, err := o.advance(t, now)
	if err == nil && c == ChoiceLink {
		o.Reconciler.settle(submission, id, now)
	}
	return t, err
}

// Reprice gives the task to price a submission anew whose price the user has to
// agree to: one in doubt, before an old one is sent once more, or one in the
// queue whose price went up.
func (o *Outbox) Reprice(submission string) (Task, bool) {
	sub, ok := o.stake[submission]
	if ok = ok && sub.State == SubmissionUnknown; !ok {
		var item QueueItem
		item, ok = o.Queue.Item(submission)
		sub, ok = item.Submission, ok && item.Waits()
	}
	if !ok || o.busy[submission] > 0 {
		return Task{}, false
	}
	o.Begin(submission)
	return Task{Kind: TaskPrice, Submission: sub}, true
}

// Landed takes in what came of a task.
func (o *Outbox) Landed(d Done, now time.Time) {
	if id := d.Task.Submission.ID; id != "" && d.Kind.changes() {
		o.End(id)
	}
	o.note(d, now)
	o.learn(d, now)
	switch d.Kind {
	case TaskNote:
	case TaskSend:
		o.sent(d, now)
	case TaskPrice:
		o.priced(d)
	case TaskProve:
		o.proving, o.sure = false, d.Err == nil
		o.Reconciler.Proven = d.Err == nil && d.Honours
	case TaskResend, TaskLink:
		if !d.Elsewhere {
			o.Put(d.Submission, false)
		}
	default:
		o.looked(d)
	}
}

func (o *Outbox) priced(d Done) {
	o.Queue.Priced(d.Submission, d.Err)
	if d.Err == nil && d.Submission.State == SubmissionUnknown {
		o.Put(d.Submission, false)
	}
}

// changes reports whether a task of this kind changes its submission.
func (k TaskKind) changes() bool {
	return k == TaskSend || k == TaskPrice || k == TaskResend || k == TaskLink || k == TaskNote
}

func (o *Outbox) sent(d Done, now time.Time) {
	sub := d.Submission
	delete(o.stake, sub.ID)
	if d.Elsewhere {
		o.Queue.Remove(sub.ID) // the next snapshot tells
		o.track()
		return
	}
	switch {
	case d.Unfit:
		o.Queue.Put(sub, true)
	case sub.Kind == SubmitGeneration:
		o.Queue.Landed(sub, d.Err, now)
	}
	if sub.State.AtStake() || sub.State == SubmissionRejected && sub.Kind == SubmitGeneration {
		o.Put(sub, false)
	}
	o.track()
}

// looked hands what was found to the reconciler; what could not be asked is no
// answer.
func (o *Outbox) looked(d Done) {
	gone := false
	if e, ok := errors.AsType[*api.Error](d.Err); ok {
		gone = e.Kind == api.KindNotFound
	}
	switch {
	case d.Kind == TaskFollow && gone:
		o.Reconciler.Followed(d.Step, nil)
	case d.Err != nil:
	case d.Kind == TaskFollow:
		o.Reconciler.Followed(d.Step, d.Job)
	case d.Kind == TaskLook:
		o.Reconciler.Looked(d.Step, d.Jobs, d.Skipped)
	case d.Kind == TaskLookBatches:
		o.Reconciler.LookedAtBatches(d.Step, d.Batches)
	}
}

// Wake says that the machine slept until now.
func (o *Outbox) Wake(now time.Time) { o.Queue.Wake(now) }
