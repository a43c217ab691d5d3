package journal

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/ledger"
)

// stocked opens the journal of a profile with some rows in it.
func stocked(t *testing.T, stateDir, profile string) *Journal {
	t.Helper()
	j, err := OpenProfile(t.Context(), stateDir, profile)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	for _, id := range []api.ID{"a", "b", "c"} {
		err := j.AppendEntry(t.Context(), Entry{Kind: EntryAccepted, Entry: ledger.Entry{At: time.Unix(1_700_000_000, 0), Job: id, Model: "lipsync-2", Estimate: new(api.Micros(1_250_000))}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(j.LabelAll(t.Context(), []string{"a"}, "acme"), j.NoteAll(t.Context(), []string{"a"}, "red scarf")); err != nil {
		t.Fatal(err)
	}
	return j
}

// A backup is made while the journal is written to, and restores to the same
// rows, with a paused queue.
func TestBackupRestoresToTheSameJournal(t *testing.T) {
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "b.db")
	j := stocked(t, dir, "k1-api.example")
	stop, done := make(chan struct{}), make(chan struct{})
	go func() { // writes go on
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				_ = j.SaveSetting(t.Context(), "busy", time.Now().String())
			}
		}
	}()
	c, err := j.Backup(t.Context(), file, false)
	close(stop)
	<-done
	if err != nil || c.Entries != 3 || c.Of != "k1-api.example" {
		t.Fatalf("%+v, %v", c, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 || info.Size() != c.Bytes {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := j.Backup(t.Context(), file, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("it replaced a file: %v", err)
	}
	if _, err := j.Backup(t.Context(), file, true); err != nil {
		t.Errorf("it does not replace: %v", err)
	}
	other := t.TempDir()
	if _, err := Restore(t.Context(), other, "k2-api.example", file); err != nil { // with another key of the account
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(other, "*", "*")); len(files) != 1 {
		t.Errorf("left: %v", files)
	}
	back, err := OpenProfile(t.Context(), other, "k2-api.example")
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	entries, damage, err := back.Entries(t.Context())
	notes, err2 := back.Notes(t.Context())
	paused, err3 := back.QueuePaused(t.Context())
	if err := errors.Join(err, err2, err3); err != nil || len(damage) > 0 || len(entries) != 3 || notes["a"] != "red scarf" || !paused {
		t.Errorf("%d entries, %v, %v, paused %t, %v", len(entries), damage, notes, paused, err)
	}
	if at, held, err := back.Restored(t.Context()); !held || err != nil || time.Since(at) > time.Hour || at.After(time.Now()) {
		t.Errorf("restored from %s, held %t, %v", at, held, err)
	}
	if at, held, err := j.Restored(t.Context()); held || err != nil || !at.IsZero() {
		t.Errorf("the original is restored from %s, held %t, %v", at, held, err)
	}
	if _, err := Restore(t.Context(), other, "k2-api.example", file); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("it replaced a journal: %v", err)
	}
	if _, err := Restore(t.Context(), t.TempDir(), "k2-other.example", file); !errors.Is(err, ErrBackup) || !strings.Contains(err.Error(), "api.example") {
		t.Errorf("on another server: %v", err)
	}
}

func TestDamagedBackupsAreRefused(t *testing.T) {
	dir, at := t.TempDir(), t.TempDir()
	file := filepath.Join(at, "b.db")
	j := stocked(t, dir, "k1-api.example")
	if _, err := j.Backup(t.Context(), file, false); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(path string) error{
		"half":   func(path string) error { return os.WriteFile(path, whole[:len(whole)/2], 0o600) },
		"empty":  func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"text":   func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("no database ", 999)), 0o600) },
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"a changed amount": func(path string) error {
			db, err := sql.Open("sqlite", path)
			if err != nil {
				return err
			}
			_, err = db.ExecContext(t.Context(), "DROP TRIGGER IF EXISTS ledger_is_final; UPDATE ledger SET estimate = 1 WHERE seq = 2")
			return errors.Join(err, db.Close())
		},
	} {
		path := filepath.Join(at, name)
		if name == "a changed amount" {
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := spoil(path); err != nil {
			t.Fatal(err)
		}
		state := t.TempDir()
		if _, err := Restore(t.Context(), state, "k1-api.example", path); !errors.Is(err, ErrBackup) {
			t.Errorf("%s: %v", name, err)
		}
		if files, _ := filepath.Glob(filepath.Join(state, "*", "*")); len(files) > 0 {
			t.Errorf("%s: left %v", name, files)
		}
	}
	if _, err := j.Backup(t.Context(), filepath.Join(at, "no", "b.db"), false); err == nil {
		t.Error("a backup without a folder")
	}
}

// A backup that is stopped leaves nothing, wherever that is, and the next one sweeps
// away what a process that was killed has left.
func TestStoppedBackupLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	j := stocked(t, t.TempDir(), "k1-api.example")
	for after := range 8 {
		ctx, stop := context.WithTimeout(t.Context(), time.Duration(after*after)*100*time.Microsecond)
		_, err := j.Backup(ctx, filepath.Join(dir, "b.db"), false)
		stop()
		if err == nil {
			_ = os.Remove(filepath.Join(dir, "b.db"))
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Fatalf("a backup that ends with %v leaves %v", err, left)
		}
	}
	killed := filepath.Join(dir, ".dubtop-123")
	old := time.Now().Add(-time.Hour)
	if err := errors.Join(os.Mkdir(killed, 0o700), os.WriteFile(filepath.Join(killed, ".dubtop-4-journal"), nil, 0o600), os.Chtimes(killed, old, old)); err != nil {
		t.Fatal(err)
	}
	_, err := j.Backup(t.Context(), filepath.Join(dir, "b.db"), false)
	if left, _ := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}
