package ui_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/ui"
)

// inLine is a journal with n jobs that were confirmed just now.
func inLine(t *testing.T, n int) func(*journal.Journal) {
	return func(j *journal.Journal) {
		subs := make([]outbox.Submission, n)
		for i := range subs {
			now := time.Now()
			sub, err := outbox.NewSubmission(fmt.Sprintf("s%03d", i), draft.Draft{
				Model: "lipsync-2", Visual: "http://127.0.0.1:8701/media/talk_28s.mp4", Audio: "http://127.0.0.1:8701/media/line_25s.wav",
				OutputFileName: fmt.Sprintf("job_%03d", i),
			}, draft.CheckEnv{Now: now})
			if err == nil {
				err = sub.Estimate(outbox.Price{Cost: new(api.Micros(1_250_000)), Seconds: 25, Frames: 625}, now)
			}
			if err == nil {
				err = sub.Confirm(now, fmt.Sprintf("key-%03d", i))
			}
			if err != nil {
				t.Fatal(err)
			}
			subs[i] = sub
		}
		if err := j.EnqueueAll(context.Background(), subs, nil, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
}

// noSlot counts the paid requests refused for lack of a slot.
func (s *story) noSlot() (n int) {
	for _, r := range s.posts() {
		if r.Status == 429 {
			n++
		}
	}
	return n
}

// If nothing tells how many jobs a plan runs at once, the queue finds out with
// its jobs, up to the number of the largest published plan.
func TestQueueFindsTheNumberOfSlots(t *testing.T) {
	t.Parallel()
	for slots, runs := range map[int]int{3: 3, 1000: outbox.MostTried} {
		account := simulator.Options{Slots: slots, HideSlots: true, Generations: -1}
		tell(t, stage{account: account, booked: inLine(t, 40), width: 40, height: 8}, func(s *story) {
			s.Pass(20 * time.Second)
			if n := s.account.Running(); n != runs {
				t.Errorf("%d of %d slots: %d run", runs, slots, n)
			}
			s.Resize(100, 30)
			s.Press("5")
			if slots == 3 {
				s.Sees("slots 3/3", "3, found by trying: one more was refused 18:30")
			} else {
				s.Sees("running 15", "unknown, so dubtop tries one more at a time, up to 15")
			}
		})
	}
}

func TestFoundNumberOfSlotsIsUsedForADay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	account := simulator.Options{Slots: 3, HideSlots: true, Generations: -1}
	tell(t, stage{account: account, journal: path, booked: inLine(t, 40), width: 120, height: 20}, func(s *story) {
		s.Press("5")
		s.Pass(3 * time.Second)
		s.Sees("3, found by trying", "slots 3/3")
		if n := s.noSlot(); n != 1 {
			t.Errorf("%d refusals", n)
		}
		s.Press("ctrl+c", "ctrl+c")
		s.end()
		s.start()
		s.Press("5")
		s.Resize(40, 8) // so that minutes of frames are drawn quickly
		s.Pass(2 * time.Minute)
		s.Resize(120, 20)
		s.Sees("3, found by trying")
		if n := s.noSlot(); n > 1 {
			t.Errorf("%d refusals", n)
		}
	})
}

// held is a journal whose queue the user has paused.
func held(t *testing.T, booked func(*journal.Journal)) func(*journal.Journal) {
	return func(j *journal.Journal) {
		booked(j)
		if err := j.PauseQueue(context.Background(), true); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSlotsAreSetInTheQueue(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	account := simulator.Options{Slots: 20, HideSlots: true, Generations: -1}
	tell(t, stage{account: account, journal: path, booked: held(t, inLine(t, 6)), width: 120, height: 16}, func(s *story) {
		s.Press("5", "#")
		s.Sees("jobs at once (empty: automatic):")
		s.Type("zwei")
		s.Press("enter")
		s.Sees("not set", "unknown, so")
		s.Press("#")
		s.Type("2")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("2, set here", "up to 2 jobs run at once")
		s.Press("P")
		s.Pass(4 * time.Second)
		if n := s.account.Running(); n != 2 {
			t.Errorf("%d run", n)
		}
		s.Press("P", "ctrl+c")
		s.end()
		s.start()
		s.Press("5")
		s.Pass(time.Second)
		s.Sees("2, set here", "slots 2/2")
		other := s.beside()
		other.Press("5", "#", "backspace")
		other.Type("4")
		other.Press("enter", "P")
		s.Pass(6 * time.Second)
		s.Sees("4, set here")
		if n := s.account.Running(); n != 4 {
			t.Errorf("%d run", n)
		}
	})
}

func TestChosenSlotsMayExceedWhatIsTried(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Slots: 20, HideSlots: true, Generations: -1}
	tell(t, stage{account: account, booked: inLine(t, 40), width: 80, height: 12}, func(s *story) {
		s.Press("5", "#")
		s.Type("19")
		s.Press("enter")
		s.Pass(20 * time.Second)
		if n := s.account.Running(); n != 19 {
			t.Errorf("%d run", n)
		}
	})
}

func TestServersNumberLimitsTheChosenOne(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Profile: simulator.Current, Slots: 3, Generations: -1}
	tell(t, stage{account: account, booked: inLine(t, 9)}, func(s *story) {
		s.Press("5", "#")
		s.Type("5")
		s.Press("enter")
		s.Pass(5 * time.Second)
		s.Sees("3, from the server; 5 set here")
		if n := s.account.Running(); n != 3 || s.noSlot() > 0 {
			t.Errorf("%d run, %d refusals", n, s.noSlot())
		}
		s.Press("#", "backspace")
		s.Type("2")
		s.Press("enter")
		s.Pass(2 * time.Second)
		s.Sees("2, set here; the server says 3")
	})
}

func TestReservedSlotsAreLeftToOthersWhileTrying(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Slots: 1000, HideSlots: true, Generations: -1}
	config := func(c *ui.Config) { c.Reserve = 4 }
	tell(t, stage{account: account, booked: inLine(t, 40), config: config}, func(s *story) {
		s.account.SetRunning(3)
		s.Pass(20 * time.Second)
		if n := s.account.Running(); n != 11 {
			t.Errorf("%d run", n)
		}
	})
}

// Only a refusal for lack of a slot ends the search, and nothing is tried while
// an outcome is unknown.
func TestOnlySlotRefusalsEndTheSearch(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Slots: 1000, HideSlots: true, Generations: -1}
	tell(t, stage{account: account, booked: inLine(t, 40)}, func(s *story) {
		s.account.Fault(creating, simulator.Fault{
			Times: 2, Status: 429, Body: `{"statusCode":429,"errorCode":"rate_limit_exceeded","message":"Rate limit exceeded."}`,
		})
		s.Press("5")
		s.Pass(30 * time.Second)
		s.Sees("unknown, so dubtop tries one more at a time, up to 15")
		if n := s.account.Running(); n != outbox.MostTried {
			t.Errorf("%d run", n)
		}
	})
}

func TestNothingIsTriedWithAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Slots: 1000, HideSlots: true, IgnoreKeys: true, Speed: 8, Generations: -1}
	lost := func(a *simulator.Server) { a.Fault(creating, simulator.Fault{Times: 1, DropBefore: true}) }
	tell(t, stage{account: account, prepare: lost, booked: inLine(t, 40)}, func(s *story) {
		s.Press("5")
		most := 0
		for range 60 {
			s.Pass(time.Second)
			most = max(most, s.account.Running())
		}
		if n := len(s.account.Accepted()); most > 1 || n < 2 {
			t.Errorf("%d ran at once, %d accepted", most, n)
		}
		s.Sees("maybe charged")
		if !strings.Contains(strings.Join(strings.Fields(s.Screen()), " "), "not while an outcome is unknown") {
			t.Errorf("why is not said\n%s", s.Screen())
		}
	})
}
