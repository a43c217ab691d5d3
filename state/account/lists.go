package account

import (
	"context"
	"slices"
	"time"

	"dubtop/state/outbox"

	"dubtop/state"
	"dubtop/state/journal"
)

// The journal remembers the lists. At the start its newest rows are there before
// the first answer, with their age; the older ones follow page by page. What the
// polls bring is written to it beside the driver.

const (
	// firstPage is how many jobs come back with the journal itself: more than
	// any window shows.
	firstPage = 200
	// nextPage is how many follow at once: applying them takes less than a
	// frame.
	nextPage = 1000
	// saveEvery is the pace of saving: what is lost in a crash the server
	// tells again.
	saveEvery = 5 * time.Second
	// ageEvery is how far the age of a list that does not change may fall
	// behind in the journal.
	ageEvery = time.Minute
	// saveAtOnce is how many rows go into one transaction: somebody's money
	// may wait for its end.
	saveAtOnce = 100
	// lastSave is how long leaving may wait for what is not yet saved.
	lastSave = 300 * time.Millisecond
)

// lists is how far the lists and the journal know of each other.
type lists struct {
	asOf    time.Time        // when the rows that came back were true; zero without any
	oldest  state.Generation // the last one that came back
	more    bool             // older ones are left in the journal
	beaten  bool             // a beat has gone by since the first page came back
	reading bool             // a page of them is on its way
	saving  bool
	bulk    bool      // a long history is being saved, page by page
	tried   time.Time // the last saving
	saved   time.Time // the age that was last saved
	failed  bool      // saving did, and that was told
}

// past is what comes back with the journal itself.
type past struct {
	generations []state.Generation
	batches     []state.Batch
	seen        time.Time
	err         error
}

// readPast reads what is shown before the first answer. A journal that begins
// with this run has nothing to tell.
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
	p.seen, _, p.err = j.Seen(ctx)
	return p
}

// bringBack shows what the journal knew. The rest follows from the next beat
// on, so that the first frames and the first answers go before.
func (a *Account) bringBack(p past) {
	a.Store.Batches.Recall(p.batches)
	a.lists = lists{asOf: p.seen, tried: a.now, saved: p.seen}
	a.backTo(p.generations, firstPage)
}

// backTo takes a page in; one that is not full is the last.
func (a *Account) backTo(page []state.Generation, full int) {
	a.lists.more = len(page) == full
	if len(page) > 0 {
		a.lists.oldest = page[len(page)-1]
		a.Store.RecallGenerations(page)
	}
}

// RecalledAt is when the rows were true that came back from the journal; zero
// without any.
func (a *Account) RecalledAt() time.Time { return a.lists.asOf }

// OlderLeft reports whether the journal knows jobs that are older than those that
// came back yet.
func (a *Account) OlderLeft() bool { return a.lists.more }

// listsDue reads on in the journal, and saves what is new on the lists.
func (a *Account) listsDue() []Work {
	if !a.Lists {
		return nil
	}
	return slices.Concat(a.readOn(), a.saveSeen())
}

// readOn reads the next older page.
func (a *Account) readOn() []Work {
	l := &a.lists
	if !l.more || l.reading || !l.beaten {
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
				a.later(release)
			}
			return nil
		}
	})}
}

// remembers reports whether the lists are to be kept: not by a journal that
// ends with this run, and not by one that can't be written to.
func (a *Account) remembers() bool {
	return a.Lists && a.Journal != nil && a.unwritable == nil && a.Journal.Path() != ""
}

// saveSeen writes to the journal what changed on the lists since the last
// time, or at least that they were still so.
func (a *Account) saveSeen() []Work {
	l := &a.lists
	if !a.remembers() || l.saving || a.now.Sub(l.tried) < saveEvery {
		return nil
	}
	s := a.takeUnsaved()
	if len(s.generations)+len(s.batches) == 0 && s.seen.Sub(l.saved) < ageEvery {
		return nil
	}
	l.saving, l.tried, l.saved = true, a.now, s.seen
	full := len(s.generations) == nextPage
	if full {
		l.tried = time.Time{} // more is left: the next beat goes on
	}
	last := l.bulk && !full
	l.bulk = full
	j := a.Journal
	return []Work{a.work(func(ctx context.Context) apply {
		err := s.save(ctx, j)
		return func(time.Time) []Event {
			l.saving = false
			if last {
				a.later(release)
			}
			// The rows are not tried again: the next start asks the server for them.
			return changedFailure(&l.failed, EventListsSaved, err)
		}
	})}
}

// SaveLast saves what is left when the session ends: every answer that is not
// saved, which else counts as unknown from the next start on, and the lists as far
// as that is quick. It is nil where there is nothing.
func (a *Account) SaveLast() []Work {
	if a.Journal == nil {
		return nil
	}
	var work []Work
	for _, u := range a.Outbox.Unsaved() {
		work = append(work, a.task(outbox.Task{Kind: outbox.TaskNote, Submission: u.Submission}))
	}
	if a.remembers() {
		s, j := a.takeUnsaved(), a.Journal
		work = append(work, a.work(func(ctx context.Context) apply {
			ctx, stop := context.WithTimeout(ctx, lastSave)
			defer stop()
			err := s.save(ctx, j)
			return func(time.Time) []Event { return changedFailure(&a.lists.failed, EventListsSaved, err) }
		}))
	}
	return work
}

func (a *Account) takeUnsaved() sightings {
	return sightings{
		generations: a.Store.Generations.TakeUnsaved(nextPage), seen: a.Store.Generations.AsOf(),
		batches: a.Store.Batches.TakeUnsaved(nextPage), batchesSeen: a.Store.Batches.AsOf(),
	}
}

// sightings are rows of the lists and when they were true.
type sightings struct {
	generations       []state.Generation
	batches           []state.Batch
	seen, batchesSeen time.Time
}

func (s sightings) save(ctx context.Context, j *journal.Journal) error {
	for page := range slices.Chunk(s.generations, saveAtOnce) {
		if err := j.SaveGenerations(ctx, page, s.seen); err != nil {
			return err
		}
	}
	// Without rows this notes how late they were still true.
	if err := j.SaveGenerations(ctx, nil, s.seen); err != nil || len(s.batches) == 0 {
		return err
	}
	return j.SaveBatches(ctx, s.batches, s.batchesSeen)
}

// changedFailure tells of a failure once, until the same has gone well again.
func changedFailure(failed *bool, kind EventKind, err error) []Event {
	before := *failed
	*failed = err != nil
	if err == nil || before {
		return nil
	}
	return []Event{{Kind: kind, Err: err}}
}
