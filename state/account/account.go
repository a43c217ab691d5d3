// Package account is a session on one account, without a screen: what is known
// of it, what waits to be sent, and the journal of both. Whoever drives it, a
// dashboard or a command, does three things in a loop: asks what work is due,
// runs it wherever it likes, and has the result applied. It is the only place
// where the client, the journal and the user's files are touched. It never
// decides what may be spent, which the outbox and the budgets do, and it draws
// nothing.
package account

import (
	"context"
	"errors"
	"time"

	"dubtop/state/ledger"
	"dubtop/state/outbox"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
)

// Config says which account, and how it is worked with.
type Config struct {
	Name    string // the account, in words
	KeyFrom string // where its key was found; "" where it was pasted
	Demo    bool   // nothing about it is real
	// Lists says that the lists, the ledger and older keys are looked after, too,
	// as a dashboard wants. What only sends needs none of them.
	Lists  bool
	Client *api.Client

	// Journal is where everything is kept. Without one it is the first work to
	// open that of Profile under StateDir; where that can't be written, the
	// account can be looked at and nothing can be spent.
	Journal           *journal.Journal
	StateDir, Profile string
	// Open and Join do that instead, and lead the key to the journal of an older
	// one; they may be nil.
	Open    func(context.Context) (*journal.Journal, error)
	Join    func(ctx context.Context, profile string) error
	Release func() error // what else ends with the account; may be nil

	Home    string // for ~ in the paths of drafts
	Pace    state.Pace
	Guard   ledger.Guard // the budgets
	Slots   int          // jobs the plan runs at once, as configured; 0: found out
	Reserve int          // of them left to others
}

// Account is a session on one account. It belongs to one goroutine; the work
// that it hands out may run on any.
type Account struct {
	Config
	Store  *state.Store
	Poller *state.Poller
	Outbox outbox.Outbox

	halted     bool  // nothing more is sent
	unwritable error // why nothing can be written to the journal
	now        time.Time
	once       []Work // handed out with the next Due
	paid       int    // requests that cost money, and are on their way
	looks      *Looks // at the links of what is priced again

	recall recall
	lists  lists
	books  books
	turn   turn
	view   queueView
	join   joining
	shown  shown
	kept   outbox.Slots // what the journal was told of them last
}

// New makes a session. It touches nothing yet.
func New(c Config, now time.Time) *Account {
	a := &Account{Config: c, Store: state.NewStore(), Poller: state.NewPoller(c.Pace), now: now, looks: NewLooks(c.Client)}
	a.Outbox.Queue.Reserve, a.Outbox.Slots.Configured = c.Reserve, c.Slots
	a.Outbox.Reconciler.AssetMade = func(id api.ID) (time.Time, bool) {
		x, ok := a.Store.Assets.Find(string(id))
		return x.Created, ok
	}
	return a
}

// Close ends the session: the journal is closed, and no result of it is applied
// any more.
func (a *Account) Close() error {
	var err error
	if a.Journal != nil {
		err = a.Journal.Close()
	}
	if a.Release != nil {
		err = errors.Join(err, a.Release())
	}
	return err
}

// Unwritable says why nothing can be written to the journal, and so nothing can
// be spent; nil where it can, or as long as the journal is not open.
func (a *Account) Unwritable() error { return a.unwritable }

// Work is one thing to be done beside the driver's loop. It holds all that it
// needs, and may run on any goroutine.
type Work struct {
	// Paid says that it must not be given up once it runs: it may cost money.
	Paid    bool
	account *Account
	run     func(ctx context.Context) apply
}

// apply takes what came of work into the account.
type apply func(now time.Time) []Event

// Result is what came of a piece of work.
type Result struct {
	account *Account
	paid    bool
	apply   apply
}

// Run does the work. It waits for the network and the disk. Work that is paid
// goes on when ctx ends.
func (w Work) Run(ctx context.Context) Result {
	if w.Paid {
		ctx = context.WithoutCancel(ctx)
	}
	return Result{account: w.account, paid: w.Paid, apply: w.run(ctx)}
}

// Apply takes a result in and says what happened. Of a result of another
// session, that was left meanwhile, nothing is said: its journal holds what
// matters.
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

// applyLate takes in a result after the session was left, to close what it
// opened.
func (a *Account) applyLate(r Result, now time.Time) {
	open := a.Journal != nil
	r.apply(now)
	if !open && a.Journal != nil {
		_ = a.Journal.Close() // nothing was written to it
	}
}

// Due is the work that is due now. A piece is handed out once until its result
// is applied.
func (a *Account) Due(now time.Time) []Work {
	work := a.once
	a.once = nil
	work = append(work, a.recallDue()...)
	if a.recall.done || a.recall.beaten { // what the journal knows comes first, unless it takes long
		for _, ask := range a.Poller.Due(a.now, a.Store) { // by the beats, so that questions go together
			work = append(work, a.poll(ask))
		}
	}
	if a.recall.done && a.Journal != nil {
		work = append(work, a.turnDue(now)...)
		work = append(work, a.rereadDue(now)...)
		work = append(work, a.tasksDue(now)...)
		work = append(work, a.listsDue()...)
		work = append(work, a.joinDue(now)...)
		work = append(work, a.newsDue(now)...)
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

// sleepGap is a gap between two beats that only a sleeping machine explains.
const sleepGap = 30 * time.Second

// Beat takes the time on. A driver calls it about once a second, before Due.
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

// compareClocks takes in how far the server's clock is ahead of ours. Where that
// changes, what is on its way gets another place among the server's times.
func (a *Account) compareClocks(skew time.Duration) {
	a.Outbox.Reconciler.Skew = skew
	if !a.Store.Forecast.Compare(skew) || !a.Lists {
		return
	}
	for id := range a.shown.intents {
		a.shown.intents[id] = ""
	}
	a.showIntents(a.now)
	a.once = append(a.once, a.tells(Event{Kind: EventClock}))
}

// work makes a piece of work.
func (a *Account) work(run func(ctx context.Context) apply) Work { return Work{account: a, run: run} }

// telling is the same work, with more to tell of what happens.
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

// later has something done beside the next work that is due.
func (a *Account) later(run func(ctx context.Context) apply) { a.once = append(a.once, a.work(run)) }

// Paid reports how many requests that cost money are on their way.
func (a *Account) Paid() int { return a.paid }
