package account

import (
	"context"
	"slices"
	"time"

	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// The journal remembers the lists. At the start its newest rows are shown
// before the first answer, with their age; older ones follow page by page. New
// rows are saved in the background.

const (
	// firstPage is the number of jobs read together with the journal: more than
	// any window shows.
	firstPage = 200
	// nextPage is the number of jobs per further page: applying one takes about a
	// millisecond, so that no key waits for it.
	nextPage = 500
	// saveEvery is the time between saves. Rows lost in a crash come back from
	// the server.
	saveEvery = 5 * time.Second
	// ageEvery is how often to save the time of a list that does not change.
	ageEvery = time.Minute
	// saveAtOnce is the number of rows per transaction, because a paid request
	// may be waiting for the journal.
	saveAtOnce = 100
	// saveRest is how much longer than a transaction the pause after it is. A pause
	// also lasts while keys are pressed.
	saveRest = 2
	// lastSave and lastRows limit saving when the program ends: the newest rows are
	// those that the next start shows first.
	lastSave = 300 * time.Millisecond
	lastRows = firstPage
)

// past holds the rows read together with the journal.
type past struct {
	generations []state.Generation
	batches     []state.Batch
	seen        time.Time
	names       []state.Name
	err         error
}

// readPast reads the rows to show before the first answer. A journal in memory
// is new and has none.
func readPast(ctx context.Context, j *journal.Journal) (p past) {
	if j.Path() == "" {
		return p
	}
	if p.generations, p.err = j.Generations(ctx, firstPage, state.Generation{}); p.err != nil {
		return p
	}
	if p.batches, p.err = j.Batches(ctx); p.err != nil {
		return p
	}
	if p.names, p.err = j.KnownNames(ctx); p.err != nil {
		return p
	}
	p.seen, _, p.err = j.Seen(ctx)
	return p
}

// bringBack shows the recalled rows. Older ones follow from the next beat on,
// so that the first frames and answers are not delayed.
func (a *Account) bringBack(p past) {
	a.Store.BringNames(p.names)
	a.Store.Batches.Recall(p.batches)
	a.lists = lists{asOf: p.seen, tried: a.now, saved: p.seen}
	a.backTo(p.generations, firstPage)
}

// backTo adds a page of recalled jobs; a short page is the last.
func (a *Account) backTo(page []state.Generation, full int) {
	a.lists.more = len(page) == full
	if len(page) > 0 {
		a.lists.oldest = page[len(page)-1]
		a.Store.RecallGenerations(page)
	}
}

// RecalledAt is when the recalled rows were current; zero without any.
func (a *Account) RecalledAt() time.Time { return a.lists.asOf }

// OlderLeft reports whether the journal has older jobs that are not recalled
// yet.
func (a *Account) OlderLeft() bool { return a.lists.more }

// listsDue recalls older rows and saves new ones.
func (a *Account) listsDue() []Work {
	if !a.Lists {
		return nil
	}
	return slices.Concat(a.readOn(), a.saveSeen())
}

// readOn recalls the next older page.
func (a *Account) readOn() []Work {
	l := &a.lists
	if l.reading || !l.beaten {
		return nil
	}
	if !l.more {
		if !l.told {
			l.told = true
			a.readSettled()
		}
		return nil
	}
	l.reading = true
	j, after := a.Journal, l.oldest
	return []Work{a.work(func(ctx context.Context) apply {
		page, err := j.Generations(ctx, nextPage, after)
		return func(time.Time) []Event {
			l.reading = false
			if err != nil {
				l.more = false
				return []Event{{Kind: EventListsRead, Err: err}}
			}
			a.backTo(page, nextPage)
			if !l.more {
				a.releaseHistory()
			}
			return nil
		}
	})}
}

// remembers reports whether to save the lists: not to a journal in memory or
// to an unwritable one.
func (a *Account) remembers() bool {
	return a.Lists && a.Journal != nil && a.unwritable == nil && a.Journal.Path() != ""
}

// saveSeen saves changed rows to the journal, and from time to time that
// nothing has changed.
func (a *Account) saveSeen() []Work {
	l := &a.lists
	if !a.remembers() || l.saving || a.now.Sub(l.tried) < saveEvery {
		return nil
	}
	s := a.takeUnsaved(nextPage)
	if len(s.generations)+len(s.batches)+len(s.names) == 0 && s.seen.Sub(l.saved) < ageEvery {
		return nil
	}
	l.saving, l.tried, l.saved = true, a.now, s.seen
	full := len(s.generations) == nextPage
	if full {
		l.tried = time.Time{} // more is left: go on with the next beat
	}
	last := l.bulk && !full
	l.bulk = full
	j := a.Journal
	return []Work{a.work(func(ctx context.Context) apply {
		err := s.save(ctx, j, a.pauses.wait)
		return func(time.Time) []Event {
			l.saving = false
			if last {
				a.later(release)
			}
			// The rows are not saved again: after a restart they come from the
			// server.
			return changedFailure(&l.failed, EventListsSaved, err)
		}
	})}
}

// SaveLast stops the downloads and returns work for the end of the session: it
// saves every unsaved answer, which would otherwise be unknown after a restart,
// and the lists if that is quick. It may be nil.
func (a *Account) SaveLast() []Work {
	a.saves.stop()
	if a.Journal == nil {
		return nil
	}
	var work []Work
	for _, u := range a.Outbox.Unsaved() {
		work = append(work, a.task(outbox.Task{Kind: outbox.TaskNote, Submission: u.Submission}))
	}
	if a.remembers() {
		s, j := a.takeUnsaved(lastRows), a.Journal
		work = append(work, a.work(func(ctx context.Context) apply {
			ctx, stop := context.WithTimeout(ctx, lastSave)
			defer stop()
			err := s.save(ctx, j, func(time.Duration) {})
			return func(time.Time) []Event { return changedFailure(&a.lists.failed, EventListsSaved, err) }
		}))
	}
	return work
}

func (a *Account) takeUnsaved(limit int) sightings {
	return sightings{
		generations: a.Store.Generations.TakeUnsaved(limit), seen: a.Store.Generations.AsOf(),
		batches: a.Store.Batches.TakeUnsaved(limit), batchesSeen: a.Store.Batches.AsOf(),
		names: a.Store.TakeUnsavedNames(limit),
	}
}

// sightings are list rows and the times when they were current.
type sightings struct {
	generations       []state.Generation
	batches           []state.Batch
	names             []state.Name
	seen, batchesSeen time.Time
}

// save saves the rows in small transactions, and calls rest between them.
func (s sightings) save(ctx context.Context, j *journal.Journal, rest func(time.Duration)) error {
	for page := range slices.Chunk(s.generations, saveAtOnce) {
		began := time.Now()
		if err := j.SaveGenerations(ctx, page, s.seen); err != nil {
			return err
		}
		if len(page) == saveAtOnce {
			rest(saveRest * time.Since(began))
		}
	}
	for page := range slices.Chunk(s.names, saveAtOnce) {
		if err := j.SaveNames(ctx, page); err != nil {
			return err
		}
	}
	// Without rows this saves the time alone.
	if err := j.SaveGenerations(ctx, nil, s.seen); err != nil || len(s.batches) == 0 {
		return err
	}
	return j.SaveBatches(ctx, s.batches, s.batchesSeen)
}
