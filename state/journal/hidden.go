package journal

import (
	"context"
	"database/sql"
)

// Version 16 adds the jobs and batches that the user has put away. Version 1 can
// still read its own tables.
const schema16 = `
CREATE TABLE hidden (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`

// Hide puts some jobs and batches away, or takes them out again, all or none.
// Nothing about them is deleted.
func (j *Journal) Hide(ctx context.Context, ids []string, hidden bool) error {
	query := "DELETE FROM hidden WHERE id = ?"
	if hidden {
		query = "INSERT OR IGNORE INTO hidden (id) VALUES (?)"
	}
	return j.write(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, query, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Hidden lists the hidden rows.
func (j *Journal) Hidden(ctx context.Context) ([]string, error) {
	rows, err := j.lists.QueryContext(ctx, "SELECT id FROM hidden ORDER BY id")
	if err != nil {
		return nil, j.failed(err)
	}
	ids, err := collect(rows, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) })
	return ids, j.failed(err)
}
