package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"dubtop/state"
)

// SaveDraft keeps what stands in the form, by the draft's id.
func (j *Journal) SaveDraft(ctx context.Context, d state.Draft) error {
	return j.write(ctx, func(tx *sql.Tx) error { return saveDraft(ctx, tx, d) })
}

func saveDraft(ctx context.Context, tx *sql.Tx, d state.Draft) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("the draft can't be kept: %w", err)
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO drafts (id, updated_at, draft) VALUES (?,?,?)",
		d.ID, nanos(d.UpdatedAt), string(text))
	return err
}

// Draft gives the draft that was changed last; ok is false if there is none.
func (j *Journal) Draft(ctx context.Context) (d state.Draft, ok bool, err error) {
	var text string
	err = j.db.QueryRowContext(ctx, "SELECT draft FROM drafts ORDER BY updated_at DESC, id DESC LIMIT 1").Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return state.Draft{}, false, nil
	}
	if err != nil {
		return state.Draft{}, false, j.failed(err)
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return state.Draft{}, false, fmt.Errorf("%w: the draft can't be read: %w", ErrDamaged, err)
	}
	return d, true, nil
}

// DropDraft forgets a draft, when it became a job or was thrown away. One
// that is not there is no error.
func (j *Journal) DropDraft(ctx context.Context, id string) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM drafts WHERE id = ?", id)
		return err
	})
}
