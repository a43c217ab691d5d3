package account

import (
	"context"
	"errors"
	"time"

	"dubtop/state/ledger"
	"dubtop/state/outbox"

	"dubtop/api/text"
	"dubtop/state/journal"
)

// The journal keeps the ledger: it enters a job together with the news that it
// was accepted. Here it is read at the start, and what becomes known of a job
// later is written into it.

// newsAtOnce is how much news is written before anything else goes on:
// somebody's money may wait for its end.
const newsAtOnce = 20

// manyEntries are so many that reading them took memory worth giving back.
const manyEntries = 10_000

// books is how reading and writing the ledger goes.
type books struct {
	writing bool
	failed  bool // writing did, and that was told
}

// readEntries is the ledger of a journal, with what in it can't be believed as
// rows that count in no sum.
func readEntries(ctx context.Context, j *journal.Journal) (l *ledger.Ledger, damage []journal.Damage, err error) {
	entries, damage, err := j.Entries(ctx)
	names, unnamed := j.Names(ctx)
	rows := make([]ledger.Entry, 0, len(entries)+len(damage))
	for i := range entries {
		e := entries[i].Entry
		e.Name = text.Of(names[e.Submission])
		rows = append(rows, e)
	}
	for _, d := range damage {
		rows = append(rows, ledger.DamagedEntry(d.Seq, d.What))
	}
	l = new(ledger.Ledger)
	l.Bring(rows)
	return l, damage, errors.Join(err, unnamed)
}

// readLedger has the ledger read. It comes after the lists: verifying a hundred
// thousand rows takes most of a second.
func (a *Account) readLedger() {
	if !a.Lists {
		return
	}
	j := a.Journal
	a.later(func(ctx context.Context) apply {
		ledger, damage, err := readEntries(ctx, j)
		return func(now time.Time) []Event {
			a.Store.BringLedger(ledger, now)
			for _, u := range a.Outbox.Unsaved() { // the journal does not hold these
				if u.Submission.State == outbox.SubmissionSent {
					a.Store.Accept(&u.Submission)
				}
			}
			if ledger.Rows().Len() > manyEntries {
				a.later(release)
			}
			return []Event{{Kind: EventLedger, Count: len(damage), Err: err}}
		}
	})
}

// newsDue writes down what became known of our jobs. A journal that can't be
// written to is told elsewhere: the news stay in the store.
func (a *Account) newsDue(now time.Time) []Work {
	limit := newsAtOnce
	if a.books.writing || a.unwritable != nil || !a.Lists {
		limit = 0
	}
	news := a.Store.TakeNews(now, limit)
	if len(news) == 0 {
		return nil
	}
	a.books.writing = true
	j := a.Journal
	return []Work{a.work(func(ctx context.Context) apply {
		err := appendNews(ctx, j, news)
		return func(time.Time) []Event {
			a.books.writing = false
			return changedFailure(&a.books.failed, EventNews, err) // the next start finds them out again
		}
	})}
}

func appendNews(ctx context.Context, j *journal.Journal, news []ledger.Entry) (err error) {
	for i := range news {
		e := journal.Entry{Kind: journal.EntryCost, Entry: news[i]}
		if e.Outcome != "" {
			e.Kind = journal.EntryOutcome
		}
		err = errors.Join(err, j.AppendEntry(ctx, e))
	}
	return err
}
