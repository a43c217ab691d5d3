package account

import (
	"cmp"
	"context"
	"errors"
	"time"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/instant"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// The journal keeps the ledger, and adds a job to it in the same transaction as
// its acceptance. This file reads the ledger at the start, and adds costs and
// outcomes that become known later.

// newsAtOnce is the most entries to write in one go, because a paid request may
// be waiting for the journal.
const newsAtOnce = 20

// manyEntries is a number of entries whose reading leaves enough garbage to
// collect.
const manyEntries = 10_000

const (
	// verifyAfter is how long after the start the ledger may be compared with
	// its checksums again, because the start is busy enough.
	verifyAfter = time.Minute
	// verifyAgain is the time after which a session verifies again.
	verifyAgain = 24 * time.Hour
	// verifyRest is the pause between pages.
	verifyRest = 20 * time.Millisecond
)

// readEntries reads the ledger from a journal. Damaged rows are included as
// rows that count in no sum.
func readEntries(ctx context.Context, j *journal.Journal) (l *ledger.Ledger, damage []journal.Damage, err error) {
	entries, damage, err := j.Entries(ctx)
	names, unnamed := j.Names(ctx)
	projects, ungrouped := j.ProjectsOf(ctx)
	rows := make([]ledger.Entry, 0, len(entries)+len(damage))
	for i := range entries {
		e := entries[i].Entry
		e.Name, e.Project = text.Of(names[e.Submission]), cmp.Or(projects[e.Submission], projects[string(e.Job)])
		rows = append(rows, e)
	}
	for _, d := range damage {
		rows = append(rows, ledger.DamagedEntry(d.Seq, d.What))
	}
	l = new(ledger.Ledger)
	l.Bring(rows)
	return l, damage, errors.Join(err, unnamed, ungrouped)
}

// readBooks reads the ledger as budgets need it: with the labels that were set
// later, which it also brings to a store, the names of projects, and the jobs of
// others if they count.
func readBooks(ctx context.Context, j *journal.Journal, s *state.Store, scope ledger.Scope) (*ledger.Ledger, error) {
	l, labels, _, err := readLabelled(ctx, j)
	s.BringLabels(labels)
	if scope == ledger.ScopeOwn {
		return l, err
	}
	others, unread := j.Others(ctx)
	l.SetOthers(others)
	return l, errors.Join(err, unread)
}

// ReadLedger reads the ledger of a journal, with the labels that were set later
// and the names of projects, and its damage.
func ReadLedger(ctx context.Context, j *journal.Journal) (*ledger.Ledger, []journal.Damage, error) {
	l, _, damage, err := readLabelled(ctx, j)
	return l, damage, err
}

func readLabelled(ctx context.Context, j *journal.Journal) (l *ledger.Ledger, labels map[string][]string, damage []journal.Damage, err error) {
	l, damage, err = readEntries(ctx, j)
	labels, unlabelled := j.Labels(ctx)
	l.Relabel(labels)
	names, unnamed := j.KnownNames(ctx)
	for _, n := range names {
		if n.Project() {
			l.NameProject(n.ID, n.Name)
		}
	}
	return l, labels, damage, errors.Join(err, unlabelled, unnamed)
}

// readLedger schedules reading the ledger, after the lists: verifying a hundred
// thousand rows takes most of a second.
func (a *Account) readLedger() {
	if !a.Lists {
		return
	}
	j := a.Journal
	a.later(func(ctx context.Context) apply {
		ledger, damage, err := readEntries(ctx, j)
		due, unknown := j.VerifyDue(ctx)
		return func(now time.Time) []Event {
			if unknown == nil && !due.IsZero() {
				a.ledgerWrites.verify = instant.Later(instant.Of(due), now.Add(verifyAfter))
			}
			if a.Store.BringLedger(ledger, now) {
				a.followLedger()
			}
			for _, u := range a.Outbox.Unsaved() { // these are not in the journal
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

// followLedger goes through a long ledger in portions, so that keys get their
// turn in between.
func (a *Account) followLedger() {
	a.later(func(context.Context) apply {
		return func(now time.Time) []Event {
			if a.Store.FollowLedger(now) {
				a.followLedger()
			}
			return nil
		}
	})
}

// verifyDue compares a long ledger with its checksums once a day. If it finds
// damage, the ledger is read again to show it.
func (a *Account) verifyDue(now time.Time) []Work {
	w := &a.ledgerWrites
	if w.verify.IsZero() || w.verifying || now.Before(w.verify) {
		return nil
	}
	w.verifying = true
	j := a.Journal
	return []Work{a.work(func(ctx context.Context) apply {
		spent, err := j.Verify(ctx, func() { time.Sleep(verifyRest) })
		return func(now time.Time) []Event {
			w.verifying, w.verify = false, now.Add(verifyAgain)
			if err == nil && len(spent.Damage) > 0 {
				a.readLedger()
			}
			a.later(release)
			return nil
		}
	})}
}

// newsDue writes new costs and outcomes of our jobs to the ledger. While the
// journal can't be written they stay in the store.
func (a *Account) newsDue(now time.Time) []Work {
	limit := newsAtOnce
	if a.ledgerWrites.writing || a.unwritable != nil || !a.Lists {
		limit = 0
	}
	news := a.Store.TakeNews(now, limit)
	if len(news) == 0 {
		return nil
	}
	a.ledgerWrites.writing = true
	j := a.Journal
	return []Work{a.work(func(ctx context.Context) apply {
		err := appendNews(ctx, j, news)
		return func(time.Time) []Event {
			a.ledgerWrites.writing = false
			return changedFailure(&a.ledgerWrites.failed, EventNews, err) // the next start finds them again
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
