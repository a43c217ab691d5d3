package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"dubtop/api"
	"dubtop/state/outbox"
)

// Version 14 finds submissions by the job they would make. Triggers list those whose
// digests are missing, so that no writer can forget it; they get them when
// somebody looks, because an old journal may have a hundred thousand. Version 1
// can still read its own tables.
const schema14 = `
CREATE TABLE digests (
	digest     INTEGER NOT NULL,
	submission TEXT NOT NULL,
	PRIMARY KEY (digest, submission)
) STRICT, WITHOUT ROWID;
CREATE TABLE undigested (submission TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO undigested SELECT id FROM submissions;
CREATE TRIGGER submissions_to_digest BEFORE INSERT ON submissions
	WHEN NOT EXISTS (SELECT 1 FROM submissions WHERE id = NEW.id AND draft = NEW.draft AND body IS NEW.body)
	BEGIN INSERT OR REPLACE INTO undigested VALUES (NEW.id); END;
CREATE TRIGGER submissions_to_digest_anew AFTER UPDATE OF draft, body ON submissions
	BEGIN INSERT OR REPLACE INTO undigested VALUES (NEW.id); END;
`

// Digests yields the digests of what a submission would make. It gets the kind,
// the draft, and for batches the body. If it changes, the stored digests have to
// be removed by a step of the schema.
type Digests func(*outbox.Submission) iter.Seq[int64]

// Digest stores the digests of all submissions that have none yet. It holds the
// file only for short times.
func (j *Journal) Digest(ctx context.Context, digests Digests) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := j.lists.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM undigested)").Scan(&more)
		if err != nil || !more {
			return j.failed(err)
		}
		err = j.transact(ctx, j.lists, func(tx *sql.Tx) error {
			some, err := undigested(ctx, tx)
			if err != nil {
				return err
			}
			return putDigests(ctx, tx, some, digests)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// undigested reads some of the submissions that have no digests.
func undigested(ctx context.Context, tx *sql.Tx) ([]outbox.Submission, error) {
	rows, err := tx.QueryContext(ctx, `SELECT submission, coalesce(kind, ''), coalesce(draft, '{}'), CASE kind WHEN 'batch' THEN body END
		FROM undigested LEFT JOIN submissions ON id = submission LIMIT 200`)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(rows *sql.Rows) (s outbox.Submission, err error) {
		var kind, draft string
		if err := rows.Scan(&s.ID, &kind, &draft, &s.Body); err != nil {
			return s, err
		}
		s.Kind = outbox.SubmissionKind(kind)
		return s, readDraft(&s, draft)
	})
}

func putDigests(ctx context.Context, tx *sql.Tx, some []outbox.Submission, digests Digests) error {
	put, err := tx.PrepareContext(ctx, "INSERT OR IGNORE INTO digests (digest, submission) VALUES (?,?)")
	if err != nil {
		return err
	}
	defer put.Close()
	done, err := tx.PrepareContext(ctx, "DELETE FROM undigested WHERE submission = ?")
	if err != nil {
		return err
	}
	defer done.Close()
	for i := range some {
		for digest := range digests(&some[i]) {
			if _, err := put.ExecContext(ctx, digest, some[i].ID); err != nil {
				return err
			}
		}
		if _, err := done.ExecContext(ctx, some[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// EachAlike calls each for the submissions that have one of the digests, or none
// yet, oldest first. They have their job and their outcome filled in, and batches
// their body. Different requests may have the same digest, and a request its
// former ones: compare them.
func (j *Journal) EachAlike(ctx context.Context, digests []int64, each func(*outbox.Submission)) error {
	ids, err := j.alike(ctx, digests)
	if err != nil {
		return j.failed(err)
	}
	for some := range slices.Chunk(ids, 200) { // few, so that other readers need not wait
		list, err := json.Marshal(some)
		if err != nil {
			return err
		}
		rows, err := j.lists.QueryContext(ctx, `SELECT id, kind, state, draft, CASE kind WHEN 'batch' THEN body END, cost_micros, sent_at, generation_id
			FROM submissions WHERE id IN (SELECT value FROM json_each(?)) ORDER BY created_at, id`, string(list))
		if err != nil {
			return j.failed(err)
		}
		found, err := collect(rows, scanAlike)
		if err != nil {
			return j.failed(err)
		}
		for i := range found {
			each(&found[i])
		}
	}
	return nil
}

// alike lists the ids of the submissions for EachAlike, oldest first.
func (j *Journal) alike(ctx context.Context, digests []int64) ([]string, error) {
	list, err := json.Marshal(digests)
	if err != nil {
		return nil, err
	}
	rows, err := j.lists.QueryContext(ctx, `SELECT id FROM submissions WHERE id IN (
		SELECT submission FROM digests WHERE digest IN (SELECT value FROM json_each(?)) UNION SELECT submission FROM undigested)
		ORDER BY created_at, id`, string(list))
	if err != nil {
		return nil, err
	}
	return collect(rows, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) })
}

// scanAlike uses plain types, for the reason given at scanGeneration.
func scanAlike(rows *sql.Rows) (s outbox.Submission, err error) {
	var (
		kind, state, draft, job string
		cost                    sql.NullInt64
		sentAt                  int64
	)
	if err := rows.Scan(&s.ID, &kind, &state, &draft, &s.Body, &cost, &sentAt, &job); err != nil {
		return s, err
	}
	s.Kind, s.State, s.GenerationID, s.SentAt = outbox.SubmissionKind(kind), outbox.SubmissionState(state), api.ID(job), instant(sentAt)
	if cost.Valid {
		s.Price.Cost = new(api.Micros(cost.Int64))
	}
	return s, readDraft(&s, draft)
}

func readDraft(s *outbox.Submission, draft string) error {
	if err := json.Unmarshal([]byte(draft), &s.Draft); err != nil {
		return fmt.Errorf("%w: submission %s can't be read: %w", ErrDamaged, s.ID, err)
	}
	return nil
}
