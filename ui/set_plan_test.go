package ui_test

import (
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/state/outbox"
	"dubtop/ui"
)

// TestSetHasADeadline gives a set a deadline that the forecast says it misses, and
// another one that it keeps.
func TestSetHasADeadline(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 150, height: 45, account: simulator.Options{Plan: "hobbyist"}}, func(s *story) {
		s.Pass(3 * time.Second)
		s.Press("N")
		s.refill("Videos or a list", s.media("promo_10s.mp4")+" "+s.media("talk_12s.mp4")+" "+s.media("clip_9s.mp4"))
		s.refill("Audio", s.media("promo_10s_de.wav")+" "+s.media("talk_12s_de.wav")+" "+s.media("clip_9s_de.wav"))
		s.refill("Deadline", "yesterday")
		s.Press("tab")
		s.Sees("type a time like 18:00")
		s.refill("Deadline", "in 5m high")
		s.Press("ctrl+s")
		s.Pass(5 * time.Second)
		s.Press("ctrl+s")
		s.Pass(5 * time.Second)
		s.Press("enter")
		s.Pass(2 * time.Second)
		s.Sees("deadline  18:3", "priority  high")
		s.Press("y")
		s.Pass(3 * time.Second)
		s.Press("a")
		s.Pass(20 * time.Second)
		s.Press("5", "a", "p")
		s.Pass(3 * time.Second)
		s.Sees("late by ")
		s.Press("1", "A", "g", "enter")
		s.Sees("priority  high", ", late by ")
		s.Press("esc", "ctrl+t")
		s.Press("ctrl+u")
		s.Type("in 9h")
		s.Press("enter")
		s.Pass(time.Second)
		s.DoesNotSee("late by")
		s.Press("enter")
		s.Sees("deadline  Sat 03:3")
		s.DoesNotSee("priority")
		s.Press("esc", "u")
		s.Pass(time.Second)
		s.Sees("undone: ", "is due")
		s.Press("enter")
		s.Sees("priority  high", ", late by ")
	})
}

// TestQueueBeginsAtATimeOfDay sends nothing before, says when, and begins then, or
// when the user wants.
func TestQueueBeginsAtATimeOfDay(t *testing.T) {
	t.Parallel()
	start, err := outbox.ParseStart("22:00")
	if err != nil {
		t.Fatal(err)
	}
	for _, now := range []bool{false, true} {
		tell(t, stage{width: 150, height: 45, config: func(c *ui.Config) { c.Start = start }}, func(s *story) {
			s.Pass(3 * time.Second)
			s.price()
			s.Press("y")
			s.Pass(time.Minute)
			s.Sees("queue 1 from 22:00")
			s.Press("5")
			s.Sees("begins    at 22:00 with 1 job")
			if !strings.Contains(s.row("▌"), "from 22:00") {
				t.Errorf("%q", s.row("▌"))
			}
			if n := len(s.posts()); n != 0 {
				t.Fatalf("%d were sent", n)
			}
			if now {
				s.Press("P")
				s.Pass(10 * time.Second)
			} else {
				s.Pass(3 * time.Hour)
				if n := len(s.posts()); n != 0 {
					t.Fatalf("%d were sent before the time", n)
				}
				s.Pass(30 * time.Minute)
			}
			if n := len(s.posts()); n != 1 {
				t.Errorf("%d were sent", n)
			}
		})
	}
}
