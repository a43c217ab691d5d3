package ui_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// What is being saved is a screen like any other: dubtop can be left from it, and
// nothing is offered that it can't do.
func TestTheScreenOfSavingCanBeLeft(t *testing.T) {
	st, _ := saving(t, stage{})
	tell(t, st, func(s *story) {
		s.completed()
		s.Press("ctrl+s")
		s.Sees("Nothing is being saved.", "?")
		if strings.Contains(s.Screen(), "give up") {
			t.Errorf("there is nothing to give up:\n%s", s.Screen())
		}
		s.Press("L")
		s.Sees("messages")
		s.Press("esc")
		s.Pass(time.Second)
		s.Sees("Nothing is being saved.")
		s.Press("2")
		s.Sees("BATCH")
	})
}

// A dubtop that was killed has left what it no longer needed. The next start
// removes that, and nothing else.
func TestLeftoversOfAKilledDubtopAreRemoved(t *testing.T) {
	st, folder := saving(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")})
	tell(t, st, func(s *story) {
		s.completed()
		s.Press("d")
		s.until("saved ~/Downloads/dubtop", 10*time.Second)
		saved := filesIn(t, folder)[0]
		leave := func(name string, age time.Duration) {
			t.Helper()
			path := filepath.Join(folder, name)
			at := begins().Add(-age)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("{}"), 0o600), os.Chtimes(path, at, at), os.Chtimes(filepath.Dir(path), at, at)); err != nil {
				t.Fatal(err)
			}
		}
		leave(".handover-17.part/a.mp4", time.Hour)
		leave(saved+".part.json", time.Hour)
		leave(".dubtop-123", time.Hour)
		leave(".dubtop-124", -time.Hour) // somebody is just making it
		leave(".dubtop-mine", time.Hour)
		leave("other.mp4.part.json", time.Hour)
		if err := s.Quit(); err != nil {
			t.Fatal(err)
		}
		_ = s.book.Close()
		s.start()
		s.Pass(5 * time.Second)
		var names []string
		all, err := os.ReadDir(folder)
		for _, e := range all {
			names = append(names, e.Name())
		}
		want := []string{".dubtop-124", ".dubtop-mine", "SHA256SUMS", "other.mp4.part.json", saved, saved + ".json"}
		slices.Sort(want)
		if err != nil || !slices.Equal(names, want) {
			t.Errorf("there are %q, want %q", names, want)
		}
	})
}
