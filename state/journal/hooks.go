package journal

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"dubtop/state/hook"
)

// Version 11 adds the runs of the user's command. Version 1 can still read its own
// tables.
const schema11 = `
CREATE TABLE hooks (
	job    TEXT NOT NULL,
	kind   TEXT NOT NULL,
	state  TEXT NOT NULL,
	status INTEGER NOT NULL DEFAULT 0,
	reason TEXT NOT NULL DEFAULT '',
	output TEXT NOT NULL DEFAULT '',
	begun  INTEGER NOT NULL,
	ended  INTEGER NOT NULL DEFAULT 0,
	owner  TEXT NOT NULL,
	PRIMARY KEY (job, kind)
) STRICT, WITHOUT ROWID;
`

// ClaimHook records that the command is going to run, before it does. mine is
// false if it has run before, or runs right now; then it returns that run. With
// again, the user wants it to run once more, unless it runs right now.
func (j *Journal) ClaimHook(ctx context.Context, k hook.Key, again bool, now time.Time) (r hook.Run, mine bool, err error) {
	me, err := j.owner.take()
	if err != nil {
		return r, false, err
	}
	err = j.write(ctx, func(tx *sql.Tx) error {
		r, mine, err = hookIn(ctx, tx, k)
		if err != nil || mine && (!again || j.HookRuns(&r)) {
			mine = false
			return err
		}
		mine = true
		r = hook.Run{Job: k.Job, Kind: k.Kind, State: hook.Begun, Begun: now, Owner: me}
		return putHook(ctx, tx, &r)
	})
	return r, mine && err == nil, err
}

// hookIn returns a run; ok is false if there was none.
func hookIn(ctx context.Context, q querier, k hook.Key) (r hook.Run, ok bool, err error) {
	r, err = scanHook(q.QueryRowContext(ctx, "SELECT "+hookColumns+" FROM hooks WHERE job = ? AND kind = ?", k.Job, k.Kind))
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}

// EndHook records how a run ended.
func (j *Journal) EndHook(ctx context.Context, r hook.Run) error {
	return j.write(ctx, func(tx *sql.Tx) error { return putHook(ctx, tx, &r) })
}

// HookRuns reports whether a living process runs the command. Otherwise a run
// that has begun may have done its work, and nobody knows.
func (j *Journal) HookRuns(r *hook.Run) bool {
	if r.State != hook.Begun {
		return false
	}
	dead, err := j.owner.dead(r.Owner)
	return err != nil || !dead
}

// Hooks lists all runs.
func (j *Journal) Hooks(ctx context.Context) ([]hook.Run, error) {
	rows, err := j.db.QueryContext(ctx, "SELECT "+hookColumns+" FROM hooks ORDER BY begun, job, kind")
	if err != nil {
		return nil, j.failed(err)
	}
	runs, err := collect(rows, func(rows *sql.Rows) (hook.Run, error) { return scanHook(rows) })
	return runs, j.failed(err)
}

const hookColumns = "job, kind, state, status, reason, output, begun, ended, owner"

func scanHook(row interface{ Scan(to ...any) error }) (r hook.Run, err error) {
	var begun, ended int64
	err = row.Scan(&r.Job, &r.Kind, &r.State, &r.Status, &r.Reason, &r.Output, &begun, &ended, &r.Owner)
	r.Begun, r.Ended = instant(begun), instant(ended)
	return r, err
}

func putHook(ctx context.Context, tx *sql.Tx, r *hook.Run) error {
	_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO hooks ("+hookColumns+") VALUES (?,?,?,?,?,?,?,?,?)",
		r.Job, r.Kind, string(r.State), r.Status, r.Reason, r.Output, nanos(r.Begun), nanos(r.Ended), r.Owner)
	return err
}
