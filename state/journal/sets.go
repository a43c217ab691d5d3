package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// Version 6 adds the job sets and their members. Version 1 can still read
// its own tables.
//
// Members are numbered in the order in which they joined, so that the last one of
// a row is its newest attempt, and another process can ask for the new ones.
const schema6 = `
CREATE TABLE sets (
	name       TEXT PRIMARY KEY,
	source     TEXT NOT NULL,
	rows       INTEGER NOT NULL,
	micros     INTEGER,
	created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE members (
	seq     INTEGER PRIMARY KEY AUTOINCREMENT,
	id      TEXT NOT NULL UNIQUE,
	in_set  TEXT NOT NULL,
	row     INTEGER NOT NULL,
	lang    TEXT NOT NULL,
	batch   TEXT NOT NULL,
	made_of TEXT NOT NULL,
	seconds REAL NOT NULL,
	draft   TEXT NOT NULL
) STRICT;
CREATE INDEX members_by_batch ON members (batch) WHERE batch != '';
`

// ErrSetName means that another set has the name.
var ErrSetName = errors.New("another job set has this name")

// EnqueueSet is EnqueueAll for a confirmed job set: it saves the set with its
// submissions, all or nothing. If again is set, an
// existing set grows by these; otherwise its name is taken.
func (j *Journal) EnqueueSet(ctx context.Context, set outbox.Set, again bool, subs []outbox.Submission, paused func(i int) bool, now time.Time) error {
	return j.enqueueAll(ctx, subs, paused, now, func(tx *sql.Tx) error { return saveSet(ctx, tx, set, again) })
}

func saveSet(ctx context.Context, tx *sql.Tx, set outbox.Set, again bool) error {
	var known bool
	if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sets WHERE name = ?)", set.Name).Scan(&known); err != nil {
		return err
	}
	switch {
	case known && !again:
		return fmt.Errorf("%w: %s", ErrSetName, set.Name)
	case known:
		_, err := tx.ExecContext(ctx, "UPDATE sets SET micros = micros + ? WHERE name = ?", micros(set.Cost), set.Name)
		return err
	}
	return addSet(ctx, tx, set)
}

// addSet saves a set, unless its name is taken.
func addSet(ctx context.Context, tx *sql.Tx, set outbox.Set) error {
	_, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO sets (name, source, rows, micros, created_at) VALUES (?,?,?,?,?)",
		set.Name, set.Source, set.Rows, micros(set.Cost), nanos(set.Created))
	return err
}

// joinSet adds a new submission to its set, with the lines of a batch.
func joinSet(ctx context.Context, tx *sql.Tx, s outbox.Submission) error {
	lines := map[string]*outbox.BatchLine{}
	for i := range s.Lines {
		lines[s.Lines[i].MemberID(s.ID)] = &s.Lines[i]
	}
	for _, m := range s.Members() {
		text, seconds := "", 0.0
		if l := lines[m.ID]; l != nil {
			d, err := json.Marshal(l.Draft)
			if err != nil {
				return err
			}
			text, seconds = string(d), l.Seconds
		}
		if err := addMember(ctx, tx, m, seconds, text); err != nil {
			return err
		}
	}
	return nil
}

func addMember(ctx context.Context, tx *sql.Tx, m outbox.Member, seconds float64, draft string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO members (id, in_set, row, lang, batch, made_of, seconds, draft) VALUES (?,?,?,?,?,?,?,?)
		ON CONFLICT (id) DO NOTHING`, m.ID, m.Set, m.Row, m.Lang, m.Batch, m.From, seconds, draft)
	return err
}

// joinAs adds a job to the set of the submission or the line that it was made
// from.
func joinAs(ctx context.Context, tx *sql.Tx, member string, job api.ID) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO members (id, in_set, row, lang, batch, made_of, seconds, draft)
		SELECT ?2, in_set, row, lang, batch, id, seconds, '' FROM members WHERE id = ?1 ON CONFLICT (id) DO NOTHING`, member, string(job))
	return err
}

// SaveResults adds the jobs that the lines of a batch became to their sets. Jobs
// are by the id of the line as a member.
func (j *Journal) SaveResults(ctx context.Context, jobs map[string]api.ID) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		for line, job := range jobs {
			if err := joinAs(ctx, tx, line, job); err != nil {
				return err
			}
		}
		return nil
	})
}

// Sets lists all job sets, newest first.
func (j *Journal) Sets(ctx context.Context) ([]outbox.Set, error) {
	rows, err := j.db.QueryContext(ctx, "SELECT name, source, rows, micros, created_at FROM sets ORDER BY created_at DESC, name")
	if err != nil {
		return nil, j.failed(err)
	}
	all, err := collect(rows, func(rows *sql.Rows) (s outbox.Set, err error) {
		var cost sql.NullInt64
		var at int64
		err = rows.Scan(&s.Name, &s.Source, &s.Rows, &cost, &at)
		if cost.Valid {
			s.Cost = new(api.Micros(cost.Int64))
		}
		s.Created = instant(at)
		return s, err
	})
	return all, j.failed(err)
}

// Members lists the members of all sets that joined after the given number, in
// that order, and returns the number of the last.
func (j *Journal) Members(ctx context.Context, after int64) (all []outbox.Member, last int64, err error) {
	rows, err := j.db.QueryContext(ctx, "SELECT seq, id, in_set, row, lang, batch, made_of FROM members WHERE seq > ? ORDER BY seq", after)
	if err != nil {
		return nil, after, j.failed(err)
	}
	last = after
	all, err = collect(rows, func(rows *sql.Rows) (m outbox.Member, err error) {
		return m, rows.Scan(&last, &m.ID, &m.Set, &m.Row, &m.Lang, &m.Batch, &m.From)
	})
	return all, last, j.failed(err)
}

// BatchLines lists the lines of a batch that dubtop wrote itself, in no order;
// none if it was made from a file.
func (j *Journal) BatchLines(ctx context.Context, submission string) ([]outbox.BatchLine, error) {
	return j.batchLines(ctx, "batch = ?1 AND id LIKE ?1 || '/%'", submission)
}

// LinesOf returns the drafts of lines of batches by their id as members.
func (j *Journal) LinesOf(ctx context.Context, ids []string) (map[string]draft.Draft, error) {
	found := make(map[string]draft.Draft)
	for _, id := range ids {
		lines, err := j.batchLines(ctx, "id = ?1", id)
		if err != nil {
			return nil, err
		}
		for i := range lines {
			found[id] = lines[i].Draft
		}
	}
	return found, nil
}

func (j *Journal) batchLines(ctx context.Context, where, id string) ([]outbox.BatchLine, error) {
	rows, err := j.db.QueryContext(ctx, "SELECT substr(id, length(batch) + 2), seconds, draft FROM members WHERE draft != '' AND "+where, id)
	if err != nil {
		return nil, j.failed(err)
	}
	all, err := collect(rows, func(rows *sql.Rows) (l outbox.BatchLine, err error) {
		var text string
		if err := rows.Scan(&l.RequestID, &l.Seconds, &text); err != nil {
			return l, err
		}
		if err := json.Unmarshal([]byte(text), &l.Draft); err != nil {
			return l, fmt.Errorf("%w: a line of a batch can't be read: %w", ErrDamaged, err)
		}
		return l, nil
	})
	return all, j.failed(err)
}

// SentDrafts lists the drafts of the batches' lines that were sent or may have
// been, with their batch's submission.
func (j *Journal) SentDrafts(ctx context.Context, each func(d draft.Draft, batch string)) error {
	rows, err := j.db.QueryContext(ctx, "SELECT batch, draft FROM members WHERE draft != '' ORDER BY seq")
	if err != nil {
		return j.failed(err)
	}
	type line struct{ batch, draft string }
	all, err := collect(rows, func(rows *sql.Rows) (l line, err error) { return l, rows.Scan(&l.batch, &l.draft) })
	for i := range all {
		var d draft.Draft
		if err := json.Unmarshal([]byte(all[i].draft), &d); err != nil {
			return j.failed(fmt.Errorf("%w: a line of a batch can't be read: %w", ErrDamaged, err))
		}
		each(d, all[i].batch)
	}
	return j.failed(err)
}

// carrySets copies the sets of one journal to another, with the drafts of the
// lines of batches.
func carrySets(ctx context.Context, from, to *Journal) error {
	sets, err := from.Sets(ctx)
	if err != nil {
		return err
	}
	type row struct {
		outbox.Member
		seconds float64
		draft   string
	}
	found, err := from.db.QueryContext(ctx, "SELECT id, in_set, row, lang, batch, made_of, seconds, draft FROM members ORDER BY seq")
	if err != nil {
		return from.failed(err)
	}
	members, err := collect(found, func(rows *sql.Rows) (m row, err error) {
		return m, rows.Scan(&m.ID, &m.Set, &m.Row, &m.Lang, &m.Batch, &m.From, &m.seconds, &m.draft)
	})
	if err != nil || len(members)+len(sets) == 0 {
		return from.failed(err)
	}
	return to.write(ctx, func(tx *sql.Tx) error {
		for _, s := range sets {
			if err := addSet(ctx, tx, s); err != nil { // copying again adds no cost to it
				return err
			}
		}
		for i := range members {
			m := &members[i]
			if err := addMember(ctx, tx, m.Member, m.seconds, m.draft); err != nil {
				return err
			}
		}
		return nil
	})
}
