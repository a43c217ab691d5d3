package ui_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

// change changes the journal behind the dashboard's back.
func (s *story) change(statement string) {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.stage.journal)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		s.t.Fatal(err)
	}
}

// fillDisk lets the journal accept everything except acceptances.
func (s *story) fillDisk() {
	s.change(`CREATE TRIGGER full BEFORE INSERT ON submissions WHEN NEW.state = 'sent'
		BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
}

func (s *story) freeDisk() { s.change("DROP TRIGGER full") }

// unsavedStage is a stage whose journal is a file that can be made to fail.
func unsavedStage(t *testing.T) stage {
	return stage{
		journal: filepath.Join(t.TempDir(), "journal.db"), account: simulator.Options{Plan: simulator.Scale, Slots: 9},
		config: func(c *ui.Config) { c.Slots = 9 }, width: 120, height: 30,
	}
}

// says fails unless the screen shows words, however they are wrapped.
func (s *story) says(words ...string) {
	s.t.Helper()
	screen := strings.Join(strings.Fields(s.Screen()), " ")
	for _, w := range words {
		if !strings.Contains(screen, w) {
			s.t.Fatalf("the screen does not say %q\n%s", w, s.Screen())
		}
	}
}

// acceptedID returns the id of the only accepted job.
func (s *story) acceptedID() string {
	s.t.Helper()
	jobs, batches := s.account.Accepted(), s.account.AcceptedBatches()
	if len(jobs)+len(batches) != 1 {
		s.t.Fatalf("%d jobs and %d batches were accepted\n%s", len(jobs), len(batches), s.Screen())
	}
	if len(jobs) == 1 {
		return jobs[0].ID
	}
	return batches[0].ID
}

// A paid answer that can't be saved stays on the screen until it is, for
// everything that can be sent.
func TestUnsavedAnswerIsShownUntilSaved(t *testing.T) {
	t.Parallel()
	for door, send := range map[string]func(s *story){
		"single": func(s *story) { s.agree("take_one") },
		"queue": func(s *story) {
			s.Press("5", "P")
			s.agree("take_one")
			s.Press("5", "P")
		},
		"group": func(s *story) {
			s.Press("space", "j", "space", ".")
			s.Pass(2 * time.Second)
			s.Press("enter")
			s.Pass(time.Second)
			s.Press("y")
		},
		"batch": func(s *story) {
			s.check(s.lines(20, nil))
			s.Press("y")
		},
	} {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			tell(t, unsavedStage(t), func(s *story) {
				s.fillDisk()
				send(s)
				s.Pass(time.Second)
				id := s.acceptedID()
				s.says("sent, id " + id + ", not saved yet: the journal")
				s.Pass(time.Minute) // long after any notice
				s.says("sent, id " + id + ", not saved yet: the journal")
				s.Press("5")
				s.Sees("! not saved")
				s.says("5 Queue")
				s.Press("6")
				s.Sees("! not saved")
				s.Press("enter")
				s.says("It was accepted, and is charged.", "y copies it")
				s.Press("esc", "q")
				s.Pass(time.Second)
				s.says("An answer is not saved yet", "id "+id, "quit now", "Note the id.")
				s.acceptedID() // nothing else was sent meanwhile
				s.freeDisk()
				s.Pass(11 * time.Second)
				s.DoesNotSee("not saved yet", "! not saved")
				if door != "group" { // a second job would be sent at once there
					s.says("saved the outcome of")
				}
				s.Press("6")
				s.Pass(10 * time.Second)
				s.DoesNotSee("not saved")
				if door == "group" {
					if n := len(s.account.Accepted()); n != 2 {
						t.Errorf("%d of 2 were sent in the end", n)
					}
				}
				s.Press("ctrl+c")
				s.end()
				s.start()
				s.Pass(2 * time.Second)
				s.DoesNotSee("unknown", "maybe charged")
				s.Press("6")
				s.Pass(time.Second)
				s.DoesNotSee("Nothing was spent yet")
			})
		})
	}
}

// Quitting saves what can be saved by then. The outcome of the rest is unknown
// to the next start, which finds the job.
func TestQuittingWithAnUnsavedAnswerLosesNothing(t *testing.T) {
	t.Parallel()
	for _, freed := range []bool{true, false} {
		t.Run(fmt.Sprintf("freed %t", freed), func(t *testing.T) {
			t.Parallel()
			tell(t, unsavedStage(t), func(s *story) {
				s.fillDisk()
				s.agree("kept")
				s.Pass(2 * time.Second)
				id := s.acceptedID()
				if freed {
					s.freeDisk()
				}
				s.Press("ctrl+c")
				s.Pass(time.Second)
				s.says("An answer is not saved yet")
				s.Press("y")
				s.end()
				if !freed {
					s.freeDisk()
				}
				s.start()
				s.Pass(2 * time.Second)
				if freed {
					s.DoesNotSee("an unknown outcome")
				} else {
					s.Sees("an unknown outcome")
					s.Pass(2 * time.Minute)
				}
				s.Press("6")
				s.Pass(time.Second)
				s.Sees("kept")
				if s.acceptedID() != id {
					t.Error("it was sent again")
				}
			})
		})
	}
}

// A journal that accepts nothing until the next start is not tried again, and
// dubtop does not say that it is.
func TestStuckJournalIsNotRetried(t *testing.T) {
	t.Parallel()
	tell(t, unsavedStage(t), func(s *story) {
		s.fillDisk()
		s.agree("kept")
		s.Pass(2 * time.Second)
		s.Press("6", "enter")
		s.says("id "+s.acceptedID()+", not saved yet", "dubtop tries again every few seconds")
		s.Press("esc", "q")
		s.Pass(time.Second)
		s.says("dubtop tries again every few seconds")
		s.Press("n")
		s.change("PRAGMA user_version = 999") // a newer dubtop upgraded it
		s.Pass(11 * time.Second)
		s.Press("enter")
		s.says("Restart dubtop: nothing more can be saved or sent")
		s.Press("esc", "q")
		s.Pass(time.Second)
		s.says("An answer is not saved yet", "Nothing can be saved until dubtop is restarted.", "Note the id.")
		s.DoesNotSee("tried again")
	})
}

// Another window may book something while an answer here is not saved. The
// ledger is read again, and the row stays.
func TestUnsavedRowStaysWhenTheLedgerIsReread(t *testing.T) {
	t.Parallel()
	tell(t, unsavedStage(t), func(s *story) {
		s.fillDisk()
		s.agree("mine")
		s.Pass(2 * time.Second)
		s.change("DROP TRIGGER full; CREATE TRIGGER full BEFORE INSERT ON submissions WHEN NEW.state = 'sent' AND NEW.name LIKE 'mine%' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
		other := s.beside()
		other.Pass(time.Second)
		other.check(other.lines(20, nil))
		other.Press("y")
		other.Pass(3 * time.Second)
		if n := len(s.account.AcceptedBatches()); n != 1 {
			t.Fatalf("%d batches\n%s", n, other.Screen())
		}
		s.Pass(5 * time.Second)
		s.Press("6")
		s.Sees("! not saved", "mine")
		if s.rows("takes.jsonl") == 0 {
			t.Errorf("the other's row is not there\n%s", s.Screen())
		}
	})
}
