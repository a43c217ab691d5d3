package journal

import (
	"context"
	"database/sql"
)

// Version 12 adds the findings of the technical look at saved outputs. Version
// 1 can still read its own tables.
const schema12 = `
CREATE TABLE looks (
	job    TEXT PRIMARY KEY,
	sha256 TEXT NOT NULL,
	odd    INTEGER NOT NULL,
	words  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`

// FileLook is what a look at the saved output of a job found.
type FileLook struct {
	Job    string
	SHA256 string // of the file that was looked at
	Odd    bool
	Words  string
}

// SaveLook records a look, in place of an earlier one.
func (j *Journal) SaveLook(ctx context.Context, l FileLook) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO looks (job, sha256, odd, words) VALUES (?,?,?,?)", l.Job, l.SHA256, l.Odd, l.Words)
		return err
	})
}

// Looks lists all looks by job.
func (j *Journal) Looks(ctx context.Context) (map[string]FileLook, error) {
	rows, err := j.db.QueryContext(ctx, "SELECT job, sha256, odd, words FROM looks")
	if err != nil {
		return nil, j.failed(err)
	}
	all, err := collect(rows, func(rows *sql.Rows) (l FileLook, err error) {
		return l, rows.Scan(&l.Job, &l.SHA256, &l.Odd, &l.Words)
	})
	found := make(map[string]FileLook, len(all))
	for _, l := range all {
		found[l.Job] = l
	}
	return found, j.failed(err)
}
