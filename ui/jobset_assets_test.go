package ui_test

import (
	"strings"
	"testing"
	"time"
)

// The marked assets are a source of a job set.
func TestMarkedAssetsBecomeAJobSet(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 160, height: 50}, func(s *story) {
		s.Press("3")
		s.Pass(time.Second)
		s.Press("/")
		s.Type("type:video")
		s.Press("enter", "space", "space", "/", "ctrl+u")
		s.Type("type:audio")
		s.Press("enter", "space", "space", "space")
		s.Sees("5 marked, 2 hidden")
		s.Press("N")
		s.Sees("new job set", "2 assets: ", "3 assets: ", "every track with every video")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("6 jobs to send", "2 videos, 3 tracks")
		for _, r := range s.account.Requests() {
			if strings.HasPrefix(r.Path, "/v2/assets/") {
				s.t.Errorf("asked %s, which was in the list", r.Path)
			}
		}
		s.Press("ctrl+s")
		s.Pass(2 * time.Second)
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(2 * time.Second)
		s.agreedTo(6)
	})
}
