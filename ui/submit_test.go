package ui_test

import (
	"strings"
	"testing"
	"time"
)

func TestAJobIsPricedConfirmedSentWatchedAndOpened(t *testing.T) {
	tell(t, stage{}, func(s *story) {
		s.fillForm()
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Send this job?", "This will cost $1.25 at list price", "625 at 25 frames a second (fps: 25)", "remote file")
		if n := len(s.posts()); n != 0 {
			t.Fatalf("%d paid requests left before the yes", n)
		}
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("accepted", "○ pending")
		posts := s.posts()
		if len(posts) != 1 || posts[0].IdempotencyKey == "" {
			t.Fatalf("want exactly one paid request with an idempotency key, got %+v", posts)
		}
		for range 240 {
			if strings.Contains(s.row("talk_28s"), "running") {
				break
			}
			s.Pass(time.Second)
		}
		s.Sees("● running")
		for range 600 {
			if strings.Contains(s.row("talk_28s"), "completed") {
				break
			}
			s.Pass(time.Second)
		}
		s.Sees("✓ completed")
		s.Press("g", "o")
		s.Pass(time.Second)
		if len(s.opened) != 1 || !strings.HasPrefix(s.opened[0], s.account.BaseURL()+"/v2/generations/") {
			t.Fatalf("opened %q", s.opened)
		}
		if len(s.posts()) != 1 {
			t.Fatalf("%d paid requests in the end", len(s.posts()))
		}
	})
}
