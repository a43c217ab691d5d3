package ui_test

import (
	"fmt"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
)

// TestFirstJobInTheDemoSucceeds sends a job to the demo as a newcomer would,
// from an asset, and then runs the newest job again. Each is done while the
// newcomer watches.
func TestFirstJobInTheDemoSucceeds(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= 4; seed++ {
		st := stage{account: simulator.Options{Demo: true, Seed: seed, Generations: 214}, moody: true, width: 140, height: 40}
		tell(t, st, func(s *story) {
			s.Pass(3 * time.Second)
			s.Press("n", "ctrl+o")
			s.Pass(time.Second)
			s.Press("enter", "tab", "ctrl+o")
			s.Pass(time.Second)
			s.Press("enter", "ctrl+s")
			s.Pass(2 * time.Second)
			s.Sees("Send this job?", "This will cost $")
			s.Press("y")
			s.Pass(time.Second)
			s.succeeds(seed, 1)

			s.Press("/")
			s.Type("status:completed")
			s.Press("enter", "g", ".")
			s.Pass(time.Second)
			s.Press("ctrl+s")
			s.Pass(2 * time.Second)
			s.Press("y")
			s.Pass(time.Second)
			s.succeeds(seed, 2)
		})
	}
}

// succeeds waits for the newest of n sent jobs, no longer than people like to
// wait.
func (s *story) succeeds(seed uint64, n int) {
	s.t.Helper()
	sent := s.account.Accepted()
	if len(sent) != n || n == 0 {
		s.t.Fatalf("seed %d: %d jobs were sent\n%s", seed, len(sent), s.Screen())
	}
	s.Pass(22 * time.Second)
	g, err := s.client().Generation(s.t.Context(), api.ID(sent[n-1].ID), api.GenerationDetails{})
	if err != nil || g.Status != "COMPLETED" {
		s.t.Fatalf("seed %d: it is %s, %v", seed, g.Status, err)
	}
	s.Press("esc", "esc", "/")
	s.Type(fmt.Sprintf("%.8s", sent[n-1].ID))
	s.Press("enter")
	s.Sees("✓ completed")
	s.Press("esc")
}
