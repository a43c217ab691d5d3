package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// queueRead is the queue as read from the journal.
type queueRead struct {
	snapshot outbox.Snapshot
	revision int64
	drafts   int64 // number of draft changes
	news     bool  // changed since last read
	sets     setsRead
	verdicts verdictsRead
	paused   bool // by the user
	held     bool // until the restored journal is taken over
	slots    int  // as set by the user
	plans    map[string]outbox.Plan
	err      error
}

// readQueue reads the queue unless its revision is known. foreign means that
// another process is sending, which may have died. after says which members of
// sets and which verdicts are known; they are read in any case.
func readQueue(ctx context.Context, j *journal.Journal, known int64, begun uint64, foreign bool, after numbers) (r queueRead) {
	if foreign && j.Writable() == nil {
		_, r.err = j.Recover(ctx, time.Now())
	}
	var err error
	r.verdicts = readVerdicts(ctx, j, after.verdict)
	if r.revision, r.drafts, err = j.Revisions(ctx); err != nil || r.revision == known {
		r.err = errors.Join(r.err, err)
		return r
	}
	r.snapshot, err = Snapshot(ctx, j, begun)
	paused, unread := j.QueuePaused(ctx)
	_, held, lost := j.Restored(ctx)
	slots, untold := j.Slots(ctx)
	plans, unplanned := j.Plans(ctx)
	r.plans = plans
	r.sets = readSets(ctx, j, after.member)
	r.news, r.paused, r.held, r.slots = true, paused, held, slots
	r.err = errors.Join(r.err, err, unread, lost, untold, unplanned, r.sets.err)
	return r
}

// Snapshot reads the outbox from a journal; begun is Outbox.Clock when the read
// was decided on.
func Snapshot(ctx context.Context, j *journal.Journal, begun uint64) (outbox.Snapshot, error) {
	s := outbox.Snapshot{Begun: begun}
	waiting, err := j.Queue(ctx)
	for _, item := range waiting {
		s.Waiting = append(s.Waiting, outbox.QueueItem{Submission: item.Submission, Paused: item.Paused})
	}
	var unread, lost error
	s.Unresolved, unread = j.Unresolved(ctx)
	s.Claims, lost = j.Claims(ctx)
	return s, errors.Join(err, unread, lost)
}

const (
	// rereadEvery is how often to check for other processes' changes when there is
	// no screen. Sending checks the journal by itself, so that nothing they paused
	// or dropped is sent.
	rereadEvery = 30 * time.Second
	// rereadSoon is the same while another process is sending, since it may die.
	rereadSoon = 2 * time.Second
	// rereadAlone is the same with a screen, as long as no other process is known.
	rereadAlone = 6 * time.Second
	// rereadLively is how long after a change more are expected.
	rereadLively = time.Minute
)

// rereadGap is the time between two checks for other processes' changes. With a
// screen they are made on every beat while another process sends or something
// has just changed.
func (a *Account) rereadGap() time.Duration {
	elsewhere := a.Outbox.SendingElsewhere()
	switch {
	case a.Lists && (elsewhere || !a.Outbox.Sender || a.now.Sub(a.view.changed) < rereadLively):
		return 0
	case a.Lists:
		return rereadAlone
	case elsewhere, !a.Outbox.Sender:
		return rereadSoon
	}
	return rereadEvery
}

// rereadable reports whether others can change the journal: not one in memory.
func (a *Account) rereadable() bool { return !a.Lists || a.Journal.Path() != "" }

// nextReread is when to check for other processes' changes.
func (a *Account) nextReread() time.Time {
	v := &a.view
	switch {
	case v.reading, !v.stale && !a.rereadable():
		return time.Time{}
	case v.stale:
		return a.now
	}
	return v.at.Add(a.rereadGap())
}

// lookDue reports whether to check the journal for other processes' changes.
// With a screen a beat for something else serves early, so that there are fewer.
func (a *Account) lookDue() bool {
	v := &a.view
	gap, age := a.rereadGap(), a.now.Sub(v.at)
	if a.Lists {
		gap /= 2
	}
	return v.stale || v.look && a.rereadable() && (age >= gap || age < 0)
}

// Reread makes the next Due read the queue from the journal.
func (a *Account) Reread() { a.view.stale = true }

// resumeQueue ends the user's pause, before the queue is read.
func (a *Account) resumeQueue(ctx context.Context) error {
	if err := a.Journal.Writable(); err != nil {
		return err
	}
	return a.Journal.PauseQueue(ctx, false)
}

// Held reports whether nothing is sent because the journal was restored from a
// backup, and its queue not taken over yet.
func (a *Account) Held() bool { return a.held }

// Halt stops sending for the rest of this session.
func (a *Account) Halt() { a.halted = true }

// rereadDue reads the queue if it may have changed.
func (a *Account) rereadDue() []Work {
	v := &a.view
	if v.reading || !a.lookDue() {
		return nil
	}
	known, begun, foreign := v.revision, a.Outbox.Clock(), a.Outbox.SendingElsewhere()
	if v.catching = v.stale; v.stale {
		known = -1
	}
	// Changes that come during the read need another one.
	v.reading, v.stale, v.look, v.at = true, false, false, a.now
	j, after, screen := a.Journal, a.knownNumbers(), a.Lists
	saves, last := a.saves.known(), a.saves.last
	return []Work{a.work(func(ctx context.Context) apply {
		r := readQueue(ctx, j, known, begun, foreign, after)
		var s savesRead
		if screen {
			s = readSaves(ctx, j, saves, last)
		}
		return func(now time.Time) []Event {
			a.bringSaves(s)
			return a.reread(r, now)
		}
	})}
}

// reread applies the queue as read. A failed read is repeated soon.
func (a *Account) reread(r queueRead, now time.Time) []Event {
	v := &a.view
	v.reading, v.catching = false, false
	a.known.verdict = r.verdicts.bring(a.Store, a.known.verdict)
	if r.err != nil {
		v.revision = -1
		return changedFailure(&v.failed, EventQueue, r.err)
	}
	if r.news || r.drafts != v.drafts {
		v.drafts, v.changed = r.drafts, a.now
	}
	drafts := Event{Kind: EventDrafts, Count: int(r.drafts)}
	if !r.news {
		return []Event{drafts}
	}
	v.failed = false
	for job := range r.snapshot.Claims {
		if !a.Outbox.Ours(job) { // another process made it and wrote it to the ledger
			a.Poller.Refresh(a.now)
			a.readLedger()
			break
		}
	}
	a.loadQueue(r)
	return []Event{{Kind: EventQueue}, drafts}
}

// loadQueue applies the queue as read, except for items being changed here.
func (a *Account) loadQueue(r queueRead) {
	if r.err != nil {
		return
	}
	a.view.revision = r.revision
	a.bringSets(r.sets)
	a.known.verdict = r.verdicts.bring(a.Store, a.known.verdict)
	a.Outbox.Load(r.snapshot)
	a.bringPlans(r.plans)
	if r.slots != a.Outbox.Slots.Set && !a.Outbox.Ahead(outbox.TheSlots, r.snapshot.Begun) {
		a.Outbox.Slots.Choose(r.slots)
	}
	q := &a.Outbox.Queue
	_, paused := q.Paused()
	switch {
	case r.held:
		a.held = true
		q.HoldBack()
	case a.held: // taken over
		a.held = false
		q.Resume()
	case a.Outbox.Ahead(outbox.ThePause, r.snapshot.Begun):
	case r.paused && !paused:
		q.PauseByUser()
	case !r.paused && q.PausedByUser():
		q.Resume()
	}
}

// Enqueue adds confirmed submissions to the queue in order, first in the
// journal; they are sent as slots come free. With pilot, all but the first are
// paused until the user resumes them.
func (a *Account) Enqueue(subs []outbox.Submission, pilot bool) Work {
	return a.enqueueWith(subs, pilot, a.Journal.EnqueueAll, func() {})
}

// enqueueWith saves the submissions with save, and calls saved before they are
// in the queue here.
func (a *Account) enqueueWith(subs []outbox.Submission, pilot bool, save enqueuing, saved func()) Work {
	ids := make([]string, len(subs))
	for i := range subs {
		ids[i] = subs[i].ID
	}
	a.Outbox.Begin(ids...)
	return a.work(func(ctx context.Context) apply {
		paused := func(i int) bool { return pilot && i > 0 }
		err := save(ctx, subs, paused, time.Now())
		return func(time.Time) []Event {
			a.Outbox.End(ids...)
			if err == nil {
				saved()
				a.enqueued(subs, paused)
			}
			if errors.Is(err, journal.ErrTaken) || errors.Is(err, journal.ErrBackwards) {
				a.view.stale = true
			}
			return []Event{{Kind: EventEnqueued, Submissions: subs, Pilot: pilot, Err: err}}
		}
	})
}

// enqueuing saves submissions in the queue.
type enqueuing func(ctx context.Context, subs []outbox.Submission, paused func(i int) bool, now time.Time) error

func (a *Account) enqueued(subs []outbox.Submission, paused func(i int) bool) {
	a.Store.JoinSets(subs)
	for i := range subs {
		a.Outbox.Put(subs[i], paused(i))
	}
	if _, paused := a.Outbox.Queue.Paused(); paused && !a.Outbox.Queue.PausedByUser() {
		a.Outbox.Queue.Resume() // a new confirmation means that it may be tried again
	}
}

// change saves a change of the queue that has already been made here. Its event
// carries words once the change is saved.
func (a *Account) change(ids []string, words string, write func(context.Context, *journal.Journal) error) Work {
	a.Outbox.Begin(ids...)
	j := a.Journal
	return a.work(func(ctx context.Context) apply {
		err := write(ctx, j)
		return func(time.Time) []Event {
			a.Outbox.End(ids...)
			if slices.Contains(ids, outbox.TheOrder) {
				a.view.ordering = false
				if a.view.moved {
					a.once = append(a.once, a.keepOrder()...)
				}
			}
			if err != nil {
				a.view.stale = true // only the journal's state counts
			}
			return []Event{{Kind: EventChanged, Words: words, Err: err}}
		}
	})
}

// Move shifts items of the queue, here at once and then in the journal.
func (a *Account) Move(by int, ids ...string) []Work {
	if !a.Outbox.Move(by, ids...) {
		return nil
	}
	return a.keepOrder()
}

// Arrange sorts items of the queue, here at once and then in the journal.
func (a *Account) Arrange(ids []string) []Work {
	a.Outbox.Arrange(ids)
	return a.keepOrder()
}

// keepOrder saves the order, one save at a time, because a key may be held
// down.
func (a *Account) keepOrder() []Work {
	v := &a.view
	if v.moved = v.ordering; v.moved {
		return nil
	}
	v.ordering = true
	ids := a.Outbox.Queue.Names()
	return []Work{a.change([]string{outbox.TheOrder}, "", func(ctx context.Context, j *journal.Journal) error { return j.Reorder(ctx, ids) })}
}

// PauseItems pauses or resumes items.
func (a *Account) PauseItems(ids []string, pause bool, words string) Work {
	for _, id := range ids {
		a.Outbox.PauseItem(id, pause)
	}
	return a.change(ids, words, func(ctx context.Context, j *journal.Journal) error {
		for _, id := range ids {
			if err := j.PauseItem(ctx, id, pause); err != nil {
				return err
			}
		}
		return nil
	})
}

// PauseQueue pauses or resumes the whole queue. The pause survives a restart.
func (a *Account) PauseQueue(pause bool, words string) Work {
	if pause {
		a.Outbox.Queue.PauseByUser()
	} else {
		a.Outbox.Queue.Resume()
	}
	return a.change([]string{outbox.ThePause}, words, func(ctx context.Context, j *journal.Journal) error { return j.PauseQueue(ctx, pause) })
}

// TakeBack removes an unsent submission from the queue. In the journal it
// becomes a draft, or stays refused, together with the form's draft d if that
// is not nil.
func (a *Account) TakeBack(sub outbox.Submission, d *draft.Draft) (Work, error) {
	a.Outbox.Remove(sub.ID)
	if sub.State != outbox.SubmissionRejected {
		if err := sub.Edit(); err != nil {
			return Work{}, err
		}
	}
	w := a.change([]string{sub.ID}, "", func(ctx context.Context, j *journal.Journal) error {
		switch {
		case d != nil:
			return j.TakeBack(ctx, sub, *d)
		case sub.State == outbox.SubmissionRejected:
			return j.Dequeue(ctx, sub.ID)
		}
		return j.SaveSubmission(ctx, sub)
	})
	if d != nil {
		w = w.telling(func(e *Event) { e.Drafts = []draft.Draft{*d} })
	}
	return w, nil
}

// Drop gives submissions up for good, skipping those that have been sent
// meanwhile. It calls words with the number dropped.
func (a *Account) Drop(ids []string, words func(n int) string) Work {
	var waiting, refused []string
	for _, id := range ids {
		sub, ok := a.Outbox.Find(id)
		switch {
		case !ok || sub.State.AtStake():
			continue
		case sub.State == outbox.SubmissionRejected:
			refused = append(refused, id)
		default:
			waiting = append(waiting, id)
		}
		a.Outbox.Remove(id)
	}
	all := slices.Concat(waiting, refused)
	return a.change(all, words(len(all)), func(ctx context.Context, j *journal.Journal) error {
		for _, id := range waiting {
			if err := j.Drop(ctx, id, time.Now()); err != nil {
				return err
			}
		}
		for _, id := range refused {
			if err := j.Dequeue(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
}
