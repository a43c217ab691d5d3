package journal

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"dubtop/api/text"
	"dubtop/state/verdict"
)

// Version 10 adds the verdicts on jobs, and the inputs of jobs, to find takes.
// Version 1 can still read its own tables.
//
// Verdicts are numbered in the order in which they were given, so that another
// process can ask for the new ones. A verdict taken back stays, without a word.
const schema10 = `
CREATE TABLE verdicts (
	seq     INTEGER PRIMARY KEY AUTOINCREMENT,
	id      TEXT NOT NULL UNIQUE,
	verdict TEXT NOT NULL,
	note    TEXT NOT NULL,
	at      INTEGER NOT NULL
) STRICT;
ALTER TABLE generations ADD COLUMN inputs INTEGER NOT NULL DEFAULT 0;
`

// JudgeAll replaces the verdicts on some jobs, all or none; those of several
// jobs may differ. A zero verdict takes one back.
func (j *Journal) JudgeAll(ctx context.Context, verdicts map[string]verdict.Given, now time.Time) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		for id, v := range verdicts {
			if err := judge(ctx, tx, id, v, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// judge writes a verdict in place of an earlier one.
func judge(ctx context.Context, tx *sql.Tx, id string, v verdict.Given, at time.Time) error {
	_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO verdicts (id, verdict, note, at) VALUES (?,?,?,?)",
		id, string(v.Verdict), string(v.Note), nanos(at))
	return err
}

// Verdicts returns the verdicts by job that were given, or taken back, after
// the given number, and the number of the last one.
func (j *Journal) Verdicts(ctx context.Context, after int64) (map[string]verdict.Given, int64, error) {
	rows, err := j.db.QueryContext(ctx, "SELECT seq, id, verdict, note FROM verdicts WHERE seq > ? ORDER BY seq", after)
	if err != nil {
		return nil, after, j.failed(err)
	}
	defer rows.Close()
	found := make(map[string]verdict.Given)
	for rows.Next() {
		var id, word, note string
		if err := rows.Scan(&after, &id, &word, &note); err != nil {
			return nil, after, j.failed(err)
		}
		v := verdict.Given{Note: text.Of(note)}
		v.Verdict, _ = verdict.Parse(word) // a newer dubtop may know others
		found[id] = v
	}
	return found, after, j.failed(rows.Err())
}

// JobNames returns the names of those of some jobs that the journal knows, by
// their ids. A name may be empty.
func (j *Journal) JobNames(ctx context.Context, ids []string) (map[string]text.Text, error) {
	names := make(map[string]text.Text)
	for _, id := range ids {
		var name string
		err := j.db.QueryRowContext(ctx, `SELECT name FROM generations WHERE id = ?1
			UNION ALL SELECT name FROM submissions WHERE generation_id = ?1 AND generation_id != '' LIMIT 1`, id).Scan(&name)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return nil, j.failed(err)
		default:
			names[id] = text.Of(name)
		}
	}
	return names, nil
}
