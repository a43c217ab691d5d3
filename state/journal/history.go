package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"time"

	"dubtop/state/outbox"
)

// Transition is a state change in a submission's history.
type Transition struct {
	At             time.Time
	State          outbox.SubmissionState
	IdempotencyKey string
	BodySHA256     string // hexadecimal
	Reason         string
}

// History lists a submission's transitions, oldest first.
func (j *Journal) History(ctx context.Context, id string) ([]Transition, error) {
	rows, err := j.db.QueryContext(ctx,
		"SELECT at, state, key, body_hash, reason FROM transitions WHERE submission = ? ORDER BY seq", id)
	if err != nil {
		return nil, j.failed(err)
	}
	defer rows.Close()
	var out []Transition
	for rows.Next() {
		var (
			t  Transition
			at int64
		)
		if err := rows.Scan(&at, &t.State, &t.IdempotencyKey, &t.BodySHA256, &t.Reason); err != nil {
			return nil, j.failed(err)
		}
		t.At = instant(at)
		out = append(out, t)
	}
	return out, j.failed(rows.Err())
}

// remember adds a transition to a submission's history.
func remember(ctx context.Context, tx *sql.Tx, t Transition, id string) error {
	_, err := tx.ExecContext(ctx,
		"INSERT INTO transitions (submission, at, state, key, body_hash, reason) VALUES (?, ?, ?, ?, ?, ?)",
		id, nanos(t.At), string(t.State), t.IdempotencyKey, t.BodySHA256, t.Reason)
	return err
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
