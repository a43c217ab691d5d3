// Package outbox decides what to send and when. It follows submissions from the
// user's confirmation to the answer: the queue, job slots, and requests whose
// answer was lost. It never sends, writes to disk or reads a clock; it hands
// out tasks and takes in their results.
package outbox

import (
	"errors"
	"maps"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
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

// TaskKind says what to do for the outbox.
type TaskKind string

// The kinds of tasks. The reconciler's tasks are named after its steps.
const (
	TaskSend  TaskKind = "send"  // record that it is being sent, then send it once
	TaskPrice TaskKind = "price" // have the same request priced again
	TaskProve TaskKind = "prove" // test whether the server honours idempotency keys
	TaskNote  TaskKind = "note"  // save an answer that could not be saved before

	TaskFollow      = TaskKind(StepFollow)
	TaskResend      = TaskKind(StepResend)
	TaskLook        = TaskKind(StepLook)
	TaskLookBatches = TaskKind(StepLookBatches)
	TaskLink        = TaskKind(StepLink)
	TaskAsk         = TaskKind(StepAsk) // the user has to choose; there is no result
)

// Task is one thing to do now. Tasks may run concurrently.
type Task struct {
	Kind TaskKind
	// Submission is the one to send, price or link, in the state that the
	// journal must hold before anything is done. It is zero for looks and
	// proofs.
	Submission Submission
	Step       Step // of the reconciler's tasks
	// Proven is set on a resend if the server is known to check the key before
	// it judges the request.
	Proven bool
}

// Outcome judges the error of a paid request; nil means accepted. For a resend
// it covers the first request too, whose answer was lost. A refusal of the
// second request settles both only if the server checked the key first, because
// the key would have led it to the first job. Otherwise the outcome stays
// unknown. Full slots don't settle it either while the first request may still
// be on its way.
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

// Done is the result of a task.
type Done struct {
	Task
	// Submission is its state now. If the request got an answer the journal has
	// it, unless Unrecorded says why not.
	Submission Submission
	Err        error // of the request
	Unrecorded error
	// Elsewhere means that the journal is ahead: another process sent, paused or
	// dropped the submission. Nothing was done.
	Elsewhere bool
	// Unfit means that it can't be sent as it is, for example because a file
	// changed; Submission.Reason says why. Nothing was sent, and it is paused in
	// the journal.
	Unfit bool

	Job     *api.Generation  // created or followed
	Batch   *api.Batch       // created
	Jobs    []api.Generation // of a look
	Skipped int              // jobs in a look's answer that could not be read
	Batches []api.Batch      // of a look
	Honours bool             // a proof's answer
}

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

	stake   map[string]Submission // sending, unknown, or dropped while unknown
	refused []Submission          // refused, until the user has dealt with them
	busy    map[string]int        // changes in progress, by submission
	clock   uint64                // counts changes
	changed map[string]uint64     // clock of each submission's last change here
	answers map[string]Unsaved    // answers that are not in the journal yet
	noted   time.Time             // when saving them was last tried
	proving bool
	proved  time.Time // when the last proof was tried
	sure    bool      // whether that proof gave an answer
}

// Ids for Begin and End of changes that concern no single submission.
const (
	TheOrder = "the order" // of the queue
	TheHold  = "the hold"  // the whole queue's pause
	TheSlots = "the slots" // the number of slots set by the user
)

// Snapshot is the journal's view of the outbox.
type Snapshot struct {
	Waiting []QueueItem       // in order; may include refused ones
	Stake   []Submission      // sending, unknown, or dropped while unknown
	Claims  map[api.ID]string // the submission that made each job and batch
	Begun   uint64            // Outbox.Clock when reading began
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
	for id := range o.stake {
		if !known[id] && !o.Ahead(id, begun) {
			delete(o.stake, id)
		}
	}
}

// Ahead reports whether the outbox knows more than a snapshot about a
// submission, TheOrder, TheHold or TheSlots.
func (o *Outbox) Ahead(id string, begun uint64) bool {
	_, unwritten := o.answers[id]
	return unwritten || o.busy[id] > 0 || o.changed[id] > begun
}

// hold moves a submission at stake out of the queue.
func (o *Outbox) hold(sub Submission) {
	o.Queue.Remove(sub.ID)
	o.risk(sub)
}

// risk stores a submission at stake.
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

// AtStake lists the submissions that are being sent, are of unknown outcome, or
// were dropped while unknown, in no order.
func (o *Outbox) AtStake() []Submission {
	subs := make([]Submission, 0, len(o.stake))
	for _, sub := range o.stake {
		subs = append(subs, sub)
	}
	return subs
}

// OnTheirWay lists the submissions being sent by this process, in no order.
func (o *Outbox) OnTheirWay() (subs []Submission) {
	for id, sub := range o.stake {
		if sub.State == SubmissionSending && o.busy[id] > 0 {
			subs = append(subs, sub)
		}
	}
	return subs
}

// SendingElsewhere reports whether another process is sending a submission.
func (o *Outbox) SendingElsewhere() bool {
	for id, sub := range o.stake {
		if sub.State == SubmissionSending && o.busy[id] == 0 {
			return true
		}
	}
	return false
}

// Pending lists the submissions that are, or may become, expenses missing from
// the ledger; see Guard.Check.
func (o *Outbox) Pending() []Submission {
	subs := o.AtStake()
	for _, item := range o.Queue.Items() {
		subs = append(subs, item.Submission)
	}
	return subs
}

// Find returns a submission that has not become a job yet.
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

// Ours reports whether one of our submissions made the job.
func (o *Outbox) Ours(id api.ID) bool { return o.Reconciler.claimed[id] != "" }

func (o *Outbox) track() { o.Reconciler.Track(o.AtStake()) }

// Due lists the tasks to start now. A task is handed out once until its result
// is applied, or again only after a long time.
func (o *Outbox) Due(now time.Time, full Occupancy) []Task {
	tasks := o.Notes(now)
	if !o.Sender || len(o.answers) > 0 { // the ledger must be complete before more is spent
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
		o.Reconciler.Proven = false // until the proof is renewed
		tasks = append(tasks, Task{Kind: TaskProve})
	}
	return append(tasks, o.steps(now)...)
}

// calm reports whether it is safe to probe for more slots: the lists are
// current, every outcome is known, and the last request was answered.
func (o *Outbox) calm(full Occupancy) bool {
	for _, sub := range o.stake {
		if sub.State.AtStake() {
			return false
		}
	}
	return !full.Outage && o.Queue.failures == 0
}

// learn updates the number of slots from an answer.
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

// send hands out a queued item to be sent.
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

// Leave hands out a submission that does not go through the queue, such as a
// batch. It must be confirmed, and becomes sending. The error is a
// [*draft.ExpiredError] if a link has expired.
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

// proofDue reports whether to test for idempotency keys. It costs a request, so
// only an unknown outcome that could then be resent is a reason.
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

// steps turns the reconciler's steps into tasks, making the transitions that
// must be saved first.
func (o *Outbox) steps(now time.Time) (tasks []Task) {
	for _, step := range o.Reconciler.Next(now) {
		task := Task{Kind: TaskKind(step.Kind), Step: step}
		if sub, ok := o.stake[step.Submission]; ok {
			task.Submission = sub
		}
		if task.Kind == TaskResend || task.Kind == TaskLink {
			if o.busy[step.Submission] > 0 {
				continue // the user has chosen, or it is being priced: try next time
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

// advance makes the transition of a resend or a link.
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
		// Within the window the server still knows the key of the first attempt.
		t.Proven = o.Reconciler.Proven && t.Submission.replayable(now)
		o.risk(t.Submission)
		o.track()
	}
	return t, nil
}

// Choose applies the user's choice about an unknown outcome and returns the
// task to run; id is the job to link. The error says why the choice is not
// possible.
func (o *Outbox) Choose(submission string, c Choice, id api.ID, now time.Time) (Task, error) {
	sub, ok := o.stake[submission]
	switch {
	case !ok || sub.State != SubmissionUnknown:
		return Task{}, errors.New("its outcome is already known")
	case len(o.answers) > 0:
		return Task{}, ErrUnsaved
	case o.busy[submission] > 0:
		return Task{}, errors.New("dubtop is working on it right now: try again in a moment")
	case c == ChoiceLink && !o.Reconciler.free(submission, id):
		return Task{}, errors.New("that one belongs to another request")
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

// Reprice returns the task to price a submission again, so that the user can
// agree to the price: an unknown outcome before a late resend, or a queued item
// whose price went up.
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

// Landed applies the result of a task.
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
		o.Queue.Remove(sub.ID) // the next snapshot has it
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

// looked passes the answer of a look to the reconciler, unless the request
// failed.
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

// Wake tells the outbox that the machine was asleep until now.
func (o *Outbox) Wake(now time.Time) { o.Queue.Wake(now) }
