package journal

import (
	"context"
	"database/sql"

	"dubtop/state"
)

// Version 8 remembers the names of assets and projects, and the projects of jobs.
// Version 1 can still read its own tables.
const schema8 = `
CREATE TABLE names (
	id   TEXT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	PRIMARY KEY (id, kind)
) STRICT, WITHOUT ROWID;
ALTER TABLE generations ADD COLUMN project TEXT NOT NULL DEFAULT '';
`

// mostNames limits the names that are read at the start.
const mostNames = 50_000

// SaveNames remembers names, all or none.
func (j *Journal) SaveNames(ctx context.Context, all []state.Name) error {
	if len(all) == 0 {
		return nil
	}
	return j.transact(ctx, j.lists, func(tx *sql.Tx) error {
		put, err := tx.PrepareContext(ctx, "INSERT OR REPLACE INTO names (id, kind, name) VALUES (?, ?, ?)")
		if err != nil {
			return err
		}
		defer put.Close()
		for _, n := range all {
			if _, err := put.ExecContext(ctx, string(n.ID), n.Kind, string(n.Name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// KnownNames returns the remembered names.
func (j *Journal) KnownNames(ctx context.Context) ([]state.Name, error) {
	rows, err := j.lists.QueryContext(ctx, "SELECT id, kind, name FROM names LIMIT ?", mostNames)
	if err != nil {
		return nil, j.failed(err)
	}
	all, err := collect(rows, func(rows *sql.Rows) (n state.Name, err error) {
		return n, rows.Scan(&n.ID, &n.Kind, &n.Name)
	})
	return all, j.failed(err)
}
