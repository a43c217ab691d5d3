package inputs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"dubtop/state/jobset"
	"dubtop/state/journal"
)

// columnsNamed returns the name of the setting that remembers the meaning of a
// table's columns, with a hash of its headings.
func columnsNamed(header string) string {
	sum := sha256.Sum256([]byte(header))
	return journal.ColumnsSetting + hex.EncodeToString(sum[:16])
}

// chosenColumns returns the user's choice of columns, and remembers it for the
// next table with the same headings.
func (s JobSources) chosenColumns(ctx context.Context, j *journal.Journal) (func(header string) (jobset.Columns, bool), error) {
	if c := s.Columns; c != nil {
		if j != nil && c.Headed {
			value, err := json.Marshal(c)
			if err != nil {
				return nil, err
			}
			if err := j.SaveSetting(ctx, columnsNamed(c.Header), string(value)); err != nil {
				return nil, err
			}
		}
		return func(string) (jobset.Columns, bool) { return *c, true }, nil
	}
	if j == nil {
		return nil, nil
	}
	saved, err := j.Settings(ctx, journal.ColumnsSetting)
	if err != nil {
		return nil, err
	}
	return func(header string) (c jobset.Columns, known bool) {
		value, known := saved[columnsNamed(header)]
		known = known && json.Unmarshal([]byte(value), &c) == nil && c.Objection() == ""
		return c, known
	}, nil
}
