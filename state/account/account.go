// Package account is a session on one account, without a screen. It holds the
// account's data, its queue and the journal. A driver, such as the dashboard or
// a command, calls it in a loop: it asks which work is due, runs the work on
// any goroutine, and applies the results. Only this package touches the client,
// the journal and the user's files, with inputs and tasks as its hands. Decisions
// about spending belong to the outbox and the budgets.
package account

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/download"
	"dubtop/state/draft"
	"dubtop/state/hook"
	"dubtop/state/inputs"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// Account is a session on one account. It must be used from one goroutine, but
// its work may run on any.
type Account struct {
	Config
	Store  *state.Store
	Poller *state.Poller
	Outbox outbox.Outbox

	halted     bool  // nothing more is sent
	held       bool  // nothing is sent until the restored journal is taken over
	unwritable error // why the journal can't be written
	now        time.Time
	once       []Work        // extra work for the next Due
	paid       int           // paid requests on their way
	looks      *inputs.Looks // shared by all repricing

	recall       recall
	pauses       pauses
	lists        lists
	ledgerWrites ledgerWrites
	turn         turn
	up           uploads
	view         queueView
	results      results
	known        numbers
	settling     bool                // rows of what finished are being read from the journal
	others       journal.OthersCount // only used while they are
	join         joining
	shown        shown
	kept         outbox.Slots // the slots last saved in the journal
	saves        saves
	hooks        hooks
	inspections  inspections
	awaits       awaits
}

// New returns a session. It does no I/O until its work is run.
func New(c Config, now time.Time) *Account {
	a := &Account{Config: c, Store: state.NewStore(), Poller: state.NewPoller(c.Pace), now: now, looks: inputs.NewLooks(c.Client)}
	a.up = uploads{wondered: new(atomic.Bool), active: make(map[draft.Content]*sending), lost: make(map[draft.Content]int)}
	a.saves.ctx, a.saves.stop = context.WithCancel(context.Background())
	a.hooks.ctx, a.hooks.stop = context.WithCancel(context.Background())
	a.hooks.all = new(sync.WaitGroup)
	a.awaits.ctx, a.awaits.stop = context.WithCancel(context.Background())
	if c.Demo {
		a.Hook = hook.Command{}
	}
	a.saves.keeper = &download.Downloader{Client: c.Client.Files()}
	a.Outbox.Queue.Reserve, a.Outbox.Slots.Configured = c.Reserve, c.Slots
	a.Outbox.Queue.Start, a.Outbox.Queue.Zone = c.Start, cmp.Or(c.Saving.Zone, time.Local)
	a.Outbox.Queue.Share(outbox.Sharing{Fair: c.Fair, Label: func(sub *outbox.Submission) string { return a.Store.LabelFor(sub) }})
	a.Outbox.Reconciler.AssetMade = func(id api.ID) (time.Time, bool) {
		x, ok := a.Store.Asset(id)
		return x.Created, ok
	}
	return a
}

// Close closes the journal and ends the session; later results are discarded.
func (a *Account) Close() error {
	a.saves.stop()
	a.awaits.stop()
	a.up.end()
	a.hooks.end()
	var err error
	if a.Journal != nil {
		err = a.Journal.Close()
	}
	if a.Release != nil {
		err = errors.Join(err, a.Release())
	}
	return err
}

// Unwritable returns why the journal can't be written, in which case nothing can
// be spent. It is nil if it can be written, or is not open yet.
func (a *Account) Unwritable() error { return a.unwritable }

// Work is one piece of work to run outside the driver's loop, on any goroutine.
type Work struct {
	// Paid means that it may cost money and must not be cancelled once it runs.
	Paid    bool
	account *Account
	run     func(ctx context.Context) apply
}

// apply puts the outcome of work into the account.
type apply func(now time.Time) []Event

// Result is the outcome of a piece of work, for Apply.
type Result struct {
	account *Account
	paid    bool
	apply   apply
}

// Run does the work, waiting for network and disk. Paid work continues when ctx
// ends.
func (w Work) Run(ctx context.Context) Result {
	if w.Paid {
		ctx = context.WithoutCancel(ctx)
	}
	return Result{account: w.account, paid: w.Paid, apply: w.run(ctx)}
}

// Apply applies a result and returns the events it caused. A result of another
// session, which has been left, causes none: its journal already has everything
// important.
func (a *Account) Apply(r Result, now time.Time) []Event {
	if r.account != a {
		r.account.applyLate(r, now)
		return nil
	}
	if r.paid {
		a.paid--
	}
	events := r.apply(now)
	a.show(now)
	return events
}

// applyLate applies the result of a session that was left, to close the journal
// it opened.
func (a *Account) applyLate(r Result, now time.Time) {
	open := a.Journal != nil
	r.apply(now)
	if !open && a.Journal != nil {
		_ = a.Journal.Close() // nothing was written to it
	}
}

// sleepGap is a gap between two beats that means that the machine was asleep.
const sleepGap = 30 * time.Second

// work wraps a function as a piece of work.
func (a *Account) work(run func(ctx context.Context) apply) Work { return Work{account: a, run: run} }

// telling is the same work with more details added to its events.
func (w Work) telling(more func(*Event)) Work {
	run := w.run
	w.run = func(ctx context.Context) apply {
		apply := run(ctx)
		return func(now time.Time) []Event {
			events := apply(now)
			for i := range events {
				more(&events[i])
			}
			return events
		}
	}
	return w
}

// later adds work to the next Due.
func (a *Account) later(run func(ctx context.Context) apply) { a.once = append(a.once, a.work(run)) }

// Paid returns the number of paid requests on their way.
func (a *Account) Paid() int { return a.paid }

// Pressed records a key. Work that can wait, such as saving a long history,
// continues when the user pauses, or else once a second.
func (a *Account) Pressed(now time.Time) { a.pauses.pressed.Store(now.UnixNano()) }

// tells is work that only returns an event.
func (a *Account) tells(e Event) Work {
	return a.work(func(context.Context) apply {
		return func(time.Time) []Event { return []Event{e} }
	})
}

// ours reports whether a job was sent from here, alone or in a batch.
func (a *Account) ours(g *state.Generation) bool {
	if a.Outbox.Ours(g.ID) {
		return true
	}
	m, ok := a.Store.MemberOf(g.Key())
	return ok && m.Row > 0
}
