package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"dubtop/state/outbox"
)

// planSetting begins the names of the settings that hold the plans of job sets.
const planSetting = "set_plan/"

// SavePlan saves the deadline and the priority of a job set, for all processes. A
// zero plan removes them.
func (j *Journal) SavePlan(ctx context.Context, set string, p outbox.Plan) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		if p == (outbox.Plan{}) {
			if _, err := tx.ExecContext(ctx, "DELETE FROM settings WHERE name = ?", planSetting+set); err != nil {
				return err
			}
		} else if err := putPlan(ctx, tx, set, p); err != nil {
			return err
		}
		return revise(ctx, tx)
	})
}

func putPlan(ctx context.Context, tx *sql.Tx, set string, p outbox.Plan) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO settings (name, value) VALUES (?,?)", planSetting+set, string(raw))
	return err
}

// Plans returns the plans of the job sets that have one.
func (j *Journal) Plans(ctx context.Context) (map[string]outbox.Plan, error) {
	saved, err := j.Settings(ctx, planSetting)
	if err != nil {
		return nil, err
	}
	plans := make(map[string]outbox.Plan, len(saved))
	for name, value := range saved {
		var p outbox.Plan
		if json.Unmarshal([]byte(value), &p) == nil { // else it has none
			plans[strings.TrimPrefix(name, planSetting)] = p
		}
	}
	return plans, nil
}
