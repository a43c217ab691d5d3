package journal

import (
	"context"
	"time"
)

// Generations and batches that were ever seen are kept beside the money, so
// that the next start can show them before the first answer. They are written
// without waiting for the disk.

// Seen gives when generations and batches were last saved, for the age that
// stands beside an old list. It is zero for what was never saved.
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

// Untried reports that no answer of the server's ever reached this journal, so
// that nobody knows yet whether its key is a key.
func (j *Journal) Untried(ctx context.Context) (untried bool, err error) {
	row := j.lists.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM seen) AND NOT EXISTS (SELECT 1 FROM submissions)
		AND NOT EXISTS (SELECT 1 FROM ledger)`)
	return untried, j.failed(row.Scan(&untried))
}
