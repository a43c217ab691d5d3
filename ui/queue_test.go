package ui_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/simulator"
	"dubtop/ui"
	"dubtop/ui/uitest"
)

// agree fills in the form with a name, has it priced and confirms.
func (s *story) agree(name string) {
	s.t.Helper()
	s.Press("1", "n", "ctrl+l")
	s.fillInto(name)
	s.Press("ctrl+s")
	s.Pass(time.Second)
	s.Sees("Send this job?")
	s.Press("y")
	s.Pass(time.Second)
}

// acceptedNames returns the output file names of the accepted jobs, in order.
func (s *story) acceptedNames() (names []string) {
	for _, a := range s.account.Accepted() {
		_, name, _ := strings.Cut(string(a.Body), `"outputFileName":"`)
		name, _, _ = strings.Cut(name, `"`)
		names = append(names, name)
	}
	return names
}

func (s *story) acceptsInOrder(names ...string) {
	s.t.Helper()
	if got := fmt.Sprint(s.acceptedNames()); got != fmt.Sprint(names) {
		s.t.Fatalf("accepted %s, want %s\n%s", got, names, s.Screen())
	}
}

func TestJobWithoutASlotWaitsAndIsSentLater(t *testing.T) {
	t.Parallel()
	full := func(a *simulator.Server) { a.SetRunning(3) }
	tell(t, stage{prepare: full}, func(s *story) {
		s.agree("first")
		s.Sees("it waits in the queue (5): all slots are taken", "slots 3/3", "queue 1 ~", "5 Queue 1")
		s.agree("second")
		s.Press("5")
		s.Sees("waiting", "first", "second", "tried in", "2 jobs wait", "3, from the server")
		if n := len(s.posts()); n != 1 {
			s.t.Fatalf("%d requests into full slots", n)
		}
		s.account.SetRunning(0)
		s.Pass(20 * time.Second)
		s.Sees("The queue is empty")
		s.acceptsInOrder("first", "second")
	})
}

func TestHeaderShowsTheSlots(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Profile: simulator.Current, Slots: 4}}, func(s *story) {
		s.agree("one")
		s.Pass(time.Second)
		s.Sees("slots 1/4")
		s.agree("two")
		s.Pass(time.Second)
		s.acceptsInOrder("one", "two")
	})
}

func TestReservedSlotsAreLeftToOthers(t *testing.T) {
	t.Parallel()
	config := func(c *ui.Config) { c.Slots, c.Reserve = 3, 2 }
	tell(t, stage{config: config}, func(s *story) {
		s.agree("one")
		s.agree("two")
		s.Pass(time.Minute)
		s.acceptsInOrder("one")
		s.Press("5")
		s.Sees("3, set in config.toml; 2 left to others")
	})
}

func TestQueueIsReorderedPausedAndDropped(t *testing.T) {
	t.Parallel()
	full := func(a *simulator.Server) { a.SetRunning(3) }
	path := filepath.Join(t.TempDir(), "journal.db")
	tell(t, stage{prepare: full, journal: path, config: func(c *ui.Config) { c.Slots = 3 }}, func(s *story) {
		for _, name := range []string{"a1", "b2", "c3", "d4"} {
			s.agree(name)
		}
		s.Press("5", "j", "j", "K", "K") // c3 to the front
		s.Sees("▌    1  ○ waiting    lipsync-2      c3")
		s.Press("j", "p")
		s.Sees("· paused", "paused: 1 job")
		s.Press("j", "x")
		s.Pass(time.Second)
		s.Sees("Drop 1 job?")
		s.Press("y")
		s.Pass(time.Second)
		s.DoesNotSee(" b2 ")
		s.Press("q")
		s.Pass(time.Second)
		s.Sees("2 jobs wait in the queue", "dubtop queue drain", "quit now")
		s.Press("y")
		s.end()
		s.start()
		s.Pass(2 * time.Second)
		s.Press("5")
		s.Sees("1  ○ waiting    lipsync-2      c3", "2  · paused     lipsync-2      a1", "3  ○ waiting    lipsync-2      d4")
		s.account.SetRunning(0)
		s.Pass(20 * time.Second)
		s.acceptsInOrder("c3", "d4")
		s.Press("p")
		s.Pass(20 * time.Second)
		s.acceptsInOrder("c3", "d4", "a1")
	})
}

func TestPauseSurvivesARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	tell(t, stage{journal: path}, func(s *story) {
		s.Press("5", "P")
		s.Sees("queue paused")
		s.agree("kept")
		s.Sees("queue 1 paused")
		s.Press("q")
		s.end()
		s.start()
		s.Pass(10 * time.Second)
		s.Sees("queue 1 paused")
		s.acceptsInOrder()
		s.Press("5", "P")
		s.Pass(2 * time.Second)
		s.acceptsInOrder("kept")
	})
}

func TestEditTakesAJobOutAndVoidsItsPrice(t *testing.T) {
	t.Parallel()
	full := func(a *simulator.Server) { a.SetRunning(3) }
	path := filepath.Join(t.TempDir(), "journal.db")
	tell(t, stage{prepare: full, journal: path, config: func(c *ui.Config) { c.Slots = 3 }}, func(s *story) {
		s.agree("draft_one")
		s.Press("5", "e")
		s.Sees("new generation", "from the queue: its price is void", "draft_one")
		s.Pass(time.Second)
		s.Press("esc")
		s.Sees("The queue is empty")
		s.Press("q")
		s.end()
		s.account.SetRunning(0)
		s.start()
		s.Pass(time.Minute)
		s.acceptsInOrder()
		s.Press("n")
		s.Sees("draft_one", "talk_28s.mp4", "line_25s.wav")
	})
}

// A job is taken into the form while its new price is requested. The old job
// must not be sent as well.
func TestJobEditedWhileItIsPricedIsSentOnce(t *testing.T) {
	t.Parallel()
	full := func(a *simulator.Server) { a.SetRunning(3) }
	path := filepath.Join(t.TempDir(), "journal.db")
	tell(t, stage{prepare: full, journal: path, config: func(c *ui.Config) { c.Slots = 3 }}, func(s *story) {
		s.agree("before")
		s.Pass(10 * time.Minute)
		s.account.Fault("POST /v2/generations/estimate", simulator.Fault{Delay: 10 * time.Second})
		s.account.SetRunning(0)
		s.Press("5")
		for asked := s.estimates(); s.estimates() == asked; {
			s.Pass(time.Second)
		}
		s.Press("e") // the price is being requested
		s.fill("Output file name", "_again")
		s.Pass(time.Minute)
		s.acceptsInOrder()
		s.account.ClearFaults()
		s.Press("ctrl+s")
		s.Pass(time.Second)
		s.Press("y")
		s.Pass(time.Minute)
		s.acceptsInOrder("before_again")
	})
}

// A price is valid for five minutes. A job that waits longer is priced again
// when its turn comes. If it costs no more it is sent, otherwise the user is
// asked.
func TestStalePriceIsRenewedInTheQueue(t *testing.T) {
	t.Parallel()
	full := func(a *simulator.Server) { a.SetRunning(3) }
	tell(t, stage{prepare: full, config: func(c *ui.Config) { c.Slots = 3 }}, func(s *story) {
		s.agree("same")
		s.agree("dearer")
		s.Pass(10 * time.Minute)
		s.account.SetRunning(2)
		s.Pass(20 * time.Second)
		s.acceptsInOrder("same")
		s.account.Fault("POST /v2/generations/estimate", dearer())
		s.account.SetRunning(0)
		s.Press("5")
		s.Pass(30 * time.Second)
		s.Sees("price up", "price went up", "$9.99")
		s.acceptsInOrder("same")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Send this job?", "This will cost $9.99")
		s.Press("y")
		s.Pass(5 * time.Second)
		s.acceptsInOrder("same", "dearer")
	})
}

// A price may go up hours before anybody sees it. It can still be confirmed, at
// the current price.
func TestHigherPriceIsConfirmedTheNextMorning(t *testing.T) {
	t.Parallel()
	full := func(a *simulator.Server) { a.SetRunning(3) }
	tell(t, stage{prepare: full, config: func(c *ui.Config) { c.Slots = 3 }}, func(s *story) {
		s.agree("overnight")
		s.Pass(10 * time.Minute)
		s.account.Fault("POST /v2/generations/estimate", dearer())
		s.account.SetRunning(0)
		s.Press("5")
		s.until("price up", time.Minute)
		s.account.ClearFaults()
		s.account.Fault("POST /v2/generations/estimate",
			simulator.Fault{Status: 200, Body: `{"estimatedFrameCount":625,"estimatedGenerationCost":8.88}`})
		s.Pass(10 * time.Minute)
		s.Press("enter")
		s.Pass(2 * time.Second)
		s.Sees("Send this job?", "This will cost $8.88")
		s.acceptsInOrder()
		s.Press("y")
		s.Pass(5 * time.Second)
		s.acceptsInOrder("overnight")
	})
}

func TestTwoWindowsConfirmOnePriceAndOneSends(t *testing.T) {
	t.Parallel()
	full := func(a *simulator.Server) { a.SetRunning(3) }
	st := stage{prepare: full, config: func(c *ui.Config) { c.Slots = 3 }, journal: filepath.Join(t.TempDir(), "journal.db")}
	tell(t, st, func(s *story) {
		s.agree("shared")
		s.Pass(10 * time.Minute)
		s.account.Fault("POST /v2/generations/estimate", dearer())
		s.account.SetRunning(0)
		s.Press("5")
		s.until("price up", time.Minute)
		other := s.beside()
		other.Pass(time.Second)
		other.Press("5")
		for _, window := range []*story{s, other} {
			window.Press("enter")
			window.Pass(time.Second)
			window.Sees("Send this job?")
		}
		s.Press("y")
		s.Pass(3 * time.Second)
		other.Press("y")
		other.Pass(3 * time.Second)
		other.Sees("another window was faster")
		other.DoesNotSee("nothing was charged", "new generation")
		s.acceptsInOrder("shared")
	})
}

func dearer() simulator.Fault {
	return simulator.Fault{Status: 200, Body: `{"estimatedFrameCount":625,"estimatedGenerationCost":9.99}`}
}

func TestPriceFromBeforeASleepIsRenewed(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Pass(3 * time.Minute) // the unit prices are known
		s.Press("5", "P")
		s.agree("awake")
		before := s.estimates()
		s.Press("5", "P")
		s.Pass(2 * time.Second)
		s.acceptsInOrder("awake")
		if n := s.estimates() - before; n != 0 {
			s.t.Errorf("a fresh price was asked for %d times again", n)
		}
	})
	var nap atomic.Int64 // how long the machine will sleep
	asleep := func(msg tea.Msg) tea.Msg {
		time.Sleep(time.Duration(nap.Swap(0)))
		return msg
	}
	tell(t, stage{terminal: uitest.Options{Filter: asleep}}, func(s *story) {
		s.Pass(3 * time.Minute)
		s.Press("5", "P")
		s.agree("slept")
		before := s.estimates()
		nap.Store(int64(time.Minute))
		s.Pass(time.Minute + 2*time.Second)
		s.Press("5", "P")
		s.Pass(2 * time.Second)
		s.acceptsInOrder("slept")
		if n := s.estimates() - before; n != 1 {
			s.t.Errorf("after a sleep the price was asked for %d times", n)
		}
	})
}

// estimates counts the prices requested from the server.
func (s *story) estimates() (n int) {
	for _, r := range s.account.Requests() {
		if strings.Contains(r.Path, "/estimate") && r.Method == "POST" {
			n++
		}
	}
	return n
}

func TestRefusedJobStaysInTheQueue(t *testing.T) {
	t.Parallel()
	full := func(a *simulator.Server) { a.SetRunning(3) }
	path := filepath.Join(t.TempDir(), "journal.db")
	tell(t, stage{prepare: full, journal: path, config: func(c *ui.Config) { c.Slots = 3 }}, func(s *story) {
		s.agree("no_face")
		s.Press("ctrl+c", "ctrl+c") // asked, and meant
		s.end()
		s.account.Fault(creating, simulator.Fault{Times: 1, Status: 422, Body: `{"statusCode":422,"message":"No face was found."}`})
		s.account.SetRunning(0)
		s.start()
		s.Pass(8 * time.Second)
		s.Sees("no_face: Refused, nothing was charged: rejected (422): No face was found.")
		s.DoesNotSee("new generation")
		s.Press("q")
		s.end()
		s.start()
		s.Pass(5 * time.Second)
		s.Press("5")
		s.Sees("✗ refused", "no_face", "No face was found.")
		s.Press("e")
		s.Sees("new generation", "no_face", "talk_28s.mp4")
		s.Press("esc")
		s.Sees("The queue is empty")
		s.acceptsInOrder()
	})
}

func TestTwoWindowsShowOneQueueAndOneSends(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	tell(t, stage{journal: path}, func(s *story) {
		s.Pass(time.Second)
		other := s.beside()
		other.Pass(time.Second)
		other.Press("5")
		other.Sees("The queue is empty")
		s.Press("5", "P")
		s.agree("shared")
		other.Pass(3 * time.Second)
		other.Sees("shared", "queue paused")
		other.Press("P")
		s.Pass(3 * time.Second)
		s.acceptsInOrder("shared")
	})
}

func TestOtherWindowTakesOverFromADeadSender(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	tell(t, stage{journal: path}, func(s *story) {
		s.Pass(time.Second)
		book := s.book
		s.start() // a second window; the first one still has the journal open
		s.Pass(time.Second)
		s.Press("5")
		s.agree("heir")
		s.Press("5")
		s.Sees("process")
		s.Pass(6 * time.Second)
		s.acceptsInOrder("heir") // the first window sends what the second one confirmed
		_ = book.Close()
		s.Pass(3 * time.Second)
		s.Sees("this window sends from the queue now")
		s.agree("own")
		s.Pass(10 * time.Minute)
		s.acceptsInOrder("heir", "own")
	})
}

func TestManyUnknownOutcomesPauseTheQueue(t *testing.T) {
	t.Parallel()
	account := simulator.Options{IgnoreKeys: true, Slots: 9}
	tell(t, stage{account: account, config: func(c *ui.Config) { c.Slots = 9 }}, func(s *story) {
		s.Press("5", "P")
		for i := range 6 {
			s.agree(fmt.Sprintf("storm_%d", i))
		}
		s.account.Fault(creating, simulator.Fault{Status: 502, Body: "bad gateway"})
		s.Press("5", "P")
		s.Pass(4 * time.Minute)
		if n := len(s.posts()); n > 6 || n < 3 {
			s.t.Errorf("%d were put at stake", n)
		}
		s.Sees("paused", "maybe charged")
	})
}

func TestSuspendedWindowLetsTheOtherSend(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.db")
	stopped := func() tea.Msg { return nil } // the shell would have the terminal now
	tell(t, stage{journal: path, config: func(c *ui.Config) { c.Suspend = stopped }}, func(s *story) {
		s.Pass(time.Second)
		other := s.beside()
		other.Pass(time.Second)
		s.Press("ctrl+z")
		other.until("this window sends from the queue now", 5*time.Second)
		other.agree("mine")
		s.acceptsInOrder("mine")
	})
}

// The queue's keys act on all marked rows, or say why not.
func TestQueueKeysActOnAllMarkedRows(t *testing.T) {
	t.Parallel()
	full := func(a *simulator.Server) { a.SetRunning(3) }
	tell(t, stage{prepare: full, config: func(c *ui.Config) { c.Slots = 3 }}, func(s *story) {
		s.Press("5")
		s.DoesNotSee("LABEL")
		for _, name := range []string{"a1", "b2", "c3", "d4"} {
			s.agree(name)
		}
		order := func(names ...string) {
			s.t.Helper()
			for i, name := range names {
				s.Sees(fmt.Sprintf("%d  ○ waiting    lipsync-2      %s", i+1, name))
			}
		}
		s.Press("5")
		s.DoesNotSee("LABEL")
		s.Press("g", "j", "space", "j", "space", "g") // b2 and d4 are marked, the cursor is on a1
		s.Sees("2 marked")
		s.Press("K")
		order("b2", "a1", "d4", "c3")
		s.Press("K")
		order("b2", "d4", "a1", "c3")
		s.Press("K")
		order("b2", "d4", "a1", "c3")
		s.Press("J", "J", "J")
		order("a1", "c3", "b2", "d4")
		s.Press("e")
		s.Sees("only one can be edited at a time; 2 are marked")
		s.Press("y")
		s.Sees("none of them has an id")
		s.Press("A", "g", "j", "space", "g", "e") // only c3
		s.Pass(time.Second)
		s.Sees("from the queue: its price is void", "c3")
		s.Press("esc")
		s.Pass(time.Second)
		s.DoesNotSee("c3")
		s.account.SetRunning(0)
		s.Pass(20 * time.Second)
		s.acceptsInOrder("a1", "b2", "d4")
	})
}
