package account

import (
	"context"
	"errors"
	"time"

	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// recollection is the journal's content at the start.
type recollection struct {
	journal     *journal.Journal
	unwritable  error
	drafts      []draft.Draft
	interrupted []outbox.Submission
	notes       state.Notes
	labels      map[string][]string
	hidden      state.Hidden
	watches     []string
	lists       map[string]string
	past        past
	queue       queueRead
	mine        bool
	holder      journal.Holder
	slots       outbox.Slots
	saves       savesRead
	hooks       []HookRun
	looks       map[string]journal.FileLook
	hooked      time.Time // since when there is a command for ended jobs
	automatic   time.Time // since when outputs are saved automatically
	err         error
}

// recallDue opens and reads the journal, before anything else.
func (a *Account) recallDue() []Work {
	if a.recall.begun {
		return nil
	}
	a.recall.begun = true
	known, c := a.Journal, a.Config
	return []Work{a.work(func(ctx context.Context) apply {
		m := recollect(ctx, known, c)
		return func(now time.Time) []Event { return a.recollected(m, now) }
	})}
}

// recollect opens the journal, unless it is open, and reads it.
func recollect(ctx context.Context, j *journal.Journal, c Config) recollection {
	m := recollection{journal: j}
	switch {
	case j == nil && c.Open != nil:
		m.journal, m.unwritable = c.Open(ctx)
	case j == nil:
		m.journal, m.unwritable = openJournal(ctx, c.StateDir, c.Profile)
	default:
		m.unwritable = j.Writable()
	}
	if m.journal == nil {
		return m
	}
	j = m.journal
	if m.unwritable == nil && !c.Bystander {
		m.interrupted, m.err = j.Recover(ctx, time.Now())
		var err error
		m.mine, m.holder, err = j.Sender(time.Now())
		m.err = errors.Join(m.err, err)
	}
	after := numbers{}
	if !c.Lists {
		after = numbers{notRead, notRead}
	}
	m.queue = readQueue(ctx, j, -1, 0, false, after)
	m.slots = recallSlots(ctx, j)
	m.err = errors.Join(m.err, m.queue.err)
	if !c.Lists {
		return m
	}
	m.past = readPast(ctx, j)
	m.saves = readSaves(ctx, j, 0, 0)
	m.err = errors.Join(m.err, m.saves.err)
	if m.unwritable == nil {
		var err error
		m.automatic, err = heldSince(ctx, j, automaticSetting, c.Saving.automaticChoice(), time.Now())
		m.err = errors.Join(m.err, err)
	}
	var unrun error
	m.hooks, m.hooked, unrun = readHooks(ctx, j, &c.Hook)
	var unseen error
	m.looks, unseen = j.Looks(ctx)
	notes, torn := j.Notes(ctx)
	m.notes = state.NewNotes(notes)
	var lost, unlabelled error
	m.drafts, lost = j.Drafts(ctx)
	m.labels, unlabelled = j.Labels(ctx)
	m.watches, m.lists = readWatches(ctx, j), readLists(ctx, j)
	hidden, unhidden := j.Hidden(ctx)
	m.hidden = state.NewHidden(hidden)
	m.err = errors.Join(m.err, torn, lost, unlabelled, unhidden, unrun, unseen)
	return m
}

// openJournal opens the journal of a profile. If that fails it opens one in
// memory, with which nothing can be spent; the error says why.
func openJournal(ctx context.Context, stateDir, profile string) (*journal.Journal, error) {
	j, err := journal.OpenProfile(ctx, stateDir, profile)
	if err == nil {
		return j, j.Writable()
	}
	return Without(err)
}

// Without opens a journal in memory instead of the real one, which can't be opened, for
// the reason why. Nothing can be spent with it, so the error is never nil and
// begins with why.
func Without(why error) (*journal.Journal, error) {
	j, err := journal.OpenWithout(why)
	return j, errors.Join(why, err)
}

// recollected applies the journal's content. Rows that were polled meanwhile
// are newer and stay.
func (a *Account) recollected(m recollection, now time.Time) []Event {
	a.recall.done = true
	a.Journal, a.unwritable = m.journal, m.unwritable
	if m.journal == nil {
		return []Event{{Kind: EventOpened, Err: m.unwritable}}
	}
	if m.labels != nil {
		a.Store.BringLabels(m.labels)
	}
	a.bringAutomatic(m.automatic)
	a.inspections.found = m.looks
	perhaps := a.bringHooks(m.hooks, m.hooked)
	a.bringSaves(m.saves)
	a.tidySaves(m.saves)
	a.bringBack(m.past)
	a.Store.Notes, a.Store.Hidden = m.notes, m.hidden
	m.slots.Configured = a.Slots
	a.Outbox.Slots, a.kept = m.slots, m.slots
	a.Outbox.Sender, a.turn.holder = m.mine, m.holder
	a.loadQueue(m.queue)
	a.view.drafts = m.queue.drafts
	a.readLedger()
	events := []Event{{Kind: EventOpened, Err: m.err, Drafts: m.drafts, Interrupted: m.interrupted, Watches: m.watches, Lists: m.lists, Count: int(m.queue.drafts)}}
	if perhaps > 0 {
		events = append(events, Event{Kind: EventHook, Count: perhaps})
	}
	if m.past.err != nil {
		events = append(events, Event{Kind: EventListsRead, Err: m.past.err})
	}
	return events
}
