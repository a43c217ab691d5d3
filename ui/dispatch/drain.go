package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
)

// Drain works the queue of an account off without a screen. Its zero values are
// those of the dashboard.
type Drain struct {
	Desk    Desk
	Slots   int // jobs the plan runs at once, as configured; 0: found out
	Reserve int // of them left to others
	Guard   state.Guard
	// Resume lets the queue go on first, should the user have held it.
	Resume bool
	// Begin is told what may be sent, before anything is; it may be nil.
	Begin func(waiting []state.Submission)
	// Notice is told of each thing that happens, as it does; it may be nil. Both
	// are called by Run, which waits for them.
	Notice func(Notice)

	store  *state.Store
	poller *state.Poller
	outbox state.Outbox
	kept   state.Slots // what the journal was told of them last
	landed chan func(now time.Time)
	away   int       // tasks under way
	paid   int       // of them those that cost money
	denial error     // of the key or the plan, which stopped the queue
	broken error     // the journal fails, so that nothing more may be sent
	saving time.Time // since when an answer is not saved; zero if all are
	sum    Sum

	beaten   time.Time // the last turn of the loop
	read     time.Time // when the journal was read last,
	revision int64     // and what it was then
	stale    bool      // it knows better than we do
	held     bool      // the user holds the queue

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

const (
	// drainBeat is the pace of everything that happens by itself.
	drainBeat = time.Second
	// SleepGap is a gap between two turns that only a sleeping machine explains.
	SleepGap = 30 * time.Second
	// rereadEvery is how often to look at what other windows did to the queue,
	// beside every time that it matters: what they hold back or drop is never
	// sent.
	rereadEvery = 30 * time.Second
	// rereadSoon is the same while another process is sending something: it may
	// die.
	rereadSoon = 2 * time.Second
)

// Run sends what waits until nothing is left that could be sent and every
// outcome is known, or only the user can tell it. When ctx ends it begins
// nothing more, waits for the answer to a request that is on its way, and
// returns the cause.
func (d *Drain) Run(ctx context.Context) (Sum, error) {
	d.prepare()
	defer func() { _ = d.Desk.Journal.LeaveSender() }() // the system does it otherwise
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
		d.tend(asked, now)
		if over, err := d.over(ctx, now); over || err != nil {
			return d.result(), err
		}
		select {
		case land := <-d.landed:
			d.away--
			land(time.Now().Round(0))
		case <-beat.C:
		case <-ctx.Done():
		}
	}
	d.wait()
	d.saveLast()
	return d.result(), context.Cause(ctx)
}

func (d *Drain) prepare() {
	d.store, d.poller = state.NewStore(), state.NewPoller(state.DefaultPace())
	d.landed = make(chan func(time.Time))
	d.doubts, d.priceless, d.told = make(map[string]bool), make(map[string]bool), make(map[string]string)
	d.outbox.Queue.Reserve = d.Reserve
	store := d.store
	d.outbox.Reconciler.AssetMade = func(id api.ID) (time.Time, bool) {
		x, ok := store.Assets.Find(string(id))
		return x.Created, ok
	}
}

// begin takes the turn to send, and reads what the journal holds.
func (d *Drain) begin(ctx context.Context) error {
	j, now := d.Desk.Journal, time.Now().Round(0)
	mine, holder, err := j.Sender(now)
	if err != nil {
		return err
	}
	if !mine {
		return fmt.Errorf("%w: %s", ErrElsewhere, holder)
	}
	if d.Resume {
		if err := j.HoldQueue(ctx, false); err != nil {
			return err
		}
	}
	d.beaten = now
	d.outbox.Slots = RecallSlots(ctx, j)
	d.outbox.Slots.Configured, d.kept = d.Slots, d.outbox.Slots
	d.outbox.Sender, d.stale = true, true
	if _, err := j.Recover(ctx, now); err != nil { // what the one before left on its way
		return err
	}
	if err := d.reread(ctx, now); err != nil {
		return err
	}
	if d.held {
		return ErrHeldByUser
	}
	return d.allowed(ctx, now)
}

// allowed holds all that waits against the hard budgets: nobody is here who
// could agree to more. What one confirmation may come to was checked when it was
// given.
func (d *Drain) allowed(ctx context.Context, now time.Time) error {
	entries, _, err := d.Desk.Journal.Entries(ctx)
	if err != nil {
		return err
	}
	var waiting []state.Submission
	var prices []state.Price
	for _, item := range d.outbox.Queue.Items() {
		if d.sendable(&item) {
			waiting, prices = append(waiting, item.Submission), append(prices, item.Submission.Price)
		}
	}
	if len(prices) > 0 {
		guard := d.Guard
		guard.ConfirmAbove = nil
		v := guard.Check(state.ChargeOf(prices...), journal.Books(entries), d.outbox.AtStake(), now, time.Local)
		if v.Level == state.BudgetHard {
			return fmt.Errorf("%w: %s", ErrBudget, v.Words[0])
		}
	}
	if d.Begin != nil {
		d.Begin(waiting)
	}
	return nil
}

// sendable reports whether an item may leave without the user.
func (d *Drain) sendable(item *state.QueueItem) bool {
	return !item.Idle() && !d.priceless[item.Submission.ID]
}

// reread takes in what the journal holds, if it can be other than what is known
// here.
func (d *Drain) reread(ctx context.Context, now time.Time) error {
	j := d.Desk.Journal
	if d.awayElsewhere() {
		if _, err := j.Recover(ctx, now); err != nil {
			return err
		}
	}
	d.read = now
	revision, err := j.Revision(ctx)
	if err != nil || revision == d.revision && !d.stale {
		return err
	}
	s, err := Snapshot(ctx, j, d.outbox.Clock())
	held, unread := j.QueueHeld(ctx)
	slots, untold := j.Slots(ctx)
	if err := errors.Join(err, unread, untold); err != nil {
		return err
	}
	if slots != d.outbox.Slots.Set {
		d.outbox.Slots.Choose(slots)
	}
	d.revision, d.stale, d.held = revision, false, held
	d.outbox.Load(s)
	return nil
}

// awayElsewhere reports whether another process is sending something. It is
// asked while nothing of ours is on its way.
func (d *Drain) awayElsewhere() bool { return d.paid == 0 && d.outbox.SendingElsewhere() }

// rereadDue reports whether to look at the journal again.
func (d *Drain) rereadDue(now time.Time) bool {
	every := rereadEvery
	if d.awayElsewhere() {
		every = rereadSoon
	}
	age := now.Sub(d.read)
	return d.stale || age >= every || age < 0
}

// Snapshot reads what a journal holds of the outbox; begun is Outbox.Clock when
// that was decided.
func Snapshot(ctx context.Context, j *journal.Journal, begun uint64) (state.Snapshot, error) {
	s := state.Snapshot{Begun: begun}
	waiting, err := j.Queue(ctx)
	for _, item := range waiting {
		s.Waiting = append(s.Waiting, state.QueueItem{Submission: item.Submission, Paused: item.Paused})
	}
	var unread, lost error
	s.Stake, unread = j.Outstanding(ctx)
	s.Claims, lost = j.Claims(ctx)
	return s, errors.Join(err, unread, lost)
}

// tend asks what is due and has done what is due.
func (d *Drain) tend(ctx context.Context, now time.Time) {
	c := d.Desk.Client
	if now.Sub(d.beaten) > SleepGap {
		c.CloseIdle()
		d.poller.Wake(now)
		d.outbox.Wake(now)
	}
	d.beaten = now
	if server, ok := c.ServerTime(now); ok {
		d.store.Forecast.Compare(server.Sub(now))
		d.outbox.Reconciler.Skew = server.Sub(now)
	}
	d.outbox.Slots.Tell(c.Usage().Slots, now)
	for _, ask := range d.poller.Due(now, d.store) {
		d.run(func() func(time.Time) {
			r := Answer(ctx, c, ask)
			return func(now time.Time) { d.poller.Landed(now, d.store, ask, r) }
		})
	}
	d.tellOutage(now)
	d.tellExpired(d.outbox.Expire(now), now)
	// Before the first answer nobody knows which slots are free.
	tasks := d.outbox.Notes(now)
	if d.store.Generations.Known() && d.broken == nil && !d.held {
		tasks = append(tasks, d.outbox.Due(now, d.outbox.Occupancy(d.store, d.poller.Blind(now)))...)
	}
	for _, t := range tasks {
		d.carryOut(ctx, t, now)
	}
	if s := d.outbox.Slots; s.Told != d.kept.Told || s.Tried != d.kept.Tried {
		d.kept = s
		_ = KeepSlots(ctx, d.Desk.Journal, s) // else it is learned again
	}
}

// carryOut begins a task. One that costs money is not given up when the run is.
func (d *Drain) carryOut(ctx context.Context, t state.Task, now time.Time) {
	switch t.Kind {
	case state.TaskAsk:
		d.tellQuestion(t.Submission, now)
		return
	case state.TaskSend, state.TaskResend, state.TaskLink:
		d.paid++
		ctx = context.WithoutCancel(ctx)
	case state.TaskNote:
		ctx = context.WithoutCancel(ctx)
	}
	d.run(func() func(time.Time) {
		done := d.Desk.Do(ctx, t)
		return func(now time.Time) { d.land(ctx, done, now) }
	})
}

// run does something beside the loop, and lands it there.
func (d *Drain) run(do func() func(time.Time)) {
	d.away++
	go func() { d.landed <- do() }()
}

// land takes in what came of a task, and tells of it.
func (d *Drain) land(ctx context.Context, done state.Done, now time.Time) {
	d.outbox.Landed(done, now)
	if e, ok := errors.AsType[*api.Error](done.Err); ok && (e.Kind == api.KindAuth || e.Kind == api.KindPayment) {
		d.denial = e
	}
	d.stale = d.stale || done.Elsewhere || done.Unrecorded != nil
	switch done.Kind {
	case state.TaskPrice:
		if !done.Elsewhere {
			d.priced(done, now)
		}
	case state.TaskSend, state.TaskResend, state.TaskLink:
		d.paid--
		d.answered(done, now)
	}
	d.tellSaving(done, now)
}

// priced takes in a new price. One that the server refuses to name for good
// keeps the submission from being sent without the user; a server that could
// not be asked is asked again.
func (d *Drain) priced(done state.Done, now time.Time) {
	delete(d.priceless, done.Submission.ID)
	if e, ok := errors.AsType[*api.Error](done.Err); ok {
		switch e.Kind {
		case api.KindNotFound, api.KindInvalid, api.KindConflict:
			d.priceless[done.Submission.ID] = true
		}
	}
	d.tellPrice(done, now)
}

// answered takes in what came of a paid request, or of the search for one.
func (d *Drain) answered(done state.Done, now time.Time) {
	sub := &done.Submission
	if why := d.failure(done); why != nil {
		d.broken = why
	}
	if done.Elsewhere {
		return
	}
	if sub.State == state.SubmissionUnknown {
		d.doubts[sub.ID] = true
	}
	if sub.State == state.SubmissionSent {
		d.sum.Sent++
		if done.Kind != state.TaskSend {
			d.sum.Resolved++
		}
		if done.Job != nil {
			d.store.Observe([]state.Generation{state.NewGeneration(*done.Job)}, now)
		}
	}
	d.tellAnswer(done, now)
}

// failure says why nothing more may be sent after a task that was not noted, or
// that the journal did not let begin for no reason of the queue's.
func (d *Drain) failure(done state.Done) error {
	if done.Elsewhere { // it was changed by another, unless nothing can be written at all
		return d.Desk.Journal.Writable()
	}
	if d.outbox.AnswerUnsaved(done.Submission.ID) {
		return nil // it is tried to be saved, and nothing is sent until it is
	}
	if done.Unrecorded != nil {
		return fmt.Errorf("what became of %s could not be written down: %w", done.Submission.Name, done.Unrecorded)
	}
	if _, remote := errors.AsType[*api.Error](done.Err); remote || done.Unfit || errors.Is(done.Err, state.ErrStale) {
		return nil
	}
	if done.Kind == state.TaskResend || done.Submission.State == state.SubmissionConfirmed {
		return done.Err
	}
	return nil
}

// wait lands what is under way, so that no answer is lost.
func (d *Drain) wait() {
	for d.away > 0 {
		land := <-d.landed
		d.away--
		land(time.Now().Round(0))
	}
}

// over reports whether there is nothing left to do without the user; the error
// is the reason why nothing more can be sent.
func (d *Drain) over(ctx context.Context, now time.Time) (bool, error) {
	if d.paid > 0 {
		return false, nil
	}
	if waits, err := d.unsaved(now); waits {
		return err != nil, err
	}
	if err := d.stopped(ctx, now); err != nil {
		return true, err
	}
	why, paused := d.outbox.Queue.Paused()
	switch {
	case paused && d.denial != nil:
		return true, d.denial
	case !d.settled(now):
		return false, nil
	case paused && d.doubtful():
		return true, fmt.Errorf("%w: %s", ErrHeld, why)
	case paused: // what became of those requests was found out: that is the look it waits for
		d.outbox.Queue.Resume()
		return false, nil
	case d.waiting():
		return false, nil
	}
	return d.finished(ctx, now)
}

// stopped gives the reason why nothing may be sent whatever waits, nil if there
// is none.
func (d *Drain) stopped(ctx context.Context, now time.Time) error {
	if d.broken != nil {
		return d.broken
	}
	if d.rereadDue(now) {
		if err := d.reread(ctx, now); err != nil {
			return unlessEnded(ctx, err)
		}
	}
	if p := d.poller.Phase(now); p.Kind == state.PhaseRejected {
		return p.Err
	}
	if d.held {
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

// finished takes a last look at the journal: another window may have added
// something.
func (d *Drain) finished(ctx context.Context, now time.Time) (bool, error) {
	if err := d.reread(ctx, now); err != nil {
		return true, unlessEnded(ctx, err)
	}
	return !d.held && !d.waiting() && d.settled(now), nil
}

// waiting reports whether anything is in line that can be sent.
func (d *Drain) waiting() bool {
	for _, item := range d.outbox.Queue.Items() {
		if d.sendable(&item) {
			return true
		}
	}
	return false
}

// settled reports whether every outcome is known, or only the user can tell it.
func (d *Drain) settled(now time.Time) bool {
	for _, sub := range d.outbox.AtStake() {
		switch sub.State {
		case state.SubmissionSending: // by another process: ours are waited for
			return false
		case state.SubmissionUnknown:
			if _, asks := d.outbox.Reconciler.Question(sub.ID, now); !asks {
				return false
			}
		}
	}
	return true
}

// doubtful reports whether something that came into doubt in this run still is.
func (d *Drain) doubtful() bool {
	for _, sub := range d.outbox.AtStake() {
		if sub.State == state.SubmissionUnknown && d.doubts[sub.ID] {
			return true
		}
	}
	return false
}

// result adds up what is left.
func (d *Drain) result() Sum {
	s := d.sum
	s.Refused, s.Left, s.Unsaved = len(d.outbox.Refused()), d.outbox.Queue.Len(), len(d.outbox.Unsaved())
	for _, sub := range d.outbox.AtStake() {
		if sub.State == state.SubmissionUnknown {
			s.InDoubt++
		}
	}
	return s
}

// Rows are what Run left behind, as the queue shows it.
func (d *Drain) Rows() []state.QueueRow { return d.outbox.Rows() }
