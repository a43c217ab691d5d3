package journal

import (
	"context"
	"database/sql"
	"time"

	"dubtop/api"
	"dubtop/state/ledger"
)

// Version 15 adds the jobs that our batches became. The server lists their costs by
// their own ids, of which the ledger knows nothing. A batch whose results can't be
// read has one row without a job.
const schema15 = `
CREATE TABLE batch_jobs (
	batch TEXT NOT NULL,
	job   TEXT NOT NULL,
	PRIMARY KEY (batch, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_jobs_by_job ON batch_jobs (job);
`

// ourUsage selects the rows of jobs that dubtop sent, alone or in a batch, and of
// those that it may have sent.
const ourUsage = `(EXISTS (SELECT 1 FROM ledger WHERE ledger.job = usage.id AND ledger.kind = 'accepted')
	OR EXISTS (SELECT 1 FROM batch_jobs b JOIN ledger l ON l.job = b.batch AND l.kind = 'accepted' WHERE b.job = usage.id)
	OR EXISTS (SELECT 1 FROM members WHERE members.id = usage.id)
	OR usage.id IN (` + ourLeads + `))`

// ourLeads selects the jobs that submissions of unknown outcome may have become. It
// names all states of the index of open submissions, so that no body is read.
const ourLeads = `SELECT lead FROM submissions WHERE state IN ('sending', 'unknown', 'dropped') AND state = 'unknown' AND lead != ''`

// OwnForeign lists what jobs of ours were billed in other currencies than the
// dollar.
func (j *Journal) OwnForeign(ctx context.Context) (all []ledger.Foreign, err error) {
	rows, err := j.lists.QueryContext(ctx, `SELECT upper(currency), count(*), sum(cost) FROM usage
		WHERE cost IS NOT NULL AND upper(currency) NOT IN ('', 'USD') AND `+ourUsage+" GROUP BY 1 ORDER BY 1")
	if err != nil {
		return nil, j.failed(err)
	}
	all, err = collect(rows, func(rows *sql.Rows) (f ledger.Foreign, err error) {
		return f, rows.Scan(&f.Currency, &f.Jobs, &f.Amount)
	})
	return all, j.failed(err)
}

// MadeFrom tells which video and sound each job was made from, as numbers, for jobs
// of which that is known.
func (j *Journal) MadeFrom(ctx context.Context) (map[api.ID]int64, error) {
	out := make(map[api.ID]int64)
	rows, err := j.lists.QueryContext(ctx, "SELECT id, inputs FROM generations WHERE inputs != 0")
	if err != nil {
		return nil, j.failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id api.ID
		var from int64
		if err := rows.Scan(&id, &from); err != nil {
			return nil, j.failed(err)
		}
		out[id] = from
	}
	return out, j.failed(rows.Err())
}

// withMore scans one column more.
type withMore struct {
	*sql.Rows
	more any
}

func (w withMore) Scan(to ...any) error { return w.Rows.Scan(append(to, w.more)...) }

// UnreadBatches lists at most limit batches of ours that have results, of which it is
// not known which jobs they became.
func (j *Journal) UnreadBatches(ctx context.Context, limit int) (ids []api.ID, err error) {
	rows, err := j.db.QueryContext(ctx, `SELECT id FROM batches WHERE has_output
		AND EXISTS (SELECT 1 FROM ledger WHERE ledger.job = batches.id AND ledger.kind = 'accepted' AND ledger.batch)
		AND NOT EXISTS (SELECT 1 FROM batch_jobs WHERE batch = batches.id) ORDER BY created DESC LIMIT ?`, limit)
	if err != nil {
		return nil, j.failed(err)
	}
	ids, err = collect(rows, func(rows *sql.Rows) (id api.ID, err error) { return id, rows.Scan(&id) })
	return ids, j.failed(err)
}

// SaveBatchJobs remembers which jobs a batch became, none if its results can't be
// read. It books the cost of the batch if all of them have been billed.
func (j *Journal) SaveBatchJobs(ctx context.Context, batch api.ID, jobs []api.ID, now time.Time) error {
	return j.spend(ctx, func(tx *sql.Tx) error {
		if len(jobs) == 0 {
			jobs = []api.ID{""}
		}
		for _, id := range jobs {
			if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO batch_jobs (batch, job) VALUES (?,?)", string(batch), string(id)); err != nil {
				return err
			}
		}
		return bookBatches(ctx, tx, now)
	})
}

// bookBatches books what our batches cost, once all their jobs have been billed in
// dollars.
func bookBatches(ctx context.Context, tx *sql.Tx, now time.Time) error {
	rows, err := tx.QueryContext(ctx, `SELECT b.batch, sum(u.cost) FROM batch_jobs b LEFT JOIN usage u ON u.id = b.job
		WHERE EXISTS (SELECT 1 FROM ledger WHERE job = b.batch AND kind = 'accepted' AND batch) GROUP BY b.batch
		HAVING count(u.cost) = count(*) AND sum(upper(u.currency) NOT IN ('', 'USD')) = 0`)
	if err != nil {
		return err
	}
	billed, err := collect(rows, func(rows *sql.Rows) (e Entry, err error) {
		e = Entry{Kind: EntryCost, Entry: ledger.Entry{At: now, Batch: true, Basis: ledger.BasisBilled, Actual: new(api.Micros)}}
		return e, rows.Scan(&e.Job, e.Actual)
	})
	if err != nil {
		return err
	}
	for i := range billed {
		if err := appendEntry(ctx, tx, billed[i]); err != nil {
			return err
		}
	}
	return nil
}

// BilledBatches returns what our batches cost, as booked.
func (j *Journal) BilledBatches(ctx context.Context) (map[api.ID]api.Micros, error) {
	out := make(map[api.ID]api.Micros)
	rows, err := j.db.QueryContext(ctx, `SELECT job, actual FROM ledger WHERE kind = 'cost' AND basis = 'billed' AND actual IS NOT NULL
		AND job IN (SELECT batch FROM batch_jobs) ORDER BY seq`)
	if err != nil {
		return nil, j.failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id api.ID
		var cost api.Micros
		if err := rows.Scan(&id, &cost); err != nil {
			return nil, j.failed(err)
		}
		out[id] = cost
	}
	return out, j.failed(rows.Err())
}
