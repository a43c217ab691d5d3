package journal

import (
	"context"
	"database/sql"
	"errors"
)

// SaveSetting saves a small fact, such as a model's unit price or a dismissed
// hint. Never use it for secrets.
func (j *Journal) SaveSetting(ctx context.Context, name, value string) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO settings (name, value) VALUES (?,?)", name, value)
		return err
	})
}

// Setting returns a saved fact; ok is false if there is none.
func (j *Journal) Setting(ctx context.Context, name string) (value string, ok bool, err error) {
	err = j.db.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, j.failed(err)
	}
	return value, true, nil
}

// Settings returns all facts whose names begin with prefix.
func (j *Journal) Settings(ctx context.Context, prefix string) (map[string]string, error) {
	rows, err := j.db.QueryContext(ctx, "SELECT name, value FROM settings WHERE substr(name, 1, length(?1)) = ?1", prefix)
	if err != nil {
		return nil, j.failed(err)
	}
	defer rows.Close()
	out := make(map[string]string)
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, j.failed(err)
		}
		out[name] = value
	}
	return out, j.failed(rows.Err())
}

// The beginnings of the names of settings in which other packages keep what the
// user has chosen.
const (
	ListSetting    = "list "    // how a list is arranged, with its named views
	ColumnsSetting = "columns:" // what the columns of a table mean
)

// carrySettings copies what the user has chosen: plans of job sets, presets, how
// lists are arranged, and what the columns of tables mean. What the other journal
// has stays, and so do facts about one journal, such as a paused queue.
func carrySettings(ctx context.Context, from, to *Journal) error {
	for _, prefix := range []string{planSetting, presetPrefix, ListSetting, ColumnsSetting} {
		chosen, err := from.Settings(ctx, prefix)
		if err != nil {
			return err
		}
		err = to.write(ctx, func(tx *sql.Tx) error {
			for name, value := range chosen {
				if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO settings (name, value) VALUES (?,?)", name, value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
