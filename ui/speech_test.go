package ui_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// speaking is an account with a spoken job.
func speaking(o simulator.Options) stage {
	o.Generations = -1
	return stage{account: o, width: 150, height: 50, prepare: func(a *simulator.Server) {
		a.Add(simulator.Job{Name: "greeting", Script: "Good evening, Berlin.", Seconds: 6, Age: 2 * time.Hour, Status: "COMPLETED"})
	}}
}

// TestVoicesAreShownByName reads the list of voices when somebody looks at one,
// once a day, and knows the names after a restart without a network.
func TestVoicesAreShownByName(t *testing.T) {
	t.Parallel()
	st := speaking(simulator.Options{Profile: simulator.Current})
	st.journal = filepath.Join(t.TempDir(), "journal.db")
	tell(t, st, func(s *story) {
		s.Pass(time.Minute)
		if n := s.requests("/v2/voices"); n != 0 {
			t.Errorf("%d requests before anybody looks", n)
		}
		s.Press("enter")
		s.Pass(10 * time.Second)
		s.Sees("“Good evening, Berlin.” spoken by Anna")
		s.Press("esc")
		s.Pass(30 * time.Minute)
		s.Press(".")
		s.Pass(time.Second)
		s.at("Voice id")
		s.Press("tab")
		s.Sees("Anna")
		s.Press("esc")
		s.Pass(time.Second)
		if n := s.requests("/v2/voices"); n != 1 {
			t.Errorf("%d requests in half an hour", n)
		}
		s.again(time.Hour)
		s.Pass(2 * time.Second)
		s.Press("enter")
		s.Pass(5 * time.Second)
		s.Sees("spoken by Anna")
		if n := s.requests("/v2/voices"); n != 1 {
			t.Errorf("%d requests in a day", n)
		}
		s.again(22 * time.Hour)
		s.Pass(5 * time.Second)
		s.Press("enter")
		s.Pass(20 * time.Minute)
		if n := s.requests("/v2/voices"); n != 1 {
			t.Errorf("%d requests before a day has passed", n)
		}
		s.Pass(70 * time.Minute)
		if n := s.requests("/v2/voices"); n != 2 {
			t.Errorf("%d requests in the next day", n)
		}
	})
}

// TestVoicesKeepTheirIdsWithoutAList asks an old server once.
func TestVoicesKeepTheirIdsWithoutAList(t *testing.T) {
	t.Parallel()
	tell(t, speaking(simulator.Options{}), func(s *story) {
		s.Pass(time.Second)
		s.Press("enter")
		s.Pass(10 * time.Minute)
		s.Sees("spoken by voice voice_anna")
		if n := s.requests("/v2/voices"); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestLinksOfAJobCanBeOpened opens the speech of a job from its details.
func TestLinksOfAJobCanBeOpened(t *testing.T) {
	t.Parallel()
	tell(t, speaking(simulator.Options{Profile: simulator.Current}), func(s *story) {
		s.Pass(time.Second)
		s.Press("enter")
		s.Pass(2 * time.Second)
		s.Sees("speech    ")
		s.Press("ctrl+o")
		s.Sees("synthesised audio")
		s.Press("j", "enter")
		s.Pass(2 * time.Second)
		if n := len(s.opened); n != 1 || !strings.Contains(s.opened[0], "/media/speech_") {
			t.Errorf("opened %q", s.opened)
		}
	})
}

// TestPartlyCompletedJob is shown as what it is, and can be found, opened and saved.
func TestPartlyCompletedJob(t *testing.T) {
	t.Parallel()
	st := stage{account: simulator.Options{Profile: simulator.Current, Generations: 5}, width: 150, height: 50, prepare: func(a *simulator.Server) {
		a.Add(simulator.Job{Name: "retimed", Seconds: 6, Age: 3 * time.Minute, Pending: time.Second, Processing: time.Minute, Outcome: "COMPLETED_PARTIAL"})
		a.Add(simulator.Job{Name: "dreaming", Seconds: 6, Age: 2 * time.Minute, Pending: time.Second, Processing: time.Minute, Outcome: "DREAMING"})
	}}
	st, folder := saving(t, st)
	tell(t, st, func(s *story) {
		s.Pass(time.Second)
		if row := s.row("retimed"); !strings.Contains(row, "partial") {
			t.Errorf("%q", row)
		}
		s.Sees("? DREAMING", "status unknown")
		s.Sees("dubtop does not know this")
		s.Press("j")
		s.Sees("only in part")
		s.Press("F")
		s.Sees("retimed")
		s.Press("F", "/")
		s.Type("status:partial")
		s.Press("enter")
		s.Sees("retimed")
		s.DoesNotSee("dreaming")
		s.Press("d")
		s.Pass(10 * time.Second)
		if files := filesIn(t, folder); len(files) != 1 {
			t.Errorf("saved %q", files)
		}
		s.Press("6")
		s.Press("1", "o")
		s.Pass(2 * time.Second)
		if len(s.opened) != 1 {
			t.Errorf("opened %q", s.opened)
		}
	})
}
