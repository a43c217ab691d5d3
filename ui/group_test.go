package ui_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
	"dubtop/state/outbox"
)

// agreed returns the confirmed submissions in order, and the names of those
// paused in the queue.
func (s *story) agreed() (names []string, held map[string]bool) {
	s.t.Helper()
	subs, err := s.book.Submissions(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	items, err := s.book.Queue(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	held = map[string]bool{}
	keys := map[string]bool{}
	at := map[string]int{} // many are accepted at the same virtual time
	for i, a := range s.account.Accepted() {
		at[a.IdempotencyKey] = i
	}
	slices.SortFunc(subs, func(a, b outbox.Submission) int { return at[a.IdempotencyKey] - at[b.IdempotencyKey] })
	for _, sub := range subs {
		keys[sub.IdempotencyKey] = true
		if sub.State == outbox.SubmissionSent || sub.State == outbox.SubmissionSending {
			names = append(names, string(sub.Name))
		}
	}
	for _, item := range items {
		names = append(names, string(item.Submission.Name))
		if item.Paused {
			held[string(item.Submission.Name)] = true
		}
	}
	if len(keys) != len(subs) || keys[""] {
		s.t.Errorf("%d intents under %d keys", len(subs), len(keys))
	}
	return names, held
}

// agreedTo checks the number of confirmed submissions.
func (s *story) agreedTo(n int) {
	s.t.Helper()
	if names, _ := s.agreed(); len(names) != n {
		s.t.Fatalf("%d intents were said yes to, want %d: %q\n%s", len(names), n, names, s.Screen())
	}
}

// pricesAsked returns the number of prices requested.
func (s *story) pricesAsked() (n int) {
	for _, r := range s.account.Requests() {
		if strings.HasSuffix(r.Path, "/estimate") {
			n++
		}
	}
	return n
}

func TestMarkedJobsBecomeAGroup(t *testing.T) {
	t.Parallel()
	tell(t, named(31), func(s *story) {
		s.Pass(10 * time.Minute) // the unit prices arrive
		before := s.pricesAsked()
		s.Press("a", ".")
		s.Pass(time.Second)
		s.Sees("Run 31 jobs again, unchanged", "31 × $1.25 = $38.75", "about as much as they cost", "31 × lipsync-2", "take_01")
		if n := s.pricesAsked() - before; n != 1 {
			s.t.Errorf("31 jobs with the same inputs were priced %d times", n)
		}
		s.Sees("[x] send one first", "or a batch: up to 24 h")
		s.Press("tab", "enter")
		s.Pass(time.Second)
		s.Sees("Send 31 jobs?", "31 × $1.25 = $38.75", "▌ n no, go back")
		s.agreedTo(0)
		s.Press("y")
		s.Pass(time.Second)
		s.DoesNotSee("31 marked", "Run 31")
		names, held := s.agreed()
		for i, name := range names {
			if name != fmt.Sprintf("take_%02d", i+1) {
				s.t.Errorf("%d is %s", i, name)
			}
		}
		if len(names) != 31 || len(held) != 0 || len(s.account.Accepted()) == 0 {
			s.t.Errorf("%d intents, %d held back, %d accepted", len(names), len(held), len(s.account.Accepted()))
		}
	})
}

func TestUnsavedGroupIsNotLost(t *testing.T) {
	t.Parallel()
	tell(t, named(3), func(s *story) {
		s.Pass(time.Second)
		s.Press("a", ".")
		s.Pass(2 * time.Second)
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Send 3 jobs?")
		_ = s.book.Close()
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("run again", "Not sent, nothing was charged")
		s.Press("esc")
		s.Sees("3 marked")
		s.acceptsInOrder()
	})
}

func TestWithAPilotOnlyTheFirstIsSent(t *testing.T) {
	t.Parallel()
	tell(t, named(5), func(s *story) {
		s.Press("j", "space", "v", "j", "j", "v", ".")
		s.Pass(time.Second)
		s.Sees("[ ] send one first, the rest")
		s.Press("tab")
		s.Sees("[x] send one first, the rest when you resume them")
		s.Press("space")
		s.Sees("[ ] send one first")
		s.Press("space", "enter")
		s.Pass(time.Second)
		s.Sees("Send 1 job as a pilot, and", "stays paused in the", "× $1.25 =")
		s.Press("y")
		s.Pass(time.Second)
		names, held := s.agreed()
		if len(names) < 3 || len(held) != len(names)-1 || held[names[0]] {
			s.t.Errorf("of %q are held back %v", names, held)
		}
		s.until("the pilot take_", time.Hour)
		s.Sees("is done: look at it; in the queue (5), a and p resume the rest")
		s.Pass(time.Hour) // the others still wait
		if n := len(s.account.Accepted()); n != 1 {
			s.t.Errorf("%d were accepted", n)
		}
		s.Press("5", "a", "p")
		s.Pass(time.Hour)
		if n := len(s.account.Accepted()); n != len(names) {
			s.t.Errorf("%d of %d were accepted", n, len(names))
		}
	})
}

func TestGroupLeavesOutUnfitJobsAndSaysWhy(t *testing.T) {
	t.Parallel()
	tell(t, strangers(), func(s *story) {
		s.Press("a")
		s.account.Remove("00000003-0000-4000-8000-000000000000")
		s.Press(".")
		s.Pass(time.Second)
		s.Sees("Left out: 1", "portrait", "the server no longer knows this job", "1 × lipsync-2 $1.25, 1 × react-1 $1.50",
			"2 jobs, $2.75", "not copied: the option grade")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Send 2 jobs?", "left out  1 job")
		s.Press("y")
		s.Pass(time.Second)
		s.agreedTo(2)
	})
}

func TestGroupWithAnotherModelLeavesOutUnfitJobs(t *testing.T) {
	t.Parallel()
	tell(t, strangers(), func(s *story) {
		s.Press("a", "m")
		s.Pass(time.Second)
		s.Sees("pick a model")
		s.on("react-1")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Run 3 jobs again with react-1", "Left out: 2", "the input is 25 s long; react-1 takes up to 15 s", "react-1 takes no images", "1 × react-1")
		s.Press("esc", "m")
		s.on("sync-3")
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Run 3 jobs again with sync-3", "3 × sync-3")
		s.DoesNotSee("Left out")
	})
}

func TestUnpricedGroupNeedsTheWord(t *testing.T) {
	t.Parallel()
	tell(t, strangers(), func(s *story) {
		s.account.Fault("POST /v2/generations/estimate", simulator.Fault{Status: 200, Body: `{}`})
		s.Press("space", "space", ".")
		s.Pass(2 * time.Second)
		s.Sees("2 jobs of unknown price", "unpriced")
		s.Press("enter")
		s.Pass(time.Second)
		s.Press("y", "enter")
		s.Pass(time.Second)
		s.agreedTo(0)
		s.Press("backspace")
		s.Type("unpriced")
		s.Press("enter")
		s.Pass(time.Second)
		s.agreedTo(2)
	})
}

func TestGroupPriceIsValidForFiveMinutes(t *testing.T) {
	t.Parallel()
	tell(t, named(3), func(s *story) {
		s.Press("a", ".")
		s.Pass(time.Second)
		s.Press("enter")
		s.Pass(6 * time.Minute)
		s.Sees("valid     no longer")
		s.Press("y") // to a price that is no longer valid
		s.Pass(20 * time.Second)
		s.Sees("Send 3 jobs?", "for another 4m")
		s.agreedTo(0)
		s.Press("n")
		s.Pass(6 * time.Minute)
		s.Press("enter")
		s.Pass(time.Second)
		s.Sees("Send 3 jobs?", "for another 4m")
		s.Press("y")
		s.Pass(time.Second)
		s.agreedTo(3)
	})
}

func TestGroupIsPricedWithFewQuestionsAndEscStops(t *testing.T) {
	t.Parallel()
	many := named(1)
	many.prepare = func(a *simulator.Server) {
		for i := range 24 {
			a.Add(simulator.Job{
				ID: fmt.Sprintf("%08x-0000-4000-8000-000000000000", i+1), Name: fmt.Sprintf("take_%02d", i+1),
				Visual: fmt.Sprintf("%s/media/clip_%ds.mp4", a.StorageURL(), 5+i), Audio: fmt.Sprintf("%s/media/line_%ds.wav", a.StorageURL(), 5+i),
				Seconds: float64(5 + i), Status: "COMPLETED", Age: time.Duration(i) * time.Hour,
			})
		}
	}
	tell(t, many, func(s *story) {
		s.Pass(10 * time.Minute) // the unit prices arrive
		before := s.pricesAsked()
		s.account.Fault("POST /v2/generations/estimate", simulator.Fault{Delay: time.Second})
		s.Press("a", ".")
		s.Pass(900 * time.Millisecond)
		s.Sees("measuring: 24 of 24, prices asked: 1")
		s.Press("enter")
		s.DoesNotSee("Send")
		s.Press("esc")
		s.Sees("Stopped. r  continue")
		stopped := s.pricesAsked()
		s.Pass(3 * time.Second)
		if n := s.pricesAsked() - stopped; n > 0 || stopped-before > 2 {
			s.t.Errorf("%d prices were asked for, %d of them after the stop", stopped-before, n)
		}
		s.Press("enter")
		s.Sees("stopped; r continues")
		s.Press("r")
		s.Pass(10 * time.Second)
		s.Sees("24 jobs of up to", "24 × lipsync-2", "3 estimates of the server; the others are in proportion")
		s.Press("esc")
		s.Sees("24 marked") // closing loses nothing
		s.agreedTo(0)
	})
}

func TestUnreadableGroupCanBeRetried(t *testing.T) {
	t.Parallel()
	tell(t, named(3), func(s *story) {
		s.account.Fault("GET /v2/generations", simulator.Fault{Status: 500})
		s.Press("a", ".")
		s.Pass(30 * time.Second)
		s.Sees("the jobs could not be read", "r  try again")
		s.account.ClearFaults()
		s.Press("r")
		s.Pass(2 * time.Second)
		s.Sees("3 × $1.25 = $3.75")
		s.account.Fault("POST /v2/generations/estimate", simulator.Fault{Status: 500})
		s.Pass(6 * time.Minute)
		s.Press("enter")
		s.Pass(30 * time.Second)
		s.Sees("Left out: 3", "no price: ")
		s.account.ClearFaults()
		s.Press("r")
		s.Pass(2 * time.Second)
		s.Sees("3 × $1.25 = $3.75")
	})
}

func TestUnknownOutcomeIsNotRunAgainInAGroup(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Generations: 5}}, func(s *story) {
		s.price()
		s.account.Fault(creating, simulator.Fault{Times: 1, DropBefore: true})
		s.Press("y")
		s.Pass(time.Second)
		s.Sees("unknown")
		s.Press("a", ".")
		s.Pass(2 * time.Second)
		s.Sees("Left out", "unknown outcome: running it again")
	})
}

func TestOneMarkedJobIsNoGroup(t *testing.T) {
	t.Parallel()
	tell(t, named(3), func(s *story) {
		s.Press("j", "space", "g", ".")
		s.Pass(time.Second)
		s.Sees("run again", "from take_02")
	})
}

func TestOurJobsAreReadFromTheJournal(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Generations: -1}}, func(s *story) {
		for _, name := range []string{"ours_a", "ours_b"} {
			s.fillForm()
			s.fill("Output file name", name)
			s.Press("ctrl+s")
			s.Pass(time.Second)
			s.Press("y")
			s.Pass(time.Hour) // it ends and frees its slot for the next
		}
		asked := len(s.account.Requests())
		s.Press("a", ".")
		s.Pass(500 * time.Millisecond)
		s.Sees("2 × $1.25 = $2.50", "as much as they cost")
		for _, r := range s.account.Requests()[asked:] {
			if strings.Contains(r.Query, "ids=") || r.Route == "GET /v2/generate/{id}" {
				s.t.Errorf("asked %s?%s", r.Path, r.Query)
			}
		}
	})
}

func TestBatchLinesBecomeAGroup(t *testing.T) {
	t.Parallel()
	tell(t, lived(), func(s *story) {
		s.Pass(2 * time.Second)
		s.Press("2", "G", "enter")
		s.Pass(time.Second)
		s.Press("a", ".")
		s.Pass(10 * time.Second)
		s.Sees("again, unchanged", "total")
	})
}
