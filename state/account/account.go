// Package account is a session on one account, without a screen. It holds the
// account's data, its queue and the journal. A driver, such as the dashboard or
// a command, calls it in a loop: it asks which work is due, runs the work on
// any goroutine, and applies the results. Only this package touches the client,
// the journal and the user's files, with inputs and tasks as its hands. Decisions
// about spending belong to the outbox and the budgets.
package account

import (
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
	"dubtop/state/inspect"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// Config describes an account and how to work with it.
type Config struct {
	Name    string // display name
	KeyFrom string // where the key was found; "" if it was pasted
	Demo    bool   // simulated server, no real money
	// Lists also keeps lists, ledger and older keys up to date, as a dashboard
	// needs. Commands that only send leave it false.
	Lists  bool
	Client *api.Client

	// Journal holds everything that is saved. If it is nil, the first work opens
	// the journal of Profile in StateDir. If that can't be written, the account
	// is read-only and nothing can be spent.
	Journal           *journal.Journal
	StateDir, Profile string
	// Open replaces opening that journal, and Join replaces pointing the profile
	// at an older key's journal. They may be nil.
	Open    func(context.Context) (*journal.Journal, error)
	Join    func(ctx context.Context, profile string) error
	Release func() error // called by Close; may be nil

	Home    string // for ~ in the paths of drafts
	Pace    state.Pace
	Guard   ledger.Guard // the budgets
	Slots   int          // jobs the plan can run at once, as configured; 0 to detect it
	Reserve int          // slots left to others

	Saving Saving       // of files of jobs on this machine
	Hook   hook.Command // for what is done; none in the demo
	// Inspect finds the programs for a look at saved outputs. If it is nil, none
	// is made.
	Inspect func() (inspect.Tools, error)

	// Visibility is who sees the assets that local files become: VisibleToUser if
	// empty.
	Visibility string
}

// The visibilities of an asset.
const (
	VisibleToUser = "USER"
	VisibleToAll  = "ORGANIZATION"
)

// Account is a session on one account. It must be used from one goroutine, but
// its work may run on any.
type Account struct {
	Config
	Store  *state.Store
	Poller *state.Poller
	Outbox outbox.Outbox

	halted     bool  // nothing more is sent
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
	join         joining
	shown        shown
	kept         outbox.Slots // the slots last saved in the journal
	saves        saves
	hooks        hooks
	inspections  inspections
}

// New returns a session. It does no I/O until its work is run.
func New(c Config, now time.Time) *Account {
	a := &Account{Config: c, Store: state.NewStore(), Poller: state.NewPoller(c.Pace), now: now, looks: inputs.NewLooks(c.Client)}
	a.up = uploads{wondered: new(atomic.Bool), active: make(map[draft.Content]*sending), lost: make(map[draft.Content]int)}
	a.saves.ctx, a.saves.stop = context.WithCancel(context.Background())
	a.hooks.ctx, a.hooks.stop = context.WithCancel(context.Background())
	a.hooks.all = new(sync.WaitGroup)
	if c.Demo {
		a.Hook = hook.Command{}
	}
	a.saves.keeper = &download.Downloader{Client: c.Client.Files()}
	a.Outbox.Queue.Reserve, a.Outbox.Slots.Configured = c.Reserve, c.Slots
	a.Outbox.Reconciler.AssetMade = func(id api.ID) (time.Time, bool) {
		x, ok := a.Store.Asset(id)
		return x.Created, ok
	}
	return a
}

// Close closes the journal and ends the session; later results are discarded.
func (a *Account) Close() error {
	a.saves.stop()
	a.endHooks()
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

// Due returns the work to start now. A piece of work is handed out once until
// its result is applied.
func (a *Account) Due(now time.Time) []Work {
	work := a.once
	a.once = nil
	work = append(work, a.recallDue()...)
	if a.recall.done || a.recall.beaten { // show the journal's rows first, unless they take long
		for _, q := range a.Poller.Due(a.now, a.Store) { // time moves in beats, so that requests go out together
			work = append(work, a.poll(q))
		}
	}
	if a.recall.done && a.Journal != nil {
		work = append(work, a.turnDue(now)...)
		work = append(work, a.rereadDue()...)
		work = append(work, a.uploadsDue(now)...)
		work = append(work, a.tasksDue(now)...)
		work = append(work, a.savesDue(now)...)
		work = append(work, a.hooksDue(now)...)
		work = append(work, a.inspectDue()...)
		work = append(work, a.listsDue()...)
		work = append(work, a.joinDue(now)...)
		work = append(work, a.newsDue(now)...)
		work = append(work, a.resultsDue(now)...)
		work = append(work, a.verifyDue(now)...)
		work = append(work, a.keepSlots()...)
	}
	for i := range work {
		if work[i].Paid {
			a.paid++
		}
	}
	a.show(now)
	return work
}

// sleepGap is a gap between two beats that means that the machine was asleep.
const sleepGap = 30 * time.Second

// Beat advances the time. A driver calls it at the time of Next at the latest,
// before Due.
func (a *Account) Beat(now time.Time) {
	if now.Sub(a.now) > sleepGap {
		a.Client.CloseIdle()
		a.Poller.Wake(now)
		a.Outbox.Wake(now)
	}
	a.now = now
	if server, ok := a.Client.ServerTime(now); ok {
		a.compareClocks(server.Sub(now))
	}
	a.view.look, a.recall.beaten, a.lists.beaten = true, true, true
}

// compareClocks takes in the server clock's lead over ours. If it changed, rows
// of submissions on their way are made again with corrected times.
func (a *Account) compareClocks(skew time.Duration) {
	a.Outbox.Reconciler.Skew = skew
	if !a.Store.Forecast.Compare(skew) || !a.Lists {
		return
	}
	for id := range a.shown.submissions {
		a.shown.submissions[id] = ""
	}
	a.showSubmissions(a.now)
	a.once = append(a.once, a.tells(Event{Kind: EventClock}))
}

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
