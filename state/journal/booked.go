package journal

import (
	"context"
	"database/sql"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/settle"
)

// Books reports whether the ledger has any row.
func (j *Journal) Books(ctx context.Context) (some bool, err error) {
	row := j.lists.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM ledger)")
	return some, j.failed(row.Scan(&some))
}

// Booked returns the rows of the ledger about some jobs, in order, with their times, costs
// and outcomes alone and not compared with their checksums: for lists, never for sums.
func (j *Journal) Booked(ctx context.Context, jobs []api.ID) ([]ledger.Entry, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	in, ids := among(jobs)
	rows, err := j.lists.QueryContext(ctx, "SELECT job, at, outcome, estimate, actual, basis FROM ledger WHERE job IN "+in+" ORDER BY seq", ids...)
	if err != nil {
		return nil, j.failed(err)
	}
	entries, err := collect(rows, func(rows *sql.Rows) (e ledger.Entry, err error) {
		var job, outcome, basis string
		var at int64
		var estimate, actual sql.NullInt64
		err = rows.Scan(&job, &at, &outcome, &estimate, &actual, &basis)
		e.Job, e.At, e.Outcome, e.Basis = api.ID(job), instant(at), text.Of(outcome), ledger.CostBasis(basis)
		if estimate.Valid {
			e.Estimate = new(api.Micros(estimate.Int64))
		}
		if actual.Valid {
			e.Actual = new(api.Micros(actual.Int64))
		}
		return e, err
	})
	return entries, j.failed(err)
}

// BookedLast returns what Booked does about the jobs that the ledger told of last: enough
// to learn the discount of the plan from.
func (j *Journal) BookedLast(ctx context.Context) ([]ledger.Entry, error) {
	rows, err := j.lists.QueryContext(ctx, "SELECT DISTINCT job FROM (SELECT seq, job FROM ledger ORDER BY seq DESC LIMIT ?) WHERE job != ''", 2*ledger.BillsOf)
	if err != nil {
		return nil, j.failed(err)
	}
	ids, err := collect(rows, func(rows *sql.Rows) (id api.ID, err error) {
		err = rows.Scan(&id)
		return id, err
	})
	if err != nil {
		return nil, j.failed(err)
	}
	return j.Booked(ctx, ids)
}

// Finishes reports whether anything is known of what finished on the server.
func (j *Journal) Finishes(ctx context.Context) (some bool, err error) {
	row := j.lists.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM usage)")
	return some, j.failed(row.Scan(&some))
}

// Finished returns what is known of some jobs that finished on the server.
func (j *Journal) Finished(ctx context.Context, jobs []api.ID) ([]settle.Row, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	in, ids := among(jobs)
	rows, err := j.lists.QueryContext(ctx, "SELECT "+usageColumns+" FROM usage WHERE id IN "+in, ids...)
	if err != nil {
		return nil, j.failed(err)
	}
	found, err := collect(rows, func(rows *sql.Rows) (settle.Row, error) { return scanUsage(rows) })
	return found, j.failed(err)
}
