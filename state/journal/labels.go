package journal

import (
	"context"
	"database/sql"
	"strings"

	"dubtop/api"
	"dubtop/state/outbox"
)

// LabelAll replaces the labels of some generations, batches or submissions, all
// or none. A submission's label goes into the ledger when it is accepted, and
// its job inherits label and note. An empty label means none, even if the
// ledger has one.
func (j *Journal) LabelAll(ctx context.Context, ids []string, label string) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, "DELETE FROM labels WHERE id = ?", id); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO labels (id, place, label) VALUES (?,0,?)", id, label); err != nil {
				return err
			}
		}
		return nil
	})
}

// Labels returns all labels by id, in the order in which they were set.
func (j *Journal) Labels(ctx context.Context) (map[string][]string, error) {
	out, err := labelsWhere(ctx, j.db, "true")
	return out, j.failed(err)
}

// labelsWhere returns some labels by id.
func labelsWhere(ctx context.Context, r reader, where string, arguments ...any) (map[string][]string, error) {
	out := make(map[string][]string)
	err := pairs(ctx, r, "SELECT id, label FROM labels WHERE "+where+" ORDER BY id, place", func(id, label string) {
		out[id] = append(out[id], label)
	}, arguments...)
	return out, err
}

// NoteAll replaces some notes by the same text, all or none; "" deletes them.
func (j *Journal) NoteAll(ctx context.Context, ids []string, note string) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, "DELETE FROM notes WHERE id = ?", id); err != nil {
				return err
			}
			if note == "" {
				continue
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO notes (id, note) VALUES (?,?)", id, note); err != nil {
				return err
			}
		}
		return nil
	})
}

// Notes returns all notes by id.
func (j *Journal) Notes(ctx context.Context) (map[string]string, error) {
	out := make(map[string]string)
	err := j.pairs(ctx, "SELECT id, note FROM notes", func(id, note string) { out[id] = note })
	return out, err
}

// pairs reads rows of two strings.
func (j *Journal) pairs(ctx context.Context, query string, each func(a, b string)) error {
	return j.failed(pairs(ctx, j.db, query, each))
}

func pairs(ctx context.Context, r reader, query string, each func(a, b string), arguments ...any) error {
	rows, err := r.QueryContext(ctx, query, arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a, b string
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		each(a, b)
	}
	return rows.Err()
}

// among returns a list of placeholders for ids, of which there must be some, and
// the ids as arguments.
func among[S ~string](ids []S) (in string, arguments []any) {
	for _, id := range ids {
		arguments = append(arguments, string(id))
	}
	return "(?" + strings.Repeat(",?", len(ids)-1) + ")", arguments
}

// labelFirst gives a new submission the label of its draft, unless it has
// labels.
func labelFirst(ctx context.Context, tx *sql.Tx, s outbox.Submission) error {
	label := strings.TrimSpace(s.Draft.Label)
	if label == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO labels SELECT ?1, 0, ?2
		WHERE NOT EXISTS (SELECT 1 FROM labels WHERE id = ?1)`, s.ID, label)
	return err
}

// handOver copies labels and note from a submission to its job, unless the job
// has its own.
func handOver(ctx context.Context, tx *sql.Tx, submission string, job api.ID) error {
	for _, query := range []string{
		`INSERT INTO labels SELECT ?2, place, label FROM labels WHERE id = ?1
			AND NOT EXISTS (SELECT 1 FROM labels WHERE id = ?2)`,
		"INSERT OR IGNORE INTO notes SELECT ?2, note FROM notes WHERE id = ?1",
	} {
		if _, err := tx.ExecContext(ctx, query, submission, string(job)); err != nil {
			return err
		}
	}
	return nil
}
