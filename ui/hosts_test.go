package ui_test

import (
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// Before anything is opened or sent, a non-ASCII host is shown as it is sent
// over the network and as it reads.
func TestNonASCIIHostsAreShownBothWaysInDialogs(t *testing.T) {
	t.Parallel()
	const strange = "https://\u0430\u0440\u0440\u04cf\u0435.com/line_25s.wav" // reads like apple.com
	sees := func(s *story) {
		s.t.Helper()
		s.Sees("host      xn--80ak6aa92e.com", "reads     \u0430\u0440\u0440\u04cf\u0435.com")
	}
	tell(t, stage{account: scale(), width: 120, height: 40}, func(s *story) {
		s.Press("n")
		s.Type(s.media("talk_28s.mp4"))
		s.Press("tab")
		s.Paste(strange)
		s.Sees("host xn--80ak6aa92e.com reads \u0430\u0440\u0440\u04cf\u0435.com")
		s.Press("ctrl+s")
		s.until("Send this job?", time.Minute)
		sees(s)
		s.Pass(2 * time.Second)
		s.Press("esc", "esc")
		s.check(s.lines(24, func(i int, line string) string {
			if i == 7 {
				return strings.Replace(line, s.media("line_6_12s.wav"), strange, 1)
			}
			return line
		}))
		s.until("Send this batch of 24 jobs?", time.Minute)
		sees(s)
	})
	at := func(a *simulator.Server) {
		for range 2 {
			a.Add(simulator.Job{Name: "strange", Visual: a.StorageURL() + "/media/talk_28s.mp4", Audio: strange, Seconds: 25, Status: "COMPLETED"})
		}
	}
	st := stage{account: simulator.Options{Generations: -1}, prepare: at, width: 120, height: 40}
	tell(t, st, func(s *story) {
		s.Press("a", ".")
		s.Pass(90 * time.Second)
		s.Press("enter")
		s.until("Send 2 jobs?", time.Minute)
		sees(s)
	})
	spoil := func(member string, v any) any {
		if member == "outputUrl" {
			return strange
		}
		return v
	}
	st.through = poison(spoil)
	tell(t, st, func(s *story) {
		s.Press("a", "o")
		s.Pass(5 * time.Second)
		s.Sees("Open 2 videos in the browser?")
		sees(s)
		s.Press("n")
		if len(s.opened) > 0 {
			t.Errorf("opened %q", s.opened)
		}
	})
}

// A non-ASCII host may imitate a familiar one. Wherever a link is shown, the
// host appears as it is sent, with how it reads beside it.
func TestNonASCIIHostsAreShownBothWaysInDetails(t *testing.T) {
	t.Parallel()
	spoil := func(member string, v any) any {
		if member == "url" || member == "outputUrl" {
			return "https://exämple.com/a/talk.mp4"
		}
		return v
	}
	tell(t, stage{account: hostile(8), through: poison(spoil), width: 140, height: 40}, func(s *story) {
		s.Pass(8 * time.Second)
		for _, view := range []string{"1", "3"} {
			s.Press(view, "g", "enter")
			s.Pass(time.Second)
			s.Sees("https://xn--exmple-cua.com/a/talk.mp4", "reads     exämple.com")
			s.DoesNotSee("https://exämple.com")
			s.Press("esc")
		}
	})
}
