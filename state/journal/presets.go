package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dubtop/state/draft"
)

// presetPrefix begins the names of settings that hold a preset.
const presetPrefix = "preset "

// Presets lists the saved presets by their names.
func (j *Journal) Presets(ctx context.Context) ([]draft.Preset, error) {
	saved, err := j.Settings(ctx, presetPrefix)
	if err != nil {
		return nil, err
	}
	var all []draft.Preset
	for _, key := range slices.Sorted(maps.Keys(saved)) {
		p := draft.Preset{Name: strings.TrimPrefix(key, presetPrefix)}
		if err := json.Unmarshal([]byte(saved[key]), &p.Draft); err != nil {
			return nil, fmt.Errorf("%w: the preset %q can't be read: %w", ErrDamaged, p.Name, err)
		}
		all = append(all, p)
	}
	return all, nil
}

// SavePreset saves a preset, in place of one of the same name.
func (j *Journal) SavePreset(ctx context.Context, p draft.Preset) error {
	text, err := json.Marshal(p.Draft)
	if err != nil {
		return fmt.Errorf("the preset can't be kept: %w", err)
	}
	return j.SaveSetting(ctx, presetPrefix+p.Name, string(text))
}

// DropPreset deletes a preset.
func (j *Journal) DropPreset(ctx context.Context, name string) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM settings WHERE name = ?", presetPrefix+name)
		return err
	})
}
