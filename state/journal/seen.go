package journal

import (
	"context"
	"time"
)

// Generations and batches are saved beside the money, so that the next start
// can show them before the first answer. They are written without waiting for
// the disk.

// Seen returns when generations and batches were last saved, to show the age of
// old lists. A time is zero if nothing was saved.
func (j *Journal) Seen(ctx context.Context) (generations, batches time.Time, err error) {
	rows, err := j.lists.QueryContext(ctx, "SELECT list, at FROM seen")
	if err != nil {
		return generations, batches, j.failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			list string
			at   int64
		)
		if err := rows.Scan(&list, &at); err != nil {
			return generations, batches, j.failed(err)
		}
		switch list {
		case "generations":
			generations = instant(at)
		case "batches":
			batches = instant(at)
		}
	}
	return generations, batches, j.failed(rows.Err())
}

// Untried reports whether no answer from the server ever reached this journal,
// so that its key may be wrong.
func (j *Journal) Untried(ctx context.Context) (untried bool, err error) {
	row := j.lists.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM seen) AND NOT EXISTS (SELECT 1 FROM submissions)
		AND NOT EXISTS (SELECT 1 FROM ledger)`)
	return untried, j.failed(row.Scan(&untried))
}
