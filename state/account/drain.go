package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/inputs"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// Drain drives an account without a screen, to send everything in its queue.
type Drain struct {
	Account *Account
	// Resume first resumes the queue if the user has paused it.
	Resume bool
	// Follow ends the run as soon as nothing is left to wait for about these
	// submissions. If another process sends, the run watches that one, and takes
	// over when it ends. Nil: the run sends everything.
	Follow []string
	// Now sends submissions that wait for the start of the queue.
	Now bool
	// Directly is sent first, and does not wait in the queue: a confirmed batch made
	// from a file. It is named in Follow. Nil: there is none.
	Directly *outbox.Submission
	// Begin is called with the submissions about to be sent, before any is. It
	// may be nil.
	Begin func(waiting []outbox.Submission)
	// Notice is called with each thing that happens. It may be nil. Run calls
	// both and waits for them.
	Notice func(Notice)

	crew
	denial error     // error about the key or the plan that stopped the queue
	broken error     // journal failure, after which nothing more is sent
	saving time.Time // since when an answer is unsaved; zero if all are saved
	sum    Sum
	turned bool // another process has ended, and this one sends from here on
	looked bool // the journal was read again after the queue seemed empty

	unknown   map[string]bool   // submissions whose outcome became unknown in this run
	priceless map[string]bool   // submissions the server refuses to price
	told      map[string]string // the last notice about each submission
	opens     time.Time         // until which jobs wait, as told
	outage    bool              // the outage was reported
	uploading time.Time         // when files on their way were last reported
}

// Sum adds up a run.
type Sum struct {
	Sent     int // accepted
	Refused  int // by the server; they stay in the queue to be fixed
	Left     int // in the queue: paused, price went up, file changed, or not reached
	Unknown  int // outcome unknown, perhaps for the user to settle
	Unsaved  int // answers that could not be saved; unknown from the next start on
	Resolved int // unknown outcomes that dubtop settled by itself
}

// The errors that end a run.
var (
	// ErrElsewhere means that another process sends from this queue.
	ErrElsewhere = errors.New("another process sends from this queue")
	// ErrPaused means that the queue is paused, by the user or after several
	// unknown outcomes.
	ErrPaused = errors.New("the queue is paused")
	// ErrPausedByUser is the ErrPaused that Drain.Resume avoids.
	ErrPausedByUser = fmt.Errorf("%w by you, in a window", ErrPaused)
	// ErrBudget means that a hard budget does not allow the waiting jobs.
	ErrBudget = errors.New("a budget does not allow it")
)

// Run sends the queue until nothing sendable is left and every outcome is known
// or needs the user. When ctx ends it starts nothing new, waits for paid
// requests on their way, and returns the cause.
func (d *Drain) Run(ctx context.Context) (Sum, error) {
	d.unknown, d.priceless, d.told = make(map[string]bool), make(map[string]bool), make(map[string]string)
	defer func() { _ = d.Account.Journal.LeaveSender() }() // the system releases it anyway
	if d.Now {
		d.Account.Outbox.Queue.StartNow(time.Now())
	}
	if err := d.begin(ctx); err != nil {
		return d.result(), err
	}
	asked, stop := withoutCause(ctx)
	defer d.wait(d.apply)
	defer stop()
	if err := d.direct(asked); err != nil {
		return d.result(), err
	}
	beat := time.NewTicker(driverBeat)
	defer beat.Stop()
	for ctx.Err() == nil {
		now := time.Now().Round(0)
		d.Account.Beat(now)
		if err := d.took(ctx, now); err != nil {
			return d.result(), err
		}
		d.start(asked, d.Account.Due(now))
		d.tellOutage(now)
		d.tellOpening(now)
		d.tellUploading(now)
		if over, err := d.over(ctx, now); over || err != nil {
			return d.result(), err
		}
		select {
		case r := <-d.results:
			d.apply(r)
		case <-beat.C:
		case <-ctx.Done():
		}
	}
	d.wait(d.apply)
	d.saveLast()
	return d.result(), context.Cause(ctx)
}

// begin opens the journal, becomes the sender, and checks the queue against the
// budgets.
func (d *Drain) begin(ctx context.Context) error {
	a := d.Account
	if d.Resume {
		if err := a.resumeQueue(ctx); err != nil {
			return err
		}
	}
	for _, w := range a.recallDue() {
		for _, e := range a.Apply(w.Run(ctx), time.Now().Round(0)) {
			if e.Err != nil {
				return unlessEnded(ctx, e.Err)
			}
		}
	}
	if !a.Outbox.Sender && d.Follow == nil {
		return fmt.Errorf("%w: %s", ErrElsewhere, a.Holder())
	}
	if d.Directly == nil {
		if err := a.pausedByUser(); err != nil {
			return err
		}
	}
	if !a.Outbox.Sender || d.Directly != nil { // that was weighed with all that waits
		return nil
	}
	return d.allowed(ctx, time.Now().Round(0))
}

// allowed checks everything that waits against the hard budgets, since nobody
// is here to agree to more. The limit per confirmation was checked when each
// was confirmed.
func (d *Drain) allowed(ctx context.Context, now time.Time) error {
	a := d.Account
	l, err := readBooks(ctx, a.Journal, a.Store, a.Guard.Scope)
	if err != nil {
		return unlessEnded(ctx, err)
	}
	var waiting []outbox.Submission
	for _, item := range a.Outbox.Queue.Items() {
		if d.sendable(&item) {
			waiting = append(waiting, item.Submission)
		}
	}
	if len(waiting) > 0 {
		guard := a.Guard
		guard.ConfirmAbove = nil
		v := guard.Check(a.Store.Labeled(waiting), l, a.Store.Labeled(a.Outbox.Unresolved()), now, time.Local)
		if v.Level == ledger.BudgetHard {
			return fmt.Errorf("%w: %s", ErrBudget, v.Words[0])
		}
	}
	if d.Begin != nil {
		d.Begin(waiting)
	}
	return nil
}

// sendable reports whether an item can be sent without the user.
func (d *Drain) sendable(item *outbox.QueueItem) bool {
	return !item.Idle() && !d.priceless[item.Submission.ID]
}

// apply applies a result and reports its events.
func (d *Drain) apply(r Result) {
	d.away--
	now := time.Now().Round(0)
	for _, e := range d.Account.Apply(r, now) {
		switch e.Kind {
		case EventAnswer:
			d.answered(*e.Result, now)
		case EventAsks:
			d.tellQuestion(e.Result.Submission, now)
		case EventExpired:
			d.tellExpired(e.Submissions, now)
		case EventUpload:
			d.tellUpload(e.Upload, e.Err, now)
		case EventTurn:
			d.turned = true
		case EventQueue:
			d.fails(e.Err)
		}
	}
}

// fails stops sending after a journal failure.
func (d *Drain) fails(err error) {
	if err != nil && !errors.Is(err, context.Canceled) && d.broken == nil {
		d.broken = err
		d.Account.Halt()
	}
}

// answered handles the result of a task.
func (d *Drain) answered(done outbox.TaskResult, now time.Time) {
	if e, ok := errors.AsType[*api.Error](done.Err); ok && (e.Kind == api.KindAuth || e.Kind == api.KindPayment) {
		d.denial = e
	}
	switch done.Kind {
	case outbox.TaskPrice:
		if !done.Elsewhere {
			d.priced(done, now)
		}
	case outbox.TaskSend, outbox.TaskResend, outbox.TaskLink:
		d.settledOne(done, now)
	case outbox.TaskHold:
		d.tellAnswer(done, now)
	}
	d.tellSaving(done, now)
}

// priced handles a new price. If the server refuses to price a submission for
// good, or an input is now of the wrong kind, it is not sent without the user.
// A failed request is retried.
func (d *Drain) priced(done outbox.TaskResult, now time.Time) {
	delete(d.priceless, done.Submission.ID)
	if _, refused := errors.AsType[inputs.RefusedInput](done.Err); refused {
		d.priceless[done.Submission.ID] = true
	}
	if e, ok := errors.AsType[*api.Error](done.Err); ok {
		switch e.Kind {
		case api.KindNotFound, api.KindInvalid, api.KindConflict:
			d.priceless[done.Submission.ID] = true
		}
	}
	d.tellPrice(done, now)
}

// settledOne handles the result of a paid request, or of the search for one.
func (d *Drain) settledOne(done outbox.TaskResult, now time.Time) {
	sub := &done.Submission
	d.looked = false
	d.fails(d.Account.broken(&done))
	if done.Elsewhere {
		return
	}
	if sub.State == outbox.SubmissionUnknown {
		d.unknown[sub.ID] = true
	}
	if sub.State == outbox.SubmissionSent {
		d.sum.Sent++
		if done.Kind != outbox.TaskSend {
			d.sum.Resolved++
		}
	}
	d.tellAnswer(done, now)
}

// over reports whether nothing is left to do without the user. The error is why
// nothing more can be sent.
func (d *Drain) over(ctx context.Context, now time.Time) (bool, error) {
	a := d.Account
	if a.Paid() > 0 || a.Behind() && d.broken == nil {
		return false, nil
	}
	if over, decided, err := d.early(now); decided {
		return over, err
	}
	if err := d.stopped(now); err != nil {
		return true, unlessEnded(ctx, err)
	}
	why, paused := a.Outbox.Queue.Paused()
	switch {
	case paused && d.denial != nil:
		return true, d.denial
	case !d.settled(now):
		return false, nil
	case paused && d.hasUnknown():
		return true, fmt.Errorf("%w: %s", ErrPaused, why)
	case paused: // the unknown outcomes that paused it have been settled
		a.Outbox.Queue.Resume()
		return false, nil
	}
	return d.finished(), nil
}

// finished reports whether nothing sendable waits, even after rereading the
// journal: another window may have added something.
func (d *Drain) finished() bool {
	if d.waiting() {
		d.looked = false
		return false
	}
	if !d.looked {
		d.looked = true
		d.Account.Reread()
		return false
	}
	return true
}

// stopped returns why nothing may be sent at all, or nil.
func (d *Drain) stopped(now time.Time) error {
	if d.broken != nil {
		return d.broken
	}
	if p := d.Account.Poller.Phase(now); p.Kind == state.PhaseRejected {
		return p.Err
	}
	return d.Account.pausedByUser()
}

// pausedByUser returns why only the user can let the queue go on, or nil.
func (a *Account) pausedByUser() error {
	switch {
	case a.held:
		return journal.ErrRestored
	case a.Outbox.Queue.PausedByUser():
		return ErrPausedByUser
	}
	return nil
}

// unlessEnded returns err, or the cause if the run was cancelled, which then
// explains err.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// waiting reports whether any item in the queue can be sent.
func (d *Drain) waiting() bool {
	for _, item := range d.Account.Outbox.Queue.Items() {
		if d.sendable(&item) {
			return true
		}
	}
	return false
}

// settled reports whether every outcome is known or needs the user.
func (d *Drain) settled(now time.Time) bool {
	for _, sub := range d.Account.Outbox.Unresolved() {
		switch sub.State {
		case outbox.SubmissionSending: // by another process; over waits for ours
			return false
		case outbox.SubmissionUnknown:
			if _, asks := d.Account.Outbox.Reconciler.Question(sub.ID, now); !asks {
				return false
			}
		}
	}
	return true
}

// hasUnknown reports whether an outcome that became unknown in this run still is.
func (d *Drain) hasUnknown() bool {
	for _, sub := range d.Account.Outbox.Unresolved() {
		if sub.State == outbox.SubmissionUnknown && d.unknown[sub.ID] {
			return true
		}
	}
	return false
}

// result adds up the run and counts the rest.
func (d *Drain) result() Sum {
	s := d.sum
	o := &d.Account.Outbox
	s.Refused, s.Left, s.Unsaved = len(o.Refused()), o.Queue.Len(), len(o.Unsaved())
	for _, sub := range o.Unresolved() {
		if sub.State == outbox.SubmissionUnknown {
			s.Unknown++
		}
	}
	return s
}

// Rows lists the rest of the queue after Run. It is nil if another process
// sends, since only that one knows.
func (d *Drain) Rows() []outbox.QueueRow {
	if !d.Account.Outbox.Sender {
		return nil
	}
	return d.Account.Outbox.Rows()
}
