package journal

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
)

// SentFiles lists the batches that were, or may have been, made from the same
// file, last sent first.
func (j *Journal) SentFiles(ctx context.Context, file []byte) ([]outbox.SentFile, error) {
	found, err := sentFiles(ctx, j.db, "", file)
	return found, j.failed(err)
}

// sentFiles leaves out the submission with the given id.
func sentFiles(ctx context.Context, r reader, id string, file []byte) ([]outbox.SentFile, error) {
	rows, err := r.QueryContext(ctx, `SELECT id, state, batch_id, sent_at, cost_micros FROM submissions
		WHERE id IN (SELECT id FROM submissions WHERE batch_id != '' AND state = 'sent' UNION ALL
			SELECT id FROM submissions WHERE state IN ('sending', 'unknown', 'dropped') AND sent_at != 0)
		AND kind = 'batch' AND id != ?1 AND length(body) = length(?2) AND body = ?2 ORDER BY sent_at DESC, id`, id, file)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(rows *sql.Rows) (f outbox.SentFile, err error) {
		var cost sql.NullInt64
		var at int64
		err = rows.Scan(&f.Submission, &f.State, &f.Batch, &at, &cost)
		if cost.Valid {
			f.Price.Cost = new(api.Micros(cost.Int64))
		}
		f.SentAt = instant(at)
		return f, err
	})
}

// onlyWhatWasTold refuses a batch if another one was made from the same file
// without the user being told, or is still being sent: two windows may have
// read the same file.
func onlyWhatWasTold(ctx context.Context, tx *sql.Tx, s outbox.Submission) error {
	if s.Kind != outbox.SubmitBatch {
		return nil
	}
	twins, err := sentFiles(ctx, tx, s.ID, s.Body)
	for _, twin := range twins {
		if twin.UnderWay() || !slices.Contains(s.Shown, twin.Submission) {
			return fmt.Errorf("%w: %s", ErrSameFile, twin.Words(time.Now()))
		}
	}
	return err
}
