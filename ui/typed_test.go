package ui_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/state/outbox"
)

// twoOnOneDraft types a draft in one window and shows it in a second one.
func twoOnOneDraft(t *testing.T, tale func(s, other *story)) {
	t.Helper()
	t.Parallel()
	tell(t, stage{journal: filepath.Join(t.TempDir(), "journal.db")}, func(s *story) {
		s.fillForm()
		s.fill("Output file name", "take")
		s.Pass(2 * time.Second)
		other := s.beside()
		other.Pass(2 * time.Second)
		other.Press("n")
		other.Sees("talk_28s.mp4", "line_25s.wav", "take")
		tale(s, other)
	})
}

// intents returns the submissions that may have cost something, or still may.
func (s *story) intents() (names []string) {
	s.t.Helper()
	all, err := s.book.Submissions(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range all {
		if all[i].State != outbox.SubmissionDraft {
			names = append(names, string(all[i].Name))
		}
	}
	return names
}

// sends has the form's draft priced and confirms it.
func (s *story) sends() {
	s.t.Helper()
	s.Press("ctrl+s")
	s.Pass(2 * time.Second)
	s.Sees("Send this job?")
	s.Press("y")
}

func TestWindowWithAnOutdatedDraftLearnsItWasSent(t *testing.T) {
	twoOnOneDraft(t, func(s, other *story) {
		s.fill("Output file name", "_two")
		s.sends()
		s.Pass(5 * time.Second)
		s.once()
		other.Pass(3 * time.Second)
		other.Sees("changed and sent in another window", "take_two")
		other.Press("ctrl+s")
		other.Pass(2 * time.Second)
		other.DoesNotSee("Send this job?")
		other.Sees("this was already sent")
		other.fill("Output file name", "_three")
		other.DoesNotSee("in another window")
		other.sends()
		other.Pass(5 * time.Second)
		if got := s.intents(); strings.Join(got, " ") != "take_two_three take_two" {
			t.Errorf("the journal holds %q", got)
		}
		s.Press("n") // the draft is gone from both
		s.DoesNotSee("talk_28s.mp4")
	})
}

func TestConfirmingAnOutdatedDraftIsRefused(t *testing.T) {
	twoOnOneDraft(t, func(s, other *story) {
		other.Press("ctrl+s")
		other.Pass(time.Second)
		other.Sees("Send this job?")
		s.fill("Output file name", "_two")
		s.Pass(2 * time.Second)
		other.Press("y")
		other.Pass(3 * time.Second)
		other.Sees("changed in another window", "take_two", "new generation")
		if n := s.intents(); len(n) != 0 || len(s.posts()) != 0 {
			t.Errorf("%d were agreed to, %d requests left", len(n), len(s.posts()))
		}
		other.sends()
		other.Pass(5 * time.Second)
		s.once()
		s.Pass(2 * time.Second)
		s.Sees("sent in another window")
		s.DoesNotSee("changed and sent")
	})
}

func TestTextTypedInBothWindowsIsKept(t *testing.T) {
	twoOnOneDraft(t, func(s, other *story) {
		s.fill("Output file name", "_here")
		other.fill("Output file name", "_there")
		for range 3 {
			s.Pass(time.Second)
			other.Pass(time.Second)
		}
		told, kept := s, other
		if s.row("in another window") == "" {
			told, kept = other, s
		}
		kept.DoesNotSee("in another window")
		told.Sees("changed in another window", "your own text is kept: ctrl+y", "1 other unsent draft")
		shown := told.row("Output file name")
		told.Press("ctrl+y")
		if typed := told.row("Output file name"); typed == shown || !strings.Contains(typed+shown, "take_here") || !strings.Contains(typed+shown, "take_there") {
			t.Errorf("the form shows %q, then %q", shown, typed)
		}
		told.sends()
		told.Pass(2 * time.Second)
		kept.sends()
		kept.Pass(5 * time.Second)
		if n := len(s.posts()); n != 2 || len(s.intents()) != 2 {
			t.Errorf("%d requests of %q", n, s.intents())
		}
	})
}

func TestDraftIsSentOnceIfTheFirstWindowDies(t *testing.T) {
	for name, early := range map[string]bool{"the other is asked already": true, "the other is not": false} {
		t.Run(name, func(t *testing.T) {
			twoOnOneDraft(t, func(s, other *story) {
				if early {
					other.Press("ctrl+s")
					other.Pass(time.Second)
					other.Sees("Send this job?")
				}
				s.account.Fault(creating, simulator.Fault{Times: 1, Delay: time.Hour})
				s.sends()
				s.Pass(time.Second)
				s.Terminal.Kill()
				_ = s.book.Close()
				if early {
					other.Press("y")
				}
				other.Pass(3 * time.Second)
				other.Sees("sent in another window", "talk_28s.mp4")
				other.Press("ctrl+s")
				other.Pass(3 * time.Second)
				other.DoesNotSee("Send this job?")
				if n := other.intents(); len(n) != 1 {
					t.Errorf("%d intents", len(n))
				}
			})
		})
	}
}

func TestClearedDraftIsFollowed(t *testing.T) {
	twoOnOneDraft(t, func(s, other *story) {
		other.Press("esc")
		s.fill("Output file name", "_two")
		s.Pass(2 * time.Second)
		other.Pass(2 * time.Second)
		other.Press("n")
		other.Sees("take_two")
		s.Press("ctrl+l")
		s.Pass(2 * time.Second)
		other.Pass(2 * time.Second)
		other.Sees("emptied in another window")
		other.DoesNotSee("talk_28s.mp4")
		if all, err := s.book.Drafts(s.t.Context()); len(all) > 0 || err != nil {
			t.Errorf("the journal holds %+v, %v", all, err)
		}
	})
}
