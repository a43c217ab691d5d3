package journal

import (
	"context"
	"database/sql"
	"time"

	"dubtop/api"
)

// Cost is the estimate of one job of ours.
type Cost struct {
	GenerationID api.ID
	Submission   string // "" where it was not made here
	Model        string
	Amount       *api.Micros // nil unknown, never 0 for unknown
	Credits      *float64    // for accounts billed in credits, else nil
	At           time.Time
}

// SaveCost records the cost of a job; a later one replaces it.
func (j *Journal) SaveCost(ctx context.Context, c Cost) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx,
			"INSERT OR REPLACE INTO costs (generation_id, submission, model, micros, credits, at) VALUES (?,?,?,?,?,?)",
			string(c.GenerationID), c.Submission, c.Model, micros(c.Amount), c.Credits, nanos(c.At))
		return err
	})
}

// Costs lists the costs recorded, newest first.
func (j *Journal) Costs(ctx context.Context) ([]Cost, error) {
	rows, err := j.db.QueryContext(ctx,
		"SELECT generation_id, submission, model, micros, credits, at FROM costs ORDER BY at DESC, generation_id DESC")
	if err != nil {
		return nil, j.failed(err)
	}
	defer rows.Close()
	var out []Cost
	for rows.Next() {
		var (
			c       Cost
			amount  sql.NullInt64
			credits sql.NullFloat64
			at      int64
		)
		if err := rows.Scan(&c.GenerationID, &c.Submission, &c.Model, &amount, &credits, &at); err != nil {
			return nil, j.failed(err)
		}
		if amount.Valid {
			c.Amount = new(api.Micros(amount.Int64))
		}
		if credits.Valid {
			c.Credits = new(credits.Float64)
		}
		c.At = instant(at)
		out = append(out, c)
	}
	return out, j.failed(rows.Err())
}
