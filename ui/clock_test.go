package ui_test

import (
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// apart is an account whose server's clock is ahead of ours, with a job that is
// 33 minutes old and one that is 3 hours old.
func apart(ahead time.Duration) stage {
	st := stage{
		account: simulator.Options{Generations: -1, Now: func() time.Time { return time.Now().Add(ahead) }},
		prepare: func(a *simulator.Server) {
			a.Add(simulator.Job{Name: "older", Status: "COMPLETED", Age: 3 * time.Hour})
			a.Add(simulator.Job{Name: "newer", Status: "COMPLETED", Age: 33 * time.Minute})
			a.Add(simulator.Job{Name: "at_work", Status: "PENDING", Age: 40 * time.Second})
			a.AddAsset(simulator.Asset{Name: "face.mp4", Age: 33 * time.Minute})
		},
	}
	return st
}

func TestAgesAllowForTheServersClock(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{2 * time.Hour, -2 * time.Hour, time.Second} {
		tell(t, apart(ahead), func(s *story) {
			s.Pass(3 * time.Second)
			for name, age := range map[string]string{"older": " 3h", "newer": " 33m", "at_work": " 42s "} {
				if row := s.row(name); !strings.Contains(row, age) {
					t.Errorf("%v ahead: the age of %s is not %s:\n%s", ahead, name, age, row)
				}
			}
			s.DoesNotSee("clo…", "unusual", "yet to come")
			s.Press("g", "j")
			s.Pass(time.Second)
			s.Sees("created   17:57:0", ", 33m ago") // on the clock in the header
			s.Press("3")
			s.Sees(" 33m", "created   17:57:0")
			s.Press("1", "G", "enter")
			s.Pass(time.Second)
			s.Sees("created   15:30:0", ", 3h ago")
		})
	}
}

func TestClockDifferenceIsReported(t *testing.T) {
	t.Parallel()
	tell(t, apart(2*time.Hour), func(s *story) {
		s.Pass(2 * time.Second)
		s.Sees("this machine's clock is 2h00m behind the server's; ages allow for it")
	})
	tell(t, apart(-90*time.Second), func(s *story) {
		s.Pass(2 * time.Second)
		s.Sees("this machine's clock is 1m30s ahead of the server's")
	})
	tell(t, apart(20*time.Second), func(s *story) {
		s.Pass(2 * time.Second)
		s.DoesNotSee("this machine's clock")
	})
}

// TestUnknownOutcomeHasTheRightAge loses a request while the clocks differ. Its
// row stands among rows with the server's times.
func TestUnknownOutcomeHasTheRightAge(t *testing.T) {
	t.Parallel()
	st := apart(2 * time.Hour)
	st.account.IgnoreKeys = true
	tell(t, st, func(s *story) {
		s.Pass(12 * time.Second)
		s.lose("lost_one", simulator.Fault{DropBefore: true})
		s.Pass(3 * time.Minute)
		s.Press("1", "g")
		if row := s.row("lost_one"); !strings.Contains(row, "▌") || !strings.Contains(row, "  3m ") {
			t.Errorf("it is not the newest, three minutes old:\n%s", s.Screen())
		}
	})
}
