package ui_test

import (
	"fmt"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/ui"
)

// signed returns the link of a file that expires after the given time, by a
// clock that may differ from ours.
func signed(s *story, name string, clock time.Time, d time.Duration) string {
	return fmt.Sprintf("%s?X-Amz-Date=%s&X-Amz-Expires=%d&X-Amz-Signature=x",
		s.media(name), clock.UTC().Format("20060102T150405Z"), int(d.Seconds()))
}

// agreeSigned confirms a job whose video link expires after the given time.
func (s *story) agreeSigned(d time.Duration) {
	s.t.Helper()
	s.Press("1", "n", "ctrl+l")
	s.fill("Video", signed(s, "talk_28s.mp4", time.Now(), d))
	s.fill("Audio", s.media("line_25s.wav"))
	s.Press("ctrl+s")
	s.Pass(time.Second)
	s.Sees("Send this job?")
	s.Press("y")
	s.Pass(time.Second)
}

func TestExpiringLinkIsAWarningAndAnExpiredOneAnError(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("n")
		s.fill("Video", signed(s, "talk_28s.mp4", begins().Add(-5*time.Minute), 10*time.Minute))
		s.fill("Audio", s.media("line_25s.wav"))
		s.Sees("this signed link expires in", "the job may start later")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Send this job?", "the signed link of the video expires in")
		s.Press("n")
		s.Pass(6 * time.Minute)
		s.Sees("this signed link has expired: make a new one")
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.DoesNotSee("Send this job?")
	})
}

func TestLinkExpiringInTheDialogIsNotConfirmed(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Press("n")
		s.fill("Video", signed(s, "talk_28s.mp4", time.Now(), time.Minute))
		s.fill("Audio", s.media("line_25s.wav"))
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Sees("Send this job?")
		s.Pass(time.Minute)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("the signed link of the video has expired; make a new one", "new generation")
		s.agreedTo(0)
	})
}

// The pause outlasts the link, and in one case the price too.
func TestLinkExpiredInTheQueueIsNotSentAndCanBeReplaced(t *testing.T) {
	t.Parallel()
	for _, held := range []time.Duration{80 * time.Second, 6 * time.Minute} {
		tell(t, stage{}, func(s *story) {
			s.Press("5", "P")
			s.agreeSigned(75 * time.Second)
			s.Press("5")
			s.Pass(held)
			s.Sees("! expired", "e to edit it")
			s.Press("P")
			s.Pass(20 * time.Second)
			s.Sees("1 job waits", "the signed link of the video has expired; make a new one")
			if n := len(s.posts()); n != 0 {
				s.t.Fatalf("%d requests were sent", n)
			}
			s.DoesNotSee("today $")
			s.Press("e")
			s.Pass(time.Second)
			s.Sees("new generation", "from the queue", "this signed link has expired")
			s.at("Video")
			s.Press("ctrl+u")
			s.Type(signed(s, "talk_28s.mp4", time.Now(), 24*time.Hour))
			s.Press("ctrl+s")
			s.Pass(time.Second)
			s.Sees("Send this job?", "$1.25")
			s.DoesNotSee("expire")
			s.Press("y")
			s.Pass(time.Second)
			if n := len(s.account.Accepted()); n != 1 {
				s.t.Fatalf("%d jobs were accepted\n%s", n, s.Screen())
			}
		})
	}
}

// A signed link is judged by the clock of its signer, not by ours: this machine
// is three hours behind or ahead.
func TestLocalClockExpiresNoLink(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{3 * time.Hour, -3 * time.Hour} {
		clock := func() time.Time { return time.Now().Add(ahead) }
		tell(t, stage{account: simulator.Options{Now: clock}}, func(s *story) {
			s.Pass(5 * time.Second)
			s.Press("n")
			s.fill("Video", signed(s, "talk_28s.mp4", clock(), 2*time.Hour))
			s.fill("Audio", s.media("line_25s.wav"))
			s.DoesNotSee("expire")
			s.Press("ctrl+s")
			s.Pass(time.Second)
			s.DoesNotSee("expire")
			s.Press("y")
			s.Pass(5 * time.Second)
			if n := len(s.account.Accepted()); n != 1 {
				s.t.Fatalf("%d jobs were accepted\n%s", n, s.Screen())
			}
			s.Press("1", "n", "ctrl+l")
			s.fill("Video", signed(s, "talk_28s.mp4", clock().Add(-time.Hour), 59*time.Minute))
			s.Sees("this signed link has expired")
		})
	}
}

// If its link has expired, a job of unknown outcome is searched for and not
// resent, because a worker could not fetch the input.
func TestUnknownOutcomeWithAnExpiredLinkIsNotResent(t *testing.T) {
	t.Parallel()
	tell(t, stage{config: func(c *ui.Config) { c.Slots = 3 }}, func(s *story) {
		s.account.Fault(creating, simulator.Fault{Times: 1, DropBefore: true, Delay: 20 * time.Second})
		s.agreeSigned(12 * time.Second)
		s.Pass(5 * time.Minute)
		s.Press("5", "enter")
		s.Sees("unknown outcome", "No matching job was found")
		s.Press("R")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("the signed link of the video has expired")
		if n := len(s.posts()); n != 1 {
			s.t.Errorf("%d requests\n%s", n, s.Screen())
		}
	})
}

func TestGroupLeavesOutExpiredJobs(t *testing.T) {
	t.Parallel()
	st := stage{account: simulator.Options{Generations: -1}, config: func(c *ui.Config) { c.Slots = 3 }}
	tell(t, st, func(s *story) {
		s.agreeSigned(24 * time.Hour)
		s.agreeSigned(2 * time.Minute)
		s.agreeSigned(25 * time.Hour)
		if n := len(s.account.Accepted()); n != 3 {
			s.t.Fatalf("%d jobs were accepted\n%s", n, s.Screen())
		}
		s.Press("a", ".")
		s.Pass(2 * time.Second)
		s.Sees("Run 3 jobs again", "3 × $1.25")
		s.Press("enter")
		s.Pass(2 * time.Minute)
		s.Sees("Send 3 jobs?")
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("Nothing was sent: a signed link", "Left out: 1", "the signed link of the video has expired", "2 × $1.25")
		s.agreedTo(3)
	})
}
