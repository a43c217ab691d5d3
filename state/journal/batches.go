package journal

import (
	"context"
	"database/sql"
	"time"

	"dubtop/state"
)

// SaveBatches saves batches as seen at the given time, all or none. A saved end
// is never undone. Rows that stand for submissions are skipped.
func (j *Journal) SaveBatches(ctx context.Context, rows []state.Batch, seen time.Time) error {
	return j.transact(ctx, j.lists, func(tx *sql.Tx) error {
		for i := range rows {
			if rows[i].Submission != "" || rows[i].ID == "" {
				continue
			}
			if err := saveBatch(ctx, tx, rows[i], seen); err != nil {
				return err
			}
		}
		return lookAt(ctx, tx, "batches", seen)
	})
}

func saveBatch(ctx context.Context, tx *sql.Tx, b state.Batch, seen time.Time) error {
	found, err := tx.QueryContext(ctx, "SELECT "+batchColumns+" FROM batches WHERE id = ?", string(b.ID))
	if err != nil {
		return err
	}
	known, err := collect(found, scanBatch)
	if err != nil {
		return err
	}
	if len(known) > 0 {
		b.Absorb(&known[0], seen)
		if b.Same(&known[0]) {
			return nil
		}
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO batches ("+batchColumns+") VALUES (?,?,?,?,?,?,?,?)",
		string(b.ID), nanos(b.Created), string(b.Status), b.Total, b.Succeeded, b.Failed, b.HasOutput, b.Name)
	return err
}

const batchColumns = "id, created, status, total, succeeded, failed, has_output, name"

func scanBatch(rows *sql.Rows) (state.Batch, error) {
	var (
		b       state.Batch
		created int64
	)
	err := rows.Scan(&b.ID, &created, &b.Status, &b.Total, &b.Succeeded, &b.Failed, &b.HasOutput, &b.Name)
	b.Created = instant(created)
	return state.StoredBatch(b), err
}

// Batches lists all batches ever seen, newest first.
func (j *Journal) Batches(ctx context.Context) ([]state.Batch, error) {
	rows, err := j.lists.QueryContext(ctx, "SELECT "+batchColumns+" FROM batches ORDER BY created DESC, id")
	if err != nil {
		return nil, j.failed(err)
	}
	all, err := collect(rows, scanBatch)
	return all, j.failed(err)
}
