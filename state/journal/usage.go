package journal

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/ledger"
	"dubtop/state/settle"
)

// Version 13 adds what finished on the server, whoever made it, and how far it
// was read. Version 1 can still read its own tables.
//
// Rows are numbered in the order in which they were read or changed, so that
// another process can ask for the new ones.
const schema13 = `
CREATE TABLE usage (
	seq      INTEGER PRIMARY KEY AUTOINCREMENT,
	id       TEXT NOT NULL UNIQUE,
	key      TEXT NOT NULL,
	key_name TEXT NOT NULL,
	model    TEXT NOT NULL,
	status   TEXT NOT NULL,
	created  INTEGER NOT NULL,
	ended    INTEGER NOT NULL,
	currency TEXT NOT NULL,
	cost     INTEGER,
	pending  INTEGER NOT NULL,
	again    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX usage_pending ON usage (again) WHERE pending;
CREATE TABLE usage_walk (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	walk  TEXT NOT NULL,
	owner TEXT NOT NULL,
	lease INTEGER NOT NULL
) STRICT;
INSERT INTO usage_walk VALUES (1, '{}', '', 0);
`

// usageLease is how long a process may take for one page before another one
// goes on.
const usageLease = 3 * time.Minute

// rowsAtOnce is how many rows are written in one transaction, because a paid
// request may be waiting for the journal.
const rowsAtOnce = 50

// ClaimUsage starts or continues to read what finished. mine is false if another
// process reads, or if the last round was a moment ago. Server is the time on the
// server's clock. It also books costs of jobs that have become ours since their
// row was read.
func (j *Journal) ClaimUsage(ctx context.Context, now, server time.Time) (w settle.Walk, mine bool, err error) {
	me, err := j.owner.take()
	if err != nil {
		return w, false, err
	}
	err = j.spend(ctx, func(tx *sql.Tx) error {
		free := false
		if w, free, err = j.walkOf(ctx, tx, now); err != nil || !free {
			return err
		}
		fresh := len(w.Todo) == 0
		pending, err := pendingUsage(ctx, tx, now)
		if err != nil {
			return err
		}
		if mine = w.Begin(now, server, pending); !mine {
			return nil
		}
		if fresh {
			if err := cmp.Or(bookUsage(ctx, tx, now), bookBatches(ctx, tx, now)); err != nil {
				return err
			}
		}
		return putWalk(ctx, tx, w, me, now.Add(usageLease))
	})
	return w, mine && err == nil, err
}

// walkOf reads how far the reading has come; free is false if another process
// goes on with it.
func (j *Journal) walkOf(ctx context.Context, tx *sql.Tx, now time.Time) (w settle.Walk, free bool, err error) {
	var raw, owner string
	var lease int64
	if err := tx.QueryRowContext(ctx, "SELECT walk, owner, lease FROM usage_walk").Scan(&raw, &owner, &lease); err != nil {
		return w, false, err
	}
	if json.Unmarshal([]byte(raw), &w) != nil {
		w = settle.Walk{} // everything can be read again
	}
	left := instant(lease).Sub(now)
	if owner == "" || j.owner.is(owner) || left <= 0 || left > usageLease {
		return w, true, nil
	}
	dead, err := j.owner.dead(owner)
	return w, err == nil && dead, nil // if in doubt the lease ends
}

func putWalk(ctx context.Context, tx *sql.Tx, w settle.Walk, owner string, lease time.Time) error {
	raw, err := json.Marshal(w)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE usage_walk SET walk = ?, owner = ?, lease = ?", string(raw), owner, nanos(lease))
	return err
}

// SaveUsage saves a page of rows, books the costs of our jobs among them, and
// then saves how far the reading has come. A page that is repeated after a crash
// adds nothing. It returns the walk after the page.
func (j *Journal) SaveUsage(ctx context.Context, w settle.Walk, rows []settle.Row, next api.Cursor, now time.Time) (settle.Walk, error) {
	fresh, last := 0, time.Time{}
	for part := range slices.Chunk(rows, rowsAtOnce) {
		err := j.spend(ctx, func(tx *sql.Tx) error {
			for i := range part {
				added, err := saveUsage(ctx, tx, &part[i], now)
				if err != nil {
					return err
				}
				if added {
					fresh++
				}
			}
			return nil
		})
		if err != nil {
			return w, err
		}
	}
	for i := range rows {
		if rows[i].Ended.After(last) {
			last = rows[i].Ended
		}
	}
	w.Page(last, len(rows), fresh, next, now)
	return w, j.saveWalk(ctx, w, now)
}

// RefuseUsage records that the server refused a page. It reports whether another
// request is worth trying.
func (j *Journal) RefuseUsage(ctx context.Context, w settle.Walk, now time.Time) (bool, error) {
	worth := w.Refused()
	return worth, j.saveWalk(ctx, w, now)
}

// saveWalk saves the walk, unless another process has taken over.
func (j *Journal) saveWalk(ctx context.Context, w settle.Walk, now time.Time) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		var owner string
		if err := tx.QueryRowContext(ctx, "SELECT owner FROM usage_walk").Scan(&owner); err != nil || !j.owner.is(owner) {
			return err
		}
		if len(w.Todo) == 0 {
			return putWalk(ctx, tx, w, "", time.Time{})
		}
		return putWalk(ctx, tx, w, owner, now.Add(usageLease))
	})
}

const usageColumns = "id, key, key_name, model, status, created, ended, currency, cost, pending"

// saveUsage saves a row that is new or has changed, and books its cost. Known
// facts stay where the row does not tell them any more.
func saveUsage(ctx context.Context, tx *sql.Tx, r *settle.Row, now time.Time) (added bool, err error) {
	old, err := scanUsage(tx.QueryRowContext(ctx, "SELECT "+usageColumns+" FROM usage WHERE id = ?", r.ID))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		added = true
	case err != nil:
		return false, err
	default:
		r.Keep(&old)
	}
	again := int64(0)
	if r.Pending {
		if at, ok := settle.Again(r.Ended, now); ok {
			again = nanos(at)
		}
	}
	if !added && r.Same(&old) {
		_, err = tx.ExecContext(ctx, "UPDATE usage SET again = ? WHERE id = ? AND again != ?", again, r.ID, again)
		return false, err
	}
	if _, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO usage ("+usageColumns+", again) VALUES (?,?,?,?,?,?,?,?,?,?,?)", r.ID, r.Key, string(r.KeyName),
		string(r.Model), string(r.Status), nanos(r.Created), nanos(r.Ended), string(r.Currency), micros(r.Cost), r.Pending, again); err != nil {
		return false, err
	}
	return added, bookRow(ctx, tx, r, now)
}

// bookRow books the cost of a row if the job is ours.
func bookRow(ctx context.Context, tx *sql.Tx, r *settle.Row, now time.Time) error {
	if r.Cost == nil || !r.Dollars() {
		return nil
	}
	var ours bool
	err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM ledger WHERE job = ? AND kind = 'accepted' AND NOT batch)", r.ID).Scan(&ours)
	if err != nil || !ours {
		return err
	}
	return appendEntry(ctx, tx, Entry{Kind: EntryCost, Entry: ledger.Entry{
		At: now, Job: api.ID(r.ID), Actual: r.Cost, Basis: ledger.BasisBilled,
	}})
}

// bookUsage books the costs of rows whose jobs have become ours since.
func bookUsage(ctx context.Context, tx *sql.Tx, now time.Time) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+usageColumns+` FROM usage WHERE cost IS NOT NULL
		AND EXISTS (SELECT 1 FROM ledger WHERE job = id AND kind = 'accepted' AND NOT batch)
		AND NOT EXISTS (SELECT 1 FROM ledger WHERE job = id AND kind = 'cost' AND basis = 'billed')`)
	if err != nil {
		return err
	}
	missing, err := collect(rows, func(rows *sql.Rows) (settle.Row, error) { return scanUsage(rows) })
	if err != nil {
		return err
	}
	for i := range missing {
		if err := bookRow(ctx, tx, &missing[i], now); err != nil {
			return err
		}
	}
	return nil
}

// pendingUsage is the range of the rows to ask for again.
func pendingUsage(ctx context.Context, tx *sql.Tx, now time.Time) (r settle.Range, err error) {
	var from, to sql.NullInt64
	err = tx.QueryRowContext(ctx, "SELECT min(ended), max(ended) FROM usage WHERE pending AND again > 0 AND again <= ? AND ended > 0", nanos(now)).Scan(&from, &to)
	if from.Valid && to.Valid {
		r.From, r.To = instant(from.Int64), instant(to.Int64).Add(time.Second)
	}
	return r, err
}

func scanUsage(row interface{ Scan(to ...any) error }) (r settle.Row, err error) {
	var created, ended int64
	var cost sql.NullInt64
	err = row.Scan(&r.ID, &r.Key, &r.KeyName, &r.Model, &r.Status, &created, &ended, &r.Currency, &cost, &r.Pending)
	r.Created, r.Ended = instant(created), instant(ended)
	if cost.Valid {
		r.Cost = new(api.Micros(cost.Int64))
	}
	return r, err
}

// UsageNews is the news in the journal about finished jobs.
type UsageNews struct {
	Rows  []settle.Row // changed rows, of anybody's jobs, in the order of reading
	Seq   int64        // number of the last one
	More  bool         // there are more
	Again time.Time    // when a row is to be asked for again; zero: never
}

// UsageAfter returns at most limit rows that were read after the given number.
func (j *Journal) UsageAfter(ctx context.Context, after int64, limit int) (n UsageNews, err error) {
	n.Seq = after
	rows, err := j.db.QueryContext(ctx, "SELECT "+usageColumns+", seq FROM usage WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
	if err != nil {
		return n, j.failed(err)
	}
	n.Rows, err = collect(rows, func(rows *sql.Rows) (settle.Row, error) {
		return scanUsage(withMore{rows, &n.Seq})
	})
	if err != nil {
		return n, j.failed(err)
	}
	n.More = len(n.Rows) == limit
	var again sql.NullInt64
	err = j.db.QueryRowContext(ctx, "SELECT min(again) FROM usage WHERE pending AND again > 0").Scan(&again)
	n.Again = instant(again.Int64)
	return n, j.failed(err)
}
