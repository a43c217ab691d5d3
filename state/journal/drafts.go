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

// KeepDraft saves the form's draft, or deletes it if it is empty, and returns
// the journal's state. If another window changed, sent or emptied the draft
// since Draft.Base, it saves nothing and returns the other state;
// outbox.SavedDraft.Follow says what to show.
func (j *Journal) KeepDraft(ctx context.Context, d draft.Draft) (h outbox.SavedDraft, err error) {
	err = j.write(ctx, func(tx *sql.Tx) error {
		if h, err = savedDraft(ctx, tx, d.ID); err != nil || h.Became != nil || !h.Known(d) {
			return err
		}
		h = outbox.SavedDraft{Draft: d}
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

// Drafts lists the drafts that were neither sent nor queued, last changed
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

// SavedDraft returns the journal's state of the draft with an id.
func (j *Journal) SavedDraft(ctx context.Context, id string) (h outbox.SavedDraft, err error) {
	h, err = savedDraft(ctx, j.db, id)
	return h, j.failed(err)
}

func savedDraft(ctx context.Context, r reader, id string) (h outbox.SavedDraft, err error) {
	if id == "" {
		return outbox.SavedDraft{}, nil // never edited
	}
	s, err := scanSubmission(r.QueryRowContext(ctx, "SELECT "+submissionColumns+` FROM submissions
		WHERE draft ->> '$.id' = ? AND `+agreedTo+" ORDER BY created_at DESC, id DESC LIMIT 1", id))
	switch {
	case err == nil:
		return outbox.SavedDraft{Draft: s.Draft, Became: &s}, nil
	case !errors.Is(err, sql.ErrNoRows):
		return outbox.SavedDraft{}, err
	}
	h.Draft, err = scanDraft(r.QueryRowContext(ctx, "SELECT draft FROM drafts WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return outbox.SavedDraft{}, nil
	}
	return h, err
}

// agreedTo is true for a submission that replaces its draft: it was or may have
// been sent, or is in the queue.
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

// becomes deletes the draft of a new submission in the same transaction,
// because a draft that is left could be sent twice. It returns an error if the
// form does not show the journal's state of the draft.
func becomes(ctx context.Context, tx *sql.Tx, d draft.Draft) error {
	if d.ID == "" {
		return nil
	}
	h, err := savedDraft(ctx, tx, d.ID)
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
