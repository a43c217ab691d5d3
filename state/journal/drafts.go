package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// KeepDraft keeps what stands in a form, or forgets the draft where nothing does,
// and gives what the journal holds of it then. If that is not the draft that was
// given, another window changed, sent or emptied it since Draft.Base: then nothing
// is written, and Held.Follow tells what to show.
func (j *Journal) KeepDraft(ctx context.Context, d draft.Draft) (h outbox.Held, err error) {
	err = j.write(ctx, func(tx *sql.Tx) error {
		if h, err = held(ctx, tx, d.ID); err != nil || h.Became != nil || !h.Known(d) {
			return err
		}
		h = outbox.Held{Draft: d}
		if d.Empty() {
			return takeOutDraft(ctx, tx, d.ID)
		}
		return saveDraft(ctx, tx, d)
	})
	return h, err
}

func saveDraft(ctx context.Context, tx *sql.Tx, d draft.Draft) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("the draft can't be kept: %w", err)
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO drafts (id, updated_at, draft) VALUES (?,?,?)",
		d.ID, nanos(d.UpdatedAt), string(text))
	return err
}

func takeOutDraft(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM drafts WHERE id = ?", id)
	return err
}

// Drafts lists what was typed and is neither sent nor queued, the last changed
// first.
func (j *Journal) Drafts(ctx context.Context) ([]draft.Draft, error) {
	rows, err := j.db.QueryContext(ctx, `SELECT drafts.draft FROM drafts
		WHERE NOT EXISTS (SELECT 1 FROM submissions WHERE submissions.draft ->> '$.id' = drafts.id AND `+agreedTo+`)
		ORDER BY updated_at DESC, drafts.id DESC`)
	if err != nil {
		return nil, j.failed(err)
	}
	all, err := collect(rows, func(rows *sql.Rows) (draft.Draft, error) { return scanDraft(rows) })
	return all, j.failed(err)
}

// Held gives what the journal holds of the draft with an id.
func (j *Journal) Held(ctx context.Context, id string) (h outbox.Held, err error) {
	h, err = held(ctx, j.db, id)
	return h, j.failed(err)
}

func held(ctx context.Context, r reader, id string) (h outbox.Held, err error) {
	if id == "" {
		return outbox.Held{}, nil // it was never typed
	}
	s, err := scanSubmission(r.QueryRowContext(ctx, "SELECT "+submissionColumns+` FROM submissions
		WHERE draft ->> '$.id' = ? AND `+agreedTo+" ORDER BY created_at DESC, id DESC LIMIT 1", id))
	switch {
	case err == nil:
		return outbox.Held{Draft: s.Draft, Became: &s}, nil
	case !errors.Is(err, sql.ErrNoRows):
		return outbox.Held{}, err
	}
	h.Draft, err = scanDraft(r.QueryRowContext(ctx, "SELECT draft FROM drafts WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return outbox.Held{}, nil
	}
	return h, err
}

// agreedTo is true of a submission that stands for its draft: it was sent or may
// have been, or has a place in the queue.
const agreedTo = `(submissions.state IN ('sending', 'sent', 'unknown')
	OR ` + inTheQueue + ` AND EXISTS (SELECT 1 FROM queue WHERE submission = submissions.id))`

func scanDraft(row interface{ Scan(...any) error }) (d draft.Draft, err error) {
	var text string
	if err := row.Scan(&text); err != nil {
		return d, err
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return d, fmt.Errorf("%w: the draft can't be read: %w", ErrDamaged, err)
	}
	return d, nil
}

// becomes takes the draft out that a submission is made of, together with the
// first record of that: what stands in both could be sent twice. A form that does
// not show what the journal holds of it may send nothing.
func becomes(ctx context.Context, tx *sql.Tx, d draft.Draft) error {
	if d.ID == "" {
		return nil
	}
	h, err := held(ctx, tx, d.ID)
	switch {
	case err != nil:
		return err
	case h.Became != nil && (h.Became.State != outbox.SubmissionUnknown || h.Version() != d.Base):
		return ErrSameDraft
	case !h.Known(d):
		return ErrDraftChanged
	}
	return takeOutDraft(ctx, tx, d.ID)
}
