package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"dubtop/state/outbox"
)

// Version 17 adds the rows of runs that were agreed to, so that a run which is
// submitted again joins its rows instead of paying for them again. The draft is
// kept to tell whether a row has changed. Version 1 can still read its own
// tables.
const schema17 = `
CREATE TABLE intents (
	run        TEXT NOT NULL,
	row        TEXT NOT NULL,
	attempt    INTEGER NOT NULL,
	submission TEXT NOT NULL,
	draft      TEXT NOT NULL,
	at         INTEGER NOT NULL,
	PRIMARY KEY (run, row, attempt)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER intents_stay BEFORE DELETE ON intents
	BEGIN SELECT RAISE(ABORT, 'what was agreed to in a run stays'); END;
CREATE TRIGGER intents_are_final BEFORE UPDATE ON intents
	BEGIN SELECT RAISE(ABORT, 'what was agreed to in a run stays'); END;
`

// The errors of a purchase that another process was faster with.
var (
	// ErrBegun means that rows of the run were agreed to in the meantime.
	ErrBegun = errors.New("rows of this run were agreed to in the meantime, by another process")
	// ErrMoved means that the queue has changed since the budgets were checked.
	ErrMoved = errors.New("the queue has changed since the budgets were checked")
)

// Purchase is a group of submissions agreed to at once, by a command.
type Purchase struct {
	Submissions []outbox.Submission
	Set         *outbox.Set      // nil: they belong to none
	Intents     []outbox.Intent  // one for each submission of a run
	Paused      func(i int) bool // nil: none is
	Refused     []string         // refused submissions that are followed by others, and leave the queue
	Revision    int64            // the queue's when the budgets were checked, as in Revisions
}

// EnqueuePurchase saves everything about a purchase in one transaction, all or
// nothing; it is durable when nil is returned. It returns ErrMoved or ErrBegun
// if another process was faster, and ErrSetName if the set exists and is not
// that of the run.
func (j *Journal) EnqueuePurchase(ctx context.Context, p Purchase, now time.Time) error {
	return j.enqueueAll(ctx, p.Submissions, p.Paused, now, func(tx *sql.Tx) error {
		var revision int64
		if err := tx.QueryRowContext(ctx, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'revision'").Scan(&revision); err != nil {
			return err
		}
		if revision != p.Revision {
			return ErrMoved
		}
		for _, id := range p.Refused {
			if err := dequeue(ctx, tx, id); err != nil {
				return err
			}
		}
		return p.save(ctx, tx, now)
	})
}

// save saves the set and the intents.
func (p *Purchase) save(ctx context.Context, tx *sql.Tx, now time.Time) error {
	if p.Set == nil {
		return nil
	}
	again := false
	if len(p.Intents) > 0 {
		err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM intents WHERE run = ?)", p.Intents[0].Run).Scan(&again)
		if err != nil {
			return err
		}
	}
	if err := saveSet(ctx, tx, *p.Set, again); err != nil {
		return err
	}
	if again {
		if _, err := tx.ExecContext(ctx, "UPDATE sets SET rows = max(rows, ?) WHERE name = ?", p.Set.Rows, p.Set.Name); err != nil {
			return err
		}
	}
	for i := range p.Intents {
		added, err := addIntent(ctx, tx, &p.Intents[i], nanos(now))
		if err != nil {
			return err
		}
		if !added {
			return ErrBegun
		}
	}
	return nil
}

// addIntent adds an intent unless it is there.
func addIntent(ctx context.Context, tx *sql.Tx, n *outbox.Intent, at int64) (added bool, err error) {
	d, err := json.Marshal(n.Draft)
	if err != nil {
		return false, err
	}
	r, err := tx.ExecContext(ctx, `INSERT INTO intents (run, row, attempt, submission, draft, at) VALUES (?,?,?,?,?,?)
		ON CONFLICT DO NOTHING`, n.Run, n.Row, n.Attempt, n.Submission, string(d), at)
	if err != nil {
		return false, err
	}
	rows, err := r.RowsAffected()
	return rows > 0, err
}

// Intents lists the intents of a run, or of all runs if it is "".
func (j *Journal) Intents(ctx context.Context, run string) ([]outbox.Intent, error) {
	all, _, err := j.intents(ctx, run)
	return all, err
}

func (j *Journal) intents(ctx context.Context, run string) (all []outbox.Intent, at []int64, err error) {
	rows, err := j.db.QueryContext(ctx, "SELECT run, row, attempt, submission, draft, at FROM intents WHERE ?1 = '' OR run = ?1 ORDER BY run, row, attempt", run)
	if err != nil {
		return nil, nil, j.failed(err)
	}
	all, err = collect(rows, func(rows *sql.Rows) (n outbox.Intent, err error) {
		var text string
		var when int64
		if err := rows.Scan(&n.Run, &n.Row, &n.Attempt, &n.Submission, &text, &when); err != nil {
			return n, err
		}
		at = append(at, when)
		if err := json.Unmarshal([]byte(text), &n.Draft); err != nil {
			return n, fmt.Errorf("%w: a row of a run can't be read: %w", ErrDamaged, err)
		}
		return n, nil
	})
	return all, at, j.failed(err)
}

// SubmissionsByID returns submissions by their ids. Unknown ones are missing.
func (j *Journal) SubmissionsByID(ctx context.Context, ids []string) (map[string]outbox.Submission, error) {
	found := make(map[string]outbox.Submission, len(ids))
	for some := range slices.Chunk(ids, idsAtOnce) {
		in, args := among(some)
		subs, err := j.submissions(ctx, "id IN "+in, args...)
		if err != nil {
			return nil, err
		}
		for _, s := range subs {
			found[s.ID] = s
		}
	}
	return found, nil
}

// carryRuns copies the intents of one journal to another, without those of rows
// that the other journal knows: its attempts are its own. A later attempt from
// elsewhere would hide one that was accepted, and have it bought again.
func carryRuns(ctx context.Context, from, to *Journal) error {
	all, at, err := from.intents(ctx, "")
	if err != nil || len(all) == 0 {
		return err
	}
	own, err := to.Intents(ctx, "")
	if err != nil {
		return err
	}
	type row struct{ run, row string }
	known := make(map[row]bool, len(own))
	for i := range own {
		known[row{own[i].Run, own[i].Row}] = true
	}
	return to.write(ctx, func(tx *sql.Tx) error {
		for i := range all {
			if known[row{all[i].Run, all[i].Row}] {
				continue
			}
			if _, err := addIntent(ctx, tx, &all[i], at[i]); err != nil {
				return err
			}
		}
		return nil
	})
}
