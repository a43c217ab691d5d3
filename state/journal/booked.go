package journal

import (
	"context"
	"database/sql"

	"dubtop/api"
	"dubtop/state/ledger"
)

// Books reports whether the ledger has any row.
func (j *Journal) Books(ctx context.Context) (some bool, err error) {
	row := j.lists.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM ledger)")
	return some, j.failed(row.Scan(&some))
}

// Booked returns the rows of the ledger about some jobs, in order, with their costs
// alone and not compared with their checksums: for lists, never for sums.
func (j *Journal) Booked(ctx context.Context, jobs []api.ID) ([]ledger.Entry, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	in, ids := among(jobs)
	rows, err := j.lists.QueryContext(ctx, "SELECT job, estimate, actual, basis FROM ledger WHERE job IN "+in+" ORDER BY seq", ids...)
	if err != nil {
		return nil, j.failed(err)
	}
	entries, err := collect(rows, func(rows *sql.Rows) (e ledger.Entry, err error) {
		var job, basis string
		var estimate, actual sql.NullInt64
		err = rows.Scan(&job, &estimate, &actual, &basis)
		e.Job, e.Basis = api.ID(job), ledger.CostBasis(basis)
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
