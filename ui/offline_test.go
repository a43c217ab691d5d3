package ui_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/journal"
)

// longKnown is a stage whose journal has 2,500 jobs older than any the server
// lists. One of them was running when last seen.
func longKnown(t *testing.T) stage {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.db")
	book, err := journal.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	old := make([]state.Generation, 2500)
	for i := range old {
		g := state.Generation{
			ID: api.ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", i)), Created: begins().AddDate(-1, 0, 0).Add(-time.Duration(i) * time.Hour),
			Status: "COMPLETED", Model: "lipsync-2", Name: text.Of(fmt.Sprintf("last_year_%04d", i)), Length: 12,
		}
		if i == 2000 {
			g.Status = "PROCESSING"
		}
		old[i] = state.StoredGeneration(g, true)
	}
	if err := book.SaveGenerations(t.Context(), old, begins().AddDate(0, 0, -3)); err != nil {
		t.Fatal(err)
	}
	if err := book.NoteAll(t.Context(), []string{"00000000-0000-4000-8000-000000002400"}, "the one with the red scarf"); err != nil {
		t.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	return stage{journal: path}
}

func TestHistoryCanBeSearchedOffline(t *testing.T) {
	t.Parallel()
	st := longKnown(t)
	st.prepare = func(a *simulator.Server) { a.Fault("*", cutOff()) }
	tell(t, st, func(s *story) {
		s.Pass(8 * time.Second)
		s.Sees("1 Generations ≥2500", "from the journal, as of 2026-11-17 18:30")
		for filter, name := range map[string]string{
			"last_year_2499": "last_year_2499", "id:000000000007": "last_year_0007",
			"red scarf": "last_year_2400", "status:running": "last_year_2000",
		} {
			s.Press("/")
			s.Type(filter)
			s.Pass(time.Second)
			s.Sees(name, "1 of 1 in the 2500 loaded of ≥ 2500")
			s.Press("esc")
		}
		s.Press("/")
		s.Type("year_2499")
		s.Press("enter", "enter")
		s.Pass(time.Minute)
		s.Sees("last_year_2499", "0:12", "The rest could not be loaded", "will load when it answers again", "The data above is from the journal, as of 2026-11-17")
		s.Press("]")
		s.Pass(time.Second)
		s.Sees("[Request]", "could not be loaded", "come from the server")
		s.Press("y")
		if got := s.Clipboard(); got != "00000000-0000-4000-8000-000000002499" {
			t.Errorf("the clipboard has %q", got)
		}
		s.Press("o")
		s.Pass(10 * time.Second)
		s.Sees("no link: no answer")
	})
}

// An open job is requested until there is a clear answer, and no longer. Jobs
// that are not opened are never requested one by one.
func TestDeletedJobIsRequestedOnce(t *testing.T) {
	t.Parallel()
	tell(t, longKnown(t), func(s *story) {
		s.Pass(5 * time.Minute)
		if n := s.lookups(); n != 0 {
			t.Errorf("%d jobs were asked for that nobody looked at", n)
		}
		s.Press("/")
		s.Type("last_year_2000") // it was running when last seen
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("gone on server")
		s.Press("esc", "/")
		s.Type("last_year_1999")
		s.Press("enter", "enter")
		s.Pass(10 * time.Minute)
		s.Sees("The server no longer has this job", "Inputs, options and output are gone with it", "✓ completed")
		s.DoesNotSee("could not be loaded")
		if n := s.lookups(); n != 1 {
			t.Errorf("an open job that is gone was asked for %d times", n)
		}
		s.Press("esc")
		s.Sees("gone on server")
		s.again(time.Hour)
		s.Pass(50 * time.Millisecond)
		s.Pass(3 * time.Second)
		s.Press("/")
		s.Type("last_year_1999")
		s.Pass(time.Second)
		s.Sees("gone on server") // and that is saved
	})
}

func TestDetailsLoadWhenTheNetworkIsBack(t *testing.T) {
	t.Parallel()
	st := stage{journal: filepath.Join(t.TempDir(), "journal.db")}
	tell(t, st, func(s *story) {
		s.Pass(12 * time.Second)
		s.account.Fault("*", cutOff())
		s.again(time.Hour)
		s.Pass(5 * time.Second)
		s.Press("enter")
		s.Pass(10 * time.Minute)
		s.Sees("The rest could not be loaded", "will load when it answers again")
		s.DoesNotSee("Inputs ")
		s.account.ClearFaults()
		s.Pass(3 * time.Minute)
		s.Sees("Inputs", "video ")
		s.DoesNotSee("could not be loaded")
		if n := s.lookups(); n != 1 {
			t.Errorf("%d questions for one ended job", n)
		}
	})
}

// An open running job is not requested every few seconds while the server does
// not answer, and never again once it is gone.
func TestOpenJobThatIsGoneIsNotPolled(t *testing.T) {
	t.Parallel()
	var id string
	st := stage{account: simulator.Options{Generations: 300}, prepare: func(a *simulator.Server) { id = a.Add(simulator.Job{Name: "on_and_on", Status: "PROCESSING"}) }}
	tell(t, st, func(s *story) {
		s.Pass(12 * time.Second)
		s.Press("g", "enter")
		s.Pass(20 * time.Second)
		s.account.Remove(id)
		s.Pass(30 * time.Second)
		s.Sees("The server no longer has this job")
		n := s.lookups()
		s.Pass(10 * time.Minute)
		if more := s.lookups() - n; more != 0 {
			t.Errorf("it was asked for %d times more", more)
		}
	})
}

func TestOurRequestIsKnownOffline(t *testing.T) {
	t.Parallel()
	tell(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *story) {
		s.Pass(2 * time.Second)
		s.price()
		s.Press("y")
		s.Pass(20 * time.Second)
		s.account.Fault("*", cutOff())
		s.again(24 * time.Hour)
		s.Pass(3 * time.Second)
		s.Press("g", "enter")
		s.Pass(30 * time.Second)
		s.Sees("talk_28s.mp4", "The request as sent from here is under Request. The rest comes from the server, and will load")
		s.Press("]")
		s.Sees("As sent from here, 2026-11-20 18:30", "/media/talk_28s.mp4", "/media/line_25s.wav")
		s.Press("]")
		s.Sees("[Raw answer]", "could not be loaded")
	})
}
