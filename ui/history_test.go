package ui_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/ui"
)

// again ends the dashboard and starts the next one on the same journal after
// some time.
func (s *story) again(after time.Duration) {
	s.t.Helper()
	if err := s.Quit(); err != nil {
		s.t.Fatal(err)
	}
	_ = s.book.Close()
	time.Sleep(after)
	s.start()
}

// cutOff is a network that is down.
func cutOff() simulator.Fault { return simulator.Fault{Refuse: true} }

func TestNextStartShowsTheSavedListAtOnce(t *testing.T) {
	t.Parallel()
	var working, deleted string
	prepare := func(a *simulator.Server) {
		working = a.Add(simulator.Job{Name: "ended_overnight", Status: "PROCESSING"})
		deleted = a.Add(simulator.Job{Name: "deleted_overnight", Status: "COMPLETED", Age: time.Minute})
		a.AddBatch(simulator.Batch{Age: time.Hour})
	}
	st := stage{journal: filepath.Join(t.TempDir(), "journal.db"), prepare: prepare}
	tell(t, st, func(s *story) {
		s.Pass(12 * time.Second)
		s.Sees("1 Generations 42", "2 Batches 1", "● running")
		s.account.Fault("*", cutOff())
		s.again(14 * time.Hour)
		s.account.Finish(working, "COMPLETED", "")
		s.account.Remove(deleted)

		s.Pass(50 * time.Millisecond)
		s.Sees("1 Generations ≥42", "2 Batches ≥1", "ended_overnight", "deleted_overnight", "from the journal, as of yesterday 18:30")
		s.Sees("when last seen") // and not how far it should be by now
		s.Pass(20 * time.Second)
		s.Sees("from the journal, as of yesterday 18:30, trying again in")
		s.Press("/")
		s.Type("ended_over")
		s.Press("enter")
		s.Sees("/ ended_over", "ended_overnight")
		s.DoesNotSee("deleted_overnight")
		s.Press("esc")

		s.account.ClearFaults()
		s.Press("r")
		s.Pass(15 * time.Second)
		s.DoesNotSee("from the journal", "when last seen")
		s.Sees("1 Generations 42 ") // the deleted one stays as history
		if n := s.rows("_overnight"); n != 2 && n != 3 {
			t.Errorf("%d lines name the two jobs\n%s", n, s.Screen())
		}
		if row := s.row("ended_overnight"); !strings.Contains(row, "✓ completed") || strings.Contains(row, "took") {
			t.Errorf("nobody saw when it ended: %q", row)
		}
		if row := s.row("deleted_overnight"); !strings.Contains(row, "gone on server") {
			t.Errorf("the deleted job is %q", row)
		}
	})
}

func TestJobThatEndedMeanwhileIsRequestedByID(t *testing.T) {
	t.Parallel()
	var old, deleted string
	st := stage{journal: filepath.Join(t.TempDir(), "journal.db")}
	st.account.Generations = 300
	st.prepare = func(a *simulator.Server) {
		old = a.Add(simulator.Job{Name: "long_at_work", Status: "PROCESSING"})
		deleted = a.Add(simulator.Job{Name: "taken_away", Status: "PENDING"})
	}
	tell(t, st, func(s *story) {
		s.Pass(time.Minute)
		s.again(time.Hour)
		s.account.Finish(old, "FAILED", "generation_pipeline_failed")
		s.account.Remove(deleted)
		for i := range 150 { // more than fit on the first page
			s.account.Add(simulator.Job{Name: fmt.Sprintf("newer_%03d", i), Status: "COMPLETED"})
		}
		s.Pass(3 * time.Minute)
		s.Press("/")
		s.Type("long_at_work")
		if row := s.row("✗ failed"); !strings.Contains(row, "long_at_work") {
			t.Errorf("the job that ended meanwhile:\n%s", s.Screen())
		}
		s.Press("esc", "/")
		s.Type("taken_away")
		s.Sees("gone on server", "1 Generations 452 ")
	})
}

func TestOlderJobsThanTheServerListsAreFound(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	book, err := journal.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	old := make([]state.Generation, 2500)
	for i := range old {
		old[i] = state.StoredGeneration(state.Generation{
			ID: api.ID(fmt.Sprintf("old-%08d", i)), Created: begins().AddDate(-1, 0, 0).Add(-time.Duration(i) * time.Hour),
			Status: "COMPLETED", Model: "lipsync-2", Name: text.Of(fmt.Sprintf("last_year_%04d", i)),
		}, true)
	}
	if err := book.SaveGenerations(t.Context(), old, begins().AddDate(0, 0, -3)); err != nil {
		t.Fatal(err)
	}
	_ = book.Close()
	tell(t, stage{journal: path}, func(s *story) {
		s.Pass(50 * time.Millisecond)
		s.Pass(5 * time.Second)
		s.Sees("1 Generations 2540 ")
		s.Press("/")
		s.Type("last_year_2499")
		s.Sees("1 of 1, 2540 in all")
		s.Press("esc")
		s.Pass(time.Minute) // complete answers leave history alone
		s.Sees("1 Generations 2540 ")
		s.DoesNotSee("gone on server")
	})
}

func TestJobsArrivingJustBeforeQuittingAreSaved(t *testing.T) {
	t.Parallel()
	tell(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *story) {
		s.Pass(2 * time.Second) // saving takes up to 5 s
		s.account.Fault("*", cutOff())
		s.Press("q")
		if !s.Exited() {
			t.Fatal("q did not end the program")
		}
		s.again(time.Hour)
		s.Pass(50 * time.Millisecond)
		s.Sees("1 Generations ≥40", "from the journal, as of 18:30:0")
	})
}

func TestAgeOfAnUnchangedListIsSaved(t *testing.T) {
	t.Parallel()
	tell(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *story) {
		s.Pass(7 * time.Minute)
		seen, _, err := s.book.Seen(s.t.Context())
		if age := time.Since(seen); err != nil || age > 2*time.Minute {
			t.Errorf("the list counts as seen %v ago (%v)", age, err)
		}
	})
}

func TestLongHistoryIsSavedCompletely(t *testing.T) {
	t.Parallel()
	st := stage{journal: filepath.Join(t.TempDir(), "journal.db")}
	st.account.Generations = 2_300
	st.prepare = func(a *simulator.Server) { a.Fault("GET /v2/generations", simulator.Fault{IgnoreLimit: true}) }
	tell(t, st, func(s *story) {
		s.Pass(20 * time.Second)
		n := 0
		for _, err := range s.book.EachGeneration(s.t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != 2_300 {
			t.Errorf("the journal knows %d of 2300 jobs", n)
		}
	})
}

func TestAnotherAccountNeverSeesTheList(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tell(t, stage{journal: filepath.Join(dir, "one.db")}, func(s *story) {
		s.Pass(12 * time.Second)
		s.Sees("1 Generations 40")
		s.account.Fault("*", cutOff())
		s.stage.journal = filepath.Join(dir, "other.db")
		s.again(time.Hour)
		s.Pass(10 * time.Second)
		s.Sees("Nothing could be loaded", "no data yet")
	})
}

func TestUnsavedListIsReportedOnce(t *testing.T) {
	t.Parallel()
	tell(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *story) {
		_ = s.book.Close()
		s.Pass(10 * time.Second)
		s.Sees("the lists could not be saved for the next start", "1 Generations 40")
		s.Press("esc")
		s.Pass(time.Minute)
		s.account.Add(simulator.Job{Name: "one_more"})
		s.Pass(15 * time.Second)
		s.Sees("one_more", "1 Generations 41")
		s.DoesNotSee("could not be kept")
	})
}

func TestDemoSavesNoList(t *testing.T) {
	t.Parallel()
	demo := stage{config: func(c *ui.Config) { c.Account.Demo = true }}
	tell(t, demo, func(s *story) {
		s.Pass(time.Minute)
		kept, err := s.book.Generations(s.t.Context(), 10, state.Generation{})
		if err != nil || len(kept) != 0 {
			t.Errorf("%d jobs were written for nobody (%v)", len(kept), err)
		}
	})
}

// However long the journal takes, the first frame and the account's list do not
// wait for it.
func TestFirstFrameDoesNotWaitForTheJournal(t *testing.T) {
	t.Parallel()
	asked := false
	stuck := func(c *ui.Config) {
		book := c.Account.Journal
		c.Account.Journal = nil
		c.Account.Open = func(context.Context) (*journal.Journal, error) {
			asked = true
			time.Sleep(time.Hour)
			return book, nil
		}
	}
	tell(t, stage{config: stuck}, func(s *story) {
		s.Sees("Generations", "dubtop")
		s.Pass(2 * time.Second)
		s.Sees("completed")
		s.Press("n")
		s.Sees("opening the journal")
		if !asked {
			t.Error("nobody opens the journal")
		}
		s.Pass(time.Hour)
		s.Sees("Output file name")
	})
}
