package ui_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

func TestNoteIsSavedShownAndFound(t *testing.T) {
	t.Parallel()
	st := stage{journal: filepath.Join(t.TempDir(), "journal.db")}
	st.prepare = func(a *simulator.Server) {
		a.Add(simulator.Job{Name: "for_the_client", Status: "COMPLETED"})
	}
	tell(t, st, func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("g", "w")
		s.Sees("note of for_the_client:", "save")
		s.Type("Retake, ask Bo q")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("note      Retake, ask Bo q", "note saved")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Overview", "note      Retake, ask Bo q")
		s.Press("w")
		s.Sees("note of for_the_client: Retake, ask Bo q")
		s.Type("uickly")
		s.Press("esc")
		s.Press("w") // esc left the note unchanged
		s.Sees("note of for_the_client: Retake, ask Bo q")
		s.DoesNotSee("uickly")
		s.Press("esc", "esc")
		for _, filter := range []string{"retake", "note:bo", "note:ask status:completed"} {
			s.Press("/")
			s.Type(filter)
			s.Pass(time.Second)
			s.Sees("for_the_client", "1 of 1, ")
			s.Press("esc")
		}
		s.account.Fault("*", cutOff())
		s.again(24 * time.Hour)
		s.Pass(3 * time.Second)
		s.Press("/")
		s.Type("note:retake")
		s.Sees("for_the_client", "1 of 1 in the 41 loaded of ≥ 41")
		s.Press("enter", "w", "ctrl+u")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("note removed", "None of")
		if notes, err := s.book.Notes(s.t.Context()); err != nil || len(notes) != 0 {
			t.Errorf("the journal has %v (%v)", notes, err)
		}
	})
}

func TestNoteIsOneCleanLine(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("w")
		s.Paste("  two\nlines \u202eand " + strings.Repeat("more ", 200))
		s.Press("enter")
		s.Pass(time.Second)
		notes, err := s.book.Notes(s.t.Context())
		if err != nil || len(notes) != 1 {
			t.Fatalf("%v, %v", notes, err)
		}
		for _, note := range notes {
			if !strings.HasPrefix(note, "two lines and more") || len([]rune(note)) > 500 {
				t.Errorf("the note is %d long: %q", len(note), note)
			}
		}
	})
}

func TestWithoutAJournalThereAreNoNotes(t *testing.T) {
	t.Parallel()
	tell(t, stage{broken: errors.New("the disk is away")}, func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("w")
		s.Sees("can't save notes: the disk is away")
	})
}

func TestUnsavedNoteIsTakenBack(t *testing.T) {
	t.Parallel()
	tell(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *story) {
		s.Pass(2 * time.Second)
		_ = s.book.Close()
		s.Press("w")
		s.Type("in vain")
		s.Press("enter")
		s.Sees("the note could not be saved")
		s.DoesNotSee("in vain")
	})
}

func TestRowsAreOrderedByCost(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 120, height: 20}, func(s *story) {
		s.Pass(20 * time.Second)
		s.Press("g")
		s.Press("s", "k", "enter")
		s.Sees("sorted by cost")
		s.Press("g")
		row := s.row("▌")
		s.Press("S", "g")
		if other := s.row("▌"); other == row || strings.Contains(row, " –  ") {
			t.Errorf("the dearest is\n%s\nthe other way round\n%s", row, other)
		}
	})
}
