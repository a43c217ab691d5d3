package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// filled creates a journal with some submissions and closes it.
func filled(t *testing.T, n int) (path string) {
	t.Helper()
	path = journalPath(t)
	j := opened(t, path)
	for i := range n {
		if err := j.SaveSubmission(t.Context(), confirmed(fmt.Sprint("s", i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDamagedFilesAreRefusedAndLeftAlone(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"cut in the middle": func(b []byte) []byte { return b[:len(b)/2] },
		"cut in a page":     func(b []byte) []byte { return b[:5000] },
		"no head":           func(b []byte) []byte { return append(bytes.Repeat([]byte{'?'}, 100), b[100:]...) },
		"other text":        func([]byte) []byte { return []byte("# notes of mine, nothing to do with it\n") },
		"zeros":             func(b []byte) []byte { return make([]byte, len(b)) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filled(t, 20)
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			broken := damage(whole)
			if err := os.WriteFile(path, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = Open(t.Context(), path)
			if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "move it away") {
				t.Errorf("Open = %v, want ErrDamaged with a next step", err)
			}
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, broken) {
				t.Errorf("opening changed the damaged file (%v)", err)
			}
		})
	}
}

// SQLite takes an empty file for a new one and deletes its log.
func TestLogWithoutItsFileIsDamage(t *testing.T) {
	for name, lose := range map[string]func(string) error{
		"emptied": func(p string) error { return os.Truncate(p, 0) },
		"deleted": os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			path := filled(t, 1)
			if err := os.WriteFile(path+"-wal", []byte("what is left of the money"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := lose(path); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), path); !errors.Is(err, ErrDamaged) {
				t.Errorf("Open = %v, want ErrDamaged", err)
			}
			if log, err := os.ReadFile(path + "-wal"); err != nil || len(log) == 0 {
				t.Errorf("the log is gone: %v", err)
			}
		})
	}
}

// Damage found later stops spending as well.
func TestDamageFoundLaterStopsSpending(t *testing.T) {
	path := filled(t, 200)
	j := opened(t, path)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0) // not closed before the journal, because that would drop its locks
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xff}, len(whole)-64<<10), 64<<10); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Submissions(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Fatalf("Submissions = %v, want ErrDamaged", err)
	}
	if err := j.BeginSending(t.Context(), sending(t, confirmed("new"))); !errors.Is(err, ErrDamaged) {
		t.Errorf("BeginSending = %v, want ErrDamaged", err)
	}
	if err := j.Writable(); !errors.Is(err, ErrDamaged) {
		t.Errorf("Writable = %v, want ErrDamaged", err)
	}
}

func TestAnotherProgramsDatabaseIsRefused(t *testing.T) {
	path := filled(t, 0)
	j := opened(t, path)
	if _, err := j.db.ExecContext(t.Context(), "PRAGMA application_id = 1"); err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "another program") {
		t.Errorf("Open = %v", err)
	}
}

func TestNewerJournalsAreNeverWritten(t *testing.T) {
	for _, c := range []struct {
		readableFrom string
		readable     bool
	}{{"1", true}, {fmt.Sprint(schemaVersion + 1), false}} {
		path := filled(t, 3)
		j := opened(t, path)
		for _, sql := range []string{
			fmt.Sprintf("PRAGMA user_version = %d", schemaVersion+1),
			"UPDATE meta SET value = '" + c.readableFrom + "' WHERE name = 'readable_from'",
		} {
			if _, err := j.db.ExecContext(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		_ = j.Close()
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		j, err = Open(t.Context(), path)
		if !c.readable {
			if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "update dubtop") {
				t.Errorf("Open = %v, want ErrNewer with a next step", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := listed(t, j); len(got) != 3 {
			t.Errorf("read %d submissions, want 3", len(got))
		}
		_, unkept := j.KeepDraft(t.Context(), draft.Draft{ID: "d", Model: "sync-3"})
		for what, err := range map[string]error{
			"Writable":     j.Writable(),
			"BeginSending": j.BeginSending(t.Context(), sending(t, confirmed("new"))),
			"KeepDraft":    unkept,
		} {
			if !errors.Is(err, ErrNewer) {
				t.Errorf("%s = %v, want ErrNewer", what, err)
			}
		}
		_ = j.Close()
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Errorf("the newer journal was changed (%v)", err)
		}
	}
}

func TestFullDiskIsReported(t *testing.T) {
	path := journalPath(t)
	j := opened(t, path)
	if _, err := j.db.ExecContext(t.Context(), "PRAGMA max_page_count = 40"); err != nil {
		t.Fatal(err)
	}
	var err error
	kept := 0
	for ; err == nil && kept < 10_000; kept++ {
		err = j.BeginSending(t.Context(), sending(t, confirmed(fmt.Sprint("s", kept))))
	}
	kept--
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "make room") {
		t.Fatalf("err = %v, want ErrFull with a next step", err)
	}
	if got := listed(t, j); len(got) != kept {
		t.Errorf("%d submissions are there, %d were acknowledged", len(got), kept)
	}
	if _, err := j.db.ExecContext(t.Context(), "PRAGMA max_page_count = 4000"); err != nil {
		t.Fatal(err)
	}
	if err := j.BeginSending(t.Context(), sending(t, confirmed("after"))); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// The same, but the system refuses to let the files grow.
func TestFileSizeLimitIsReported(t *testing.T) {
	path := journalPath(t)
	out, err := child(t, "limited", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	said, refused := 0, false
	for in := bufio.NewScanner(bytes.NewReader(out)); in.Scan(); {
		if strings.HasPrefix(in.Text(), "refused") {
			refused = true
			if !strings.Contains(in.Text(), "disk") {
				t.Errorf("in no words about the disk: %s", in.Text())
			}
			continue
		}
		said++
	}
	if !refused || said == 0 {
		t.Fatalf("said %d, refused %t:\n%s", said, refused, out)
	}
	if got := listed(t, opened(t, path)); len(got) != said {
		t.Errorf("%d submissions are there, %d were acknowledged", len(got), said)
	}
}

func TestUnwritableDirectories(t *testing.T) {
	dir, err := os.MkdirTemp("", "dubtop-read-only-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = os.Chmod(dir, 0o700)
		_ = os.RemoveAll(dir)
	})
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "journal.db"), filepath.Join(dir, "profile", "journal.db")} {
		out, err := child(t, "nobody", path).Output()
		if err != nil || !strings.Contains(string(out), "permission denied") || !strings.Contains(string(out), "XDG_STATE_HOME") {
			t.Errorf("%s: %s%v", path, out, err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), filepath.Join(file, "journal.db")); err == nil || !strings.Contains(err.Error(), "XDG_STATE_HOME") {
		t.Errorf("a file for a directory: %v", err)
	}
	if _, err := Open(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "regular file") {
		t.Errorf("a directory for a file: %v", err)
	}
}

// A newer dubtop may upgrade the file while this one runs.
func TestUpgradedJournalIsNotWritten(t *testing.T) {
	path := filled(t, 1)
	j, newer := opened(t, path), opened(t, path)
	if _, err := newer.db.ExecContext(t.Context(), fmt.Sprintf("PRAGMA user_version = %d", schemaVersion+1)); err != nil {
		t.Fatal(err)
	}
	for what, do := range map[string]func() error{
		"BeginSending":    func() error { return j.BeginSending(t.Context(), sending(t, confirmed("s0"))) },
		"KeepDraft":       func() error { _, err := j.KeepDraft(t.Context(), draft.Draft{ID: "d", Model: "sync-3"}); return err },
		"SaveGenerations": func() error { return j.SaveGenerations(t.Context(), []state.Generation{{ID: "g"}}, noon) },
	} {
		if err := do(); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "update dubtop") {
			t.Errorf("%s = %v, want ErrNewer with a next step", what, err)
		}
	}
	if err := j.Writable(); !errors.Is(err, ErrNewer) {
		t.Errorf("Writable = %v, want ErrNewer", err)
	}
	if got := listed(t, j)["s0"].State; got != outbox.SubmissionConfirmed {
		t.Errorf("it is %s", got)
	}
}
