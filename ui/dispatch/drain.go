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
	Slots   int // jobs the plan runs at once, as configured; 0: learned
	Reserve int // of them left to others
	Guard   state.Guard
	// Notice is told of each thing that happens, in words, as it does; it may be
	// nil.
	Notice func(Notice)

	store  *state.Store
	poller *state.Poller
	outbox state.Outbox
	landed chan func(now time.Time)
	away   int   // tasks under way
	paid   int   // of them those that cost money
	denial error // of the key or the plan, which stopped the queue
	sum    Sum
}

// Notice is one thing that happened.
type Notice struct {
	At         time.Time
	Submission string
	Name       string
	State      state.SubmissionState
	Job        api.ID // once there is one
	Words      string // why, where it is not accepted
}

// Sum is what a run came to.
type Sum struct {
	Sent     int // accepted
	Refused  int // by the server; they stay in the queue to be mended
	Left     int // they need the user: a price that went up, a file that changed, a hold
	InDoubt  int // only the user can tell what became of them
	Resolved int // of those in doubt that dubtop found out about by itself
}

// The errors that end a run.
var (
	// ErrElsewhere: another process sends from this queue.
	ErrElsewhere = errors.New("another process sends from this queue")
	// ErrHeld: the queue is held, by the user or because the server refuses
	// everything.
	ErrHeld = errors.New("the queue is held")
	// ErrBudget: a hard budget does not allow what waits.
	ErrBudget = errors.New("a budget does not allow it")
)

// drainBeat is the pace of everything that happens by itself.
const drainBeat = time.Second

// Run sends what waits until nothing is left that could be sent and every
// outcome is known, or only the user can tell it. When ctx ends it begins
// nothing more, waits for the answer to a request that is on its way, and
// returns the context's error.
func (d *Drain) Run(ctx context.Context) (Sum, error) {
	d.store, d.poller = state.NewStore(), state.NewPoller(state.DefaultPace())
	d.landed = make(chan func(time.Time))
	d.outbox.Queue.Reserve = d.Reserve
	if err := d.begin(ctx); err != nil {
		return d.sum, err
	}
	defer func() { _ = d.Desk.Journal.LeaveSender() }() // the system does it otherwise
	ctx, stop := context.WithCancel(ctx)
	defer d.wait()
	defer stop()
	beat := time.NewTicker(drainBeat)
	defer beat.Stop()
	for {
		d.tend(ctx, time.Now().Round(0))
		if err := d.over(); err != nil || d.finished(time.Now()) {
			return d.result(), err
		}
		select {
		case land := <-d.landed:
			d.away--
			land(time.Now().Round(0))
		case <-beat.C:
		case <-ctx.Done():
			d.wait()
			return d.result(), context.Cause(ctx)
		}
	}
}

// begin takes the turn to send, and reads what the journal holds.
func (d *Drain) begin(ctx context.Context) error {
	j := d.Desk.Journal
	mine, holder, err := j.Sender(time.Now())
	if err != nil {
		return err
	}
	if !mine {
		return fmt.Errorf("%w: %s", ErrElsewhere, holder)
	}
	held, err := j.QueueHeld(ctx)
	if err == nil && held {
		return fmt.Errorf("%w by you: let it go on first", ErrHeld)
	}
	if err != nil {
		return err
	}
	if _, err := j.Recover(ctx, time.Now()); err != nil {
		return err
	}
	s, err := Snapshot(ctx, j, 0)
	if err != nil {
		return err
	}
	d.outbox.Sender = true
	d.outbox.Load(s)
	return d.allowed(ctx)
}

// allowed holds all that waits against the hard budgets: nobody is here who
// could agree to more.
func (d *Drain) allowed(ctx context.Context) error {
	entries, _, err := d.Desk.Journal.Entries(ctx)
	if err != nil {
		return err
	}
	var prices []state.Price
	for _, item := range d.outbox.Queue.Items() {
		if !item.Paused && !item.Waits() {
			prices = append(prices, item.Submission.Price)
		}
	}
	if len(prices) == 0 {
		return nil
	}
	v := d.Guard.Check(state.ChargeOf(prices...), journal.Books(entries), d.outbox.AtStake(), time.Now(), time.Local)
	if v.Level == state.BudgetHard {
		return fmt.Errorf("%w: %s", ErrBudget, v.Words[0])
	}
	return nil
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
	if server, ok := d.Desk.Client.ServerTime(now); ok {
		d.store.Forecast.Skew = server.Sub(now)
		d.outbox.Reconciler.Skew = d.store.Forecast.Skew
	}
	if n := d.Desk.Client.Usage().Slots; n > 0 {
		d.store.Slots = n
	}
	for _, ask := range d.poller.Due(now, d.store) {
		d.run(func() func(time.Time) {
			r := Answer(ctx, d.Desk.Client, ask)
			return func(now time.Time) { d.poller.Landed(now, d.store, ask, r) }
		})
	}
	if !d.store.Generations.Known() {
		return
	}
	running, slots := d.outbox.Occupancy(d.store, d.Slots)
	for _, t := range d.outbox.Due(now, running, slots) {
		d.carryOut(ctx, t)
	}
}

// carryOut begins a task. One that costs money is not given up when the run is.
func (d *Drain) carryOut(ctx context.Context, t state.Task) {
	switch t.Kind {
	case state.TaskAsk:
		return
	case state.TaskSend, state.TaskResend, state.TaskLink:
		d.paid++
		ctx = context.WithoutCancel(ctx)
	}
	d.run(func() func(time.Time) {
		done := d.Desk.Do(ctx, t)
		return func(now time.Time) { d.land(done, now) }
	})
}

// run does something beside the loop, and lands it there.
func (d *Drain) run(do func() func(time.Time)) {
	d.away++
	go func() { d.landed <- do() }()
}

// land takes in what came of a task, and tells of it.
func (d *Drain) land(done state.Done, now time.Time) {
	d.outbox.Landed(done, now)
	if done.Slots > 0 {
		d.store.Slots = done.Slots
	}
	sub := done.Submission
	if e, ok := errors.AsType[*api.Error](done.Err); ok && (e.Kind == api.KindAuth || e.Kind == api.KindPayment) {
		d.denial = e
	}
	doubtful := done.Kind == state.TaskResend || done.Kind == state.TaskLink
	switch done.Kind {
	case state.TaskSend, state.TaskResend, state.TaskLink:
		d.paid--
	default:
		return
	}
	if done.Elsewhere {
		return
	}
	n := Notice{At: now, Submission: sub.ID, Name: sub.Name, State: sub.State, Job: sub.GenerationID + sub.BatchID}
	switch sub.State {
	case state.SubmissionSent:
		d.sum.Sent++
		if doubtful {
			d.sum.Resolved++
		}
		if done.Job != nil {
			d.store.Observe([]state.Generation{state.NewGeneration(*done.Job)}, now)
		}
	default:
		n.Words = sub.Reason
	}
	if d.Notice != nil {
		d.Notice(n)
	}
}

// wait lands what is under way, so that no answer is lost.
func (d *Drain) wait() {
	for d.away > 0 {
		land := <-d.landed
		d.away--
		land(time.Now().Round(0))
	}
}

// over gives the reason why nothing more can be sent, nil while it can.
func (d *Drain) over() error {
	if d.paid > 0 {
		return nil
	}
	if p := d.poller.Phase(time.Now()); p.Kind == state.PhaseRejected {
		return p.Err
	}
	why, held := d.outbox.Queue.Paused()
	switch {
	case held && d.denial != nil:
		return d.denial
	case held:
		return fmt.Errorf("%w: %s", ErrHeld, why)
	}
	return nil
}

// finished reports whether there is nothing left to do without the user.
func (d *Drain) finished(now time.Time) bool {
	if d.paid > 0 || !d.store.Generations.Known() {
		return false
	}
	for _, item := range d.outbox.Queue.Items() {
		if !item.Paused && !item.Waits() {
			return false
		}
	}
	for _, sub := range d.outbox.AtStake() {
		if sub.State != state.SubmissionUnknown {
			continue
		}
		if _, asks := d.outbox.Reconciler.Question(sub.ID, now); !asks {
			return false
		}
	}
	return true
}

// result adds up what is left.
func (d *Drain) result() Sum {
	s := d.sum
	s.Refused, s.Left = len(d.outbox.Refused()), d.outbox.Queue.Len()
	for _, sub := range d.outbox.AtStake() {
		if sub.State == state.SubmissionUnknown {
			s.InDoubt++
		}
	}
	return s
}
