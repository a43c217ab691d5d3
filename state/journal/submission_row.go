package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/outbox"
)

const insertSubmission = `INSERT OR REPLACE INTO submissions (` + submissionColumns + `, owner)
	VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`

const submissionColumns = `id, kind, state, key, draft, body, files, batch_lines, webhook_url,
	cost_micros, credits, frames, seconds, basis, approximate, unpriced, priced_at,
	created_at, confirmed_at, sent_at, answered_at,
	generation_id, batch_id, lead, reason, model, name`

// columns returns the values of submissionColumns. Money has its own columns,
// because the JSON of api types is the wire format.
func columns(s outbox.Submission) ([]any, error) {
	draft, err := json.Marshal(s.Draft)
	if err != nil {
		return nil, err
	}
	files, err := json.Marshal(s.Files)
	if err != nil {
		return nil, err
	}
	p := s.Price
	return []any{
		s.ID, string(s.Kind), string(s.State), s.IdempotencyKey, string(draft), s.Body, string(files), s.BatchLines, s.WebhookURL,
		micros(p.Cost), p.Credits, p.Frames, p.Seconds, p.Basis, p.Approximate, s.Unpriced, nanos(p.At),
		nanos(s.Created), nanos(s.ConfirmedAt), nanos(s.SentAt), nanos(s.AnsweredAt),
		string(s.GenerationID), string(s.BatchID), string(s.Lead), s.Reason, s.Model, s.Name,
	}, nil
}

// scanSubmission scans submissionColumns, and any further columns into more.
func scanSubmission(row interface{ Scan(...any) error }, more ...any) (outbox.Submission, error) {
	var (
		s                                                    outbox.Submission
		draft, files                                         string
		cost                                                 sql.NullInt64
		credits                                              sql.NullFloat64
		pricedAt, createdAt, confirmedAt, sentAt, answeredAt int64
	)
	err := row.Scan(append([]any{
		&s.ID, &s.Kind, &s.State, &s.IdempotencyKey, &draft, &s.Body, &files, &s.BatchLines, &s.WebhookURL,
		&cost, &credits, &s.Price.Frames, &s.Price.Seconds, &s.Price.Basis, &s.Price.Approximate, &s.Unpriced, &pricedAt,
		&createdAt, &confirmedAt, &sentAt, &answeredAt,
		&s.GenerationID, &s.BatchID, &s.Lead, &s.Reason, &s.Model, &s.Name,
	}, more...)...)
	if err != nil {
		return s, err
	}
	if err := errors.Join(json.Unmarshal([]byte(draft), &s.Draft), json.Unmarshal([]byte(files), &s.Files)); err != nil {
		return s, fmt.Errorf("%w: submission %s can't be read: %w", ErrDamaged, s.ID, err)
	}
	if cost.Valid {
		s.Price.Cost = new(api.Micros(cost.Int64))
	}
	if credits.Valid {
		s.Price.Credits = new(credits.Float64)
	}
	s.Price.At, s.Created, s.ConfirmedAt = instant(pricedAt), instant(createdAt), instant(confirmedAt)
	s.SentAt, s.AnsweredAt = instant(sentAt), instant(answeredAt)
	return s, nil
}

// lastChange is when the submission entered its state.
func lastChange(s outbox.Submission) time.Time {
	at := s.Created
	for _, t := range []time.Time{s.Price.At, s.ConfirmedAt, s.SentAt, s.AnsweredAt} {
		if t.After(at) {
			at = t
		}
	}
	return at
}

// prior is the stored state of a submission.
type prior struct {
	state  outbox.SubmissionState // "" if it is not stored
	key    string
	reason text.Text
	body   []byte
	owner  string

	sentAt, answeredAt int64
}

func stored(ctx context.Context, tx *sql.Tx, id string) (prior, error) {
	var p prior
	err := tx.QueryRowContext(ctx, "SELECT state, key, reason, body, owner, sent_at, answered_at FROM submissions WHERE id = ?", id).
		Scan(&p.state, &p.key, &p.reason, &p.body, &p.owner, &p.sentAt, &p.answeredAt)
	if errors.Is(err, sql.ErrNoRows) {
		return prior{}, nil
	}
	return p, err
}

// waiting selects the states of submissions waiting in the queue; one whose
// price went up is estimated until it is confirmed again in its place.
// inTheQueue adds refused ones, which wait for the user.
const (
	waiting    = `submissions.state IN ('estimated', 'confirmed', 'queued')`
	inTheQueue = `submissions.state IN ('estimated', 'confirmed', 'queued', 'rejected')`
)
