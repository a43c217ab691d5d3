package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dubtop/api"
)

const (
	oldKey = "0123456789ab-api.sync.so"
	newKey = "ba9876543210-api.sync.so"
	newest = "ffffffffffff-api.sync.so"
)

// profile opens a profile and closes it with the test.
func profile(t *testing.T, dir, name string) *Journal {
	t.Helper()
	j, err := OpenProfile(t.Context(), dir, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func TestNewKeyOpensTheOldJournal(t *testing.T) {
	dir := t.TempDir()
	old := profile(t, dir, oldKey)
	appended(t, old, accepted(1))
	fresh := profile(t, dir, newKey) // it was only read
	keepJobs(t, fresh, seenJob(1, api.Completed))
	for range 2 {
		if err := Join(t.Context(), dir, newKey, oldKey); err != nil {
			t.Fatal(err)
		}
	}
	if err := fresh.BeginSending(t.Context(), sending(t, confirmed("s1"))); !errors.Is(err, ErrJoined) {
		t.Errorf("spending where it was joined from: %v, want ErrJoined", err)
	}
	if err := Join(t.Context(), dir, newest, newKey); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{newKey, newest} {
		j := profile(t, dir, name)
		if got := sound(t, j); j.Path() != old.Path() || len(got) != 1 {
			t.Errorf("%s leads to %s with %d rows", name, j.Path(), len(got))
		}
		if err := j.SaveSubmission(t.Context(), confirmed("of-"+name)); err != nil {
			t.Error(err)
		}
	}
}

func TestRefusedJoins(t *testing.T) {
	dir := t.TempDir()
	_ = profile(t, dir, oldKey)
	spender := profile(t, dir, newKey)
	if err := spender.SaveSubmission(t.Context(), confirmed("s1")); err != nil {
		t.Fatal(err)
	}
	if err := Join(t.Context(), dir, newest, oldKey); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct{ from, to, words string }{
		"itself":              {oldKey, oldKey, "the same"},
		"another server":      {newest, "0123456789ab-staging.sync.so", "the other of staging.sync.so"},
		"another directory":   {newest, "../" + oldKey, "no profile"},
		"nothing":             {"", oldKey, "no profile"},
		"one that is not":     {newest, "dddddddddddd-api.sync.so", "there is no journal"},
		"money of its own":    {newKey, oldKey, "1 records of money"},
		"what leads here":     {oldKey, newest, "already"},
		"elsewhere than once": {newest, newKey, "is joined to " + oldKey},
	} {
		if err := Join(t.Context(), dir, c.from, c.to); !errors.Is(err, ErrJoin) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, want ErrJoin with %q", what, err, c.words)
		}
	}
	if _, err := os.Stat(profilePath(dir, "dddddddddddd-api.sync.so")); err == nil {
		t.Error("a journal was made of a name")
	}
	if err := spender.SaveSubmission(t.Context(), confirmed("s2")); err != nil {
		t.Errorf("after a refused join: %v", err)
	}
}

func TestMissingJoinedJournalIsNotCreated(t *testing.T) {
	dir := t.TempDir()
	_ = profile(t, dir, oldKey).Close()
	if err := Join(t.Context(), dir, newKey, oldKey); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, oldKey)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenProfile(t.Context(), dir, newKey); err == nil || !strings.Contains(err.Error(), "put it back") {
		t.Errorf("OpenProfile = %v", err)
	}
}

// Two profiles that point to each other are damage, and must not cause an
// endless loop.
func TestCircleOfProfilesIsAnError(t *testing.T) {
	dir := t.TempDir()
	for from, to := range map[string]string{oldKey: newKey, newKey: oldKey} {
		j := opened(t, profilePath(dir, from))
		if _, err := j.db.ExecContext(t.Context(), "INSERT INTO meta VALUES ('joined_to', ?)", to); err != nil {
			t.Fatal(err)
		}
		_ = j.Close()
	}
	if _, err := OpenProfile(t.Context(), dir, oldKey); !errors.Is(err, ErrJoin) {
		t.Errorf("OpenProfile = %v", err)
	}
}

func TestHasProfileCreatesNothing(t *testing.T) {
	dir := t.TempDir()
	if has, err := HasProfile(dir, oldKey); has || err != nil {
		t.Errorf("before there is one: %t, %v", has, err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("looking made %v (%v)", files, err)
	}
	profile(t, dir, oldKey)
	if has, err := HasProfile(dir, oldKey); !has || err != nil {
		t.Errorf("with one: %t, %v", has, err)
	}
	// A log without its file is a damaged journal, not a missing one.
	if err := os.Rename(profilePath(dir, oldKey), filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	if has, err := HasProfile(dir, oldKey); !has || err != nil {
		t.Errorf("with its log alone: %t, %v", has, err)
	}
}
