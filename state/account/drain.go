package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dubtop/state/ledger"
	"dubtop/state/outbox"

	"dubtop/api"
	"dubtop/state"
)

// Drain drives an account without a screen, to work its queue off.
type Drain struct {
	Account *Account
	// Resume lets the queue go on first, should the user have paused it.
	Resume bool
	// Begin is told what may be sent, before anything is; it may be nil.
	Begin func(waiting []outbox.Submission)
	// Notice is told of each thing that happens, as it does; it may be nil. Both
	// are called by Run, which waits for them.
	Notice func(Notice)

	results chan Result
	away    int       // pieces of work under way
	denial  error     // of the key or the plan, which stopped the queue
	broken  error     // the journal fails, so that nothing more may be sent
	saving  time.Time // since when an answer is not saved; zero if all are
	sum     Sum
	looked  bool // the journal was read since there seemed to be nothing left

	doubts    map[string]bool   // what came into doubt in this run
	priceless map[string]bool   // what the server refuses to price
	told      map[string]string // the last that was told of each one
	outage    bool              // it was told that no server is reached
}

// Sum is what a run came to.
type Sum struct {
	Sent     int // accepted
	Refused  int // by the server; they stay in the queue to be mended
	Left     int // in the queue: a price that went up, a file that changed, a hold, an end before their turn
	InDoubt  int // nobody knows yet what became of them, or only the user can tell
	Unsaved  int // answers that could not be written down; they count as unknown from the next start on
	Resolved int // of those in doubt that dubtop found out about by itself
}

// The errors that end a run.
var (
	// ErrElsewhere: another process sends from this queue.
	ErrElsewhere = errors.New("another process sends from this queue")
	// ErrHeld: the queue is held, by the user or because several requests got
	// no clear answer.
	ErrHeld = errors.New("the queue is held")
	// ErrHeldByUser is the ErrHeld that Drain.Resume ends.
	ErrHeldByUser = fmt.Errorf("%w by you, in a window", ErrHeld)
	// ErrBudget: a hard budget does not allow what waits.
	ErrBudget = errors.New("a budget does not allow it")
)

// drainBeat is the pace of everything that happens by itself.
const drainBeat = time.Second

// Run sends what waits until nothing is left that could be sent and every
// outcome is known, or only the user can tell it. When ctx ends it begins
// nothing more, waits for the answer to a request that is on its way, and
// returns the cause.
func (d *Drain) Run(ctx context.Context) (Sum, error) {
	d.results = make(chan Result)
	d.doubts, d.priceless, d.told = make(map[string]bool), make(map[string]bool), make(map[string]string)
	defer func() { _ = d.Account.Journal.LeaveSender() }() // the system does it otherwise
	if err := d.begin(ctx); err != nil {
		return d.result(), err
	}
	asked, stop := context.WithCancel(ctx)
	defer d.wait()
	defer stop()
	beat := time.NewTicker(drainBeat)
	defer beat.Stop()
	for ctx.Err() == nil {
		now := time.Now().Round(0)
		d.Account.Beat(now)
		d.run(asked, d.Account.Due(now))
		d.tellOutage(now)
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
	d.wait()
	d.saveLast()
	return d.result(), context.Cause(ctx)
}

// begin opens the journal, takes the turn to send, and holds what waits against
// the budgets.
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
	if !a.Outbox.Sender {
		return fmt.Errorf("%w: %s", ErrElsewhere, a.Holder())
	}
	if d.pausedByUser() {
		return ErrHeldByUser
	}
	return d.allowed(ctx, time.Now().Round(0))
}

func (d *Drain) pausedByUser() bool {
	why, paused := d.Account.Outbox.Queue.Paused()
	return paused && why == PausedByUser
}

// allowed holds all that waits against the hard budgets: nobody is here who
// could agree to more. What one confirmation may come to was checked when it was
// given.
func (d *Drain) allowed(ctx context.Context, now time.Time) error {
	a := d.Account
	l, _, err := readEntries(ctx, a.Journal)
	if err != nil {
		return unlessEnded(ctx, err)
	}
	var waiting []outbox.Submission
	var prices []outbox.Price
	for _, item := range a.Outbox.Queue.Items() {
		if d.sendable(&item) {
			waiting, prices = append(waiting, item.Submission), append(prices, item.Submission.Price)
		}
	}
	if len(prices) > 0 {
		guard := a.Guard
		guard.ConfirmAbove = nil
		v := guard.Check(ledger.ChargeOf(prices...), l, a.Outbox.AtStake(), now, time.Local)
		if v.Level == ledger.BudgetHard {
			return fmt.Errorf("%w: %s", ErrBudget, v.Words[0])
		}
	}
	if d.Begin != nil {
		d.Begin(waiting)
	}
	return nil
}

// sendable reports whether an item may leave without the user.
func (d *Drain) sendable(item *outbox.QueueItem) bool {
	return !item.Idle() && !d.priceless[item.Submission.ID]
}

// run does work beside the loop.
func (d *Drain) run(ctx context.Context, work []Work) {
	for _, w := range work {
		d.away++
		go func() { d.results <- w.Run(ctx) }()
	}
}

// apply takes a result in, and tells of what happened.
func (d *Drain) apply(r Result) {
	d.away--
	now := time.Now().Round(0)
	for _, e := range d.Account.Apply(r, now) {
		switch e.Kind {
		case EventAnswer:
			d.answered(*e.Done, now)
		case EventAsks:
			d.tellQuestion(e.Done.Submission, now)
		case EventExpired:
			d.tellExpired(e.Submissions, now)
		case EventQueue:
			d.fails(e.Err)
		}
	}
}

// fails notes that the journal does.
func (d *Drain) fails(err error) {
	if err != nil && !errors.Is(err, context.Canceled) && d.broken == nil {
		d.broken = err
		d.Account.Halt()
	}
}

// answered takes in what came of a task.
func (d *Drain) answered(done outbox.Done, now time.Time) {
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
	}
	d.tellSaving(done, now)
}

// priced takes in a new price. One that the server refuses to name for good, or
// an input that is of the wrong kind by now, keeps the submission from being sent
// without the user; a server that could not be asked is asked again.
func (d *Drain) priced(done outbox.Done, now time.Time) {
	delete(d.priceless, done.Submission.ID)
	if _, refused := errors.AsType[refusedInput](done.Err); refused {
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

// settledOne takes in what came of a paid request, or of the search for one.
func (d *Drain) settledOne(done outbox.Done, now time.Time) {
	sub := &done.Submission
	d.looked = false
	d.fails(d.Account.broken(&done))
	if done.Elsewhere {
		return
	}
	if sub.State == outbox.SubmissionUnknown {
		d.doubts[sub.ID] = true
	}
	if sub.State == outbox.SubmissionSent {
		d.sum.Sent++
		if done.Kind != outbox.TaskSend {
			d.sum.Resolved++
		}
	}
	d.tellAnswer(done, now)
}

// wait applies what is under way, so that no answer is lost.
func (d *Drain) wait() {
	for d.away > 0 {
		d.apply(<-d.results)
	}
}

// over reports whether there is nothing left to do without the user; the error
// is the reason why nothing more can be sent.
func (d *Drain) over(ctx context.Context, now time.Time) (bool, error) {
	a := d.Account
	if a.Paid() > 0 || a.Behind() && d.broken == nil {
		return false, nil
	}
	if waits, err := d.unsaved(now); waits {
		return err != nil, err
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
	case paused && d.doubtful():
		return true, fmt.Errorf("%w: %s", ErrHeld, why)
	case paused: // what became of those requests was found out: that is the look it waits for
		a.Outbox.Queue.Resume()
		return false, nil
	}
	return d.finished(), nil
}

// finished reports whether nothing waits that can be sent, after a last look at
// the journal: another window may have added something.
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

// stopped gives the reason why nothing may be sent whatever waits, nil if there
// is none.
func (d *Drain) stopped(now time.Time) error {
	if d.broken != nil {
		return d.broken
	}
	if p := d.Account.Poller.Phase(now); p.Kind == state.PhaseRejected {
		return p.Err
	}
	if d.pausedByUser() {
		return ErrHeldByUser
	}
	return nil
}

// unlessEnded is an error, or the reason why the run was ended, which is why
// nothing could be read.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// waiting reports whether anything is in line that can be sent.
func (d *Drain) waiting() bool {
	for _, item := range d.Account.Outbox.Queue.Items() {
		if d.sendable(&item) {
			return true
		}
	}
	return false
}

// settled reports whether every outcome is known, or only the user can tell it.
func (d *Drain) settled(now time.Time) bool {
	for _, sub := range d.Account.Outbox.AtStake() {
		switch sub.State {
		case outbox.SubmissionSending: // by another process: ours are waited for
			return false
		case outbox.SubmissionUnknown:
			if _, asks := d.Account.Outbox.Reconciler.Question(sub.ID, now); !asks {
				return false
			}
		}
	}
	return true
}

// doubtful reports whether something that came into doubt in this run still is.
func (d *Drain) doubtful() bool {
	for _, sub := range d.Account.Outbox.AtStake() {
		if sub.State == outbox.SubmissionUnknown && d.doubts[sub.ID] {
			return true
		}
	}
	return false
}

// result adds up what is left.
func (d *Drain) result() Sum {
	s := d.sum
	o := &d.Account.Outbox
	s.Refused, s.Left, s.Unsaved = len(o.Refused()), o.Queue.Len(), len(o.Unsaved())
	for _, sub := range o.AtStake() {
		if sub.State == outbox.SubmissionUnknown {
			s.InDoubt++
		}
	}
	return s
}

// Rows are what Run left behind, as the queue shows it; none where another
// process sends, which alone knows.
func (d *Drain) Rows() []outbox.QueueRow {
	if !d.Account.Outbox.Sender {
		return nil
	}
	return d.Account.Outbox.Rows()
}
