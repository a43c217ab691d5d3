package journal

import (
	"context"
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

// Kept statements go on after another process changed the tables, after a caller gave
// up in the middle of the rows, and after a run that failed; and they hold no lock.
func TestKeptStatementsSurviveWhatInterruptsThem(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	here, there := opened(t, path), opened(t, path)
	save := func(j *Journal, name string) {
		t.Helper()
		if err := j.SaveSetting(t.Context(), name, "on"); err != nil {
			t.Fatal(err)
		}
	}
	count := func(want int) {
		t.Helper()
		all, err := here.Settings(t.Context(), "s")
		if err != nil || len(all) != want {
			t.Fatalf("%d settings, want %d, %v", len(all), want, err)
		}
	}
	save(here, "s0")
	count(1)
	for i, change := range []string{
		"ALTER TABLE settings ADD COLUMN more TEXT", "CREATE INDEX more ON settings (more)", "DROP INDEX more",
		"ALTER TABLE settings RENAME TO old; CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT; INSERT INTO settings SELECT name, value FROM old; DROP TABLE old",
	} {
		if _, err := there.db.ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		save(here, fmt.Sprint("sh", i))
		save(there, fmt.Sprint("st", i))
		count(3 + 2*i)
		ctx, giveUp := context.WithCancel(t.Context())
		rows, err := here.db.QueryContext(ctx, "SELECT name FROM settings WHERE name LIKE ? ORDER BY name", "s%")
		if err != nil || !rows.Next() {
			t.Fatal(err)
		}
		giveUp()
		_ = rows.Close()
		if _, err := here.db.ExecContext(t.Context(), "INSERT INTO settings (name, value) VALUES (?,?)", "s0", "twice"); err == nil {
			t.Fatal("the same name twice")
		}
		if _, err := here.db.QueryContext(ctx, "SELECT name FROM settings WHERE name LIKE ? ORDER BY name", "s%"); err == nil {
			t.Fatal("asked by a caller who had given up")
		}
		if _, err := there.db.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
		count(3 + 2*i)
	}
}
