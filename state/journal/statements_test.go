package journal

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
)

// A kept statement sees what other processes wrote since its last run, also if
// not all of its rows were read, and can be run while its own rows are read.
func TestKeptStatementsRememberNoRows(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	here, there := opened(t, path), opened(t, path)
	const names = "SELECT name FROM settings WHERE name LIKE ? ORDER BY name"
	for i := range 3 {
		if err := there.SaveSetting(t.Context(), fmt.Sprint("s", i), "on"); err != nil {
			t.Fatal(err)
		}
		var first string
		if err := here.db.QueryRowContext(t.Context(), names, "s%").Scan(&first); err != nil || first != "s0" {
			t.Fatal(first, err)
		}
		err := here.glance(t.Context(), func(tx *sql.Tx) error {
			all, err := tx.QueryContext(t.Context(), names, "s%")
			if err != nil {
				return err
			}
			defer all.Close()
			var found []string
			for all.Next() {
				var outer, inner string
				if err := all.Scan(&outer); err != nil {
					return err
				}
				if err := tx.QueryRowContext(t.Context(), names, outer).Scan(&inner); err != nil || inner != outer {
					t.Errorf("%q inside of %q: %v", inner, outer, err)
				}
				found = append(found, outer)
			}
			if want := []string{"s0", "s1", "s2"}[:i+1]; !slices.Equal(found, want) {
				t.Errorf("%q, want %q", found, want)
			}
			return all.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
