package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
)

// SaveSetting saves a small fact, such as a model's unit price or a dismissed
// hint. Never use it for secrets.
func (j *Journal) SaveSetting(ctx context.Context, name, value string) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, saveSetting, name, value)
		return err
	})
}

const saveSetting = "INSERT OR REPLACE INTO settings (name, value) VALUES (?,?)"

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

// The prefixes of the settings in which other packages keep the user's choices.
const (
	ListSetting    = "list "    // how a list is arranged, with its named views
	ColumnsSetting = "columns:" // the meaning of a table's columns
)

// WatchSetting is the setting with the ids of the watched rows, as JSON.
const WatchSetting = "watched"

// carrySettings copies the user's choices: plans of job sets, presets, the
// arrangement of lists, the meaning of table columns, and the watched rows.
// Settings of the other journal stay, and so do facts about one journal, such as
// a paused queue.
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
	return carryWatches(ctx, from, to)
}

// carryWatches adds the watched rows of one journal to those of the other.
func carryWatches(ctx context.Context, from, to *Journal) error {
	var all []string
	for _, j := range []*Journal{from, to} {
		var ids []string
		value, ok, err := j.Setting(ctx, WatchSetting)
		if err != nil {
			return err
		}
		if !ok || json.Unmarshal([]byte(value), &ids) != nil {
			continue // none is watched
		}
		all = append(all, ids...)
	}
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	value, err := json.Marshal(slices.Compact(all))
	if err != nil {
		return err
	}
	return to.SaveSetting(ctx, WatchSetting, string(value))
}
