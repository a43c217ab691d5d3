package ui_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/simulator"
	"dubtop/ui/uitest"
)

// busiest returns the most requests to the API that began in any 60 s from a
// time on.
func (s *story) busiest(since time.Time) int {
	var times []time.Time
	for _, r := range s.account.Requests() {
		if r.Origin == "api" && !r.Time.Before(since) {
			times = append(times, r.Time)
		}
	}
	most := 0
	for i, from := range times {
		n, _ := slices.BinarySearchFunc(times[i:], from.Add(time.Minute), time.Time.Compare)
		most = max(most, n)
	}
	return most
}

// refusals returns the 429s of the account.
func (s *story) refusals() int {
	n := 0
	for _, r := range s.account.Requests() {
		if r.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

func TestJobMadeElsewhereAppearsWithin15Seconds(t *testing.T) {
	t.Parallel()
	for _, profile := range profiles() {
		tell(t, stage{account: simulator.Options{Profile: profile}}, func(s *story) {
			s.Pass(47 * time.Second)
			s.account.Add(simulator.Job{Name: "made_elsewhere"})
			s.Pass(15 * time.Second)
			s.Sees("made_elsewhere", "1 Generations 41")
		})
	}
}

func TestChangeOfARunningJobAppearsWithin5Seconds(t *testing.T) {
	t.Parallel()
	for _, profile := range profiles() {
		var id string
		tell(t, stage{account: simulator.Options{Profile: profile}, prepare: func(a *simulator.Server) {
			id = a.Add(simulator.Job{Name: "on_its_way", Pending: 61 * time.Second, Processing: time.Hour})
		}}, func(s *story) {
			s.Pass(time.Minute)
			s.Sees("○ pending")
			s.Pass(6 * time.Second)
			if !strings.Contains(s.row("on_its_way"), "● running") {
				t.Fatalf("%s: not running\n%s", profile, s.Screen())
			}
			s.Pass(44 * time.Second)
			s.account.Finish(id, "COMPLETED", "")
			s.Pass(5 * time.Second)
			if row := s.row("on_its_way"); !strings.Contains(row, "✓ completed") || !strings.Contains(row, "took 4") {
				t.Fatalf("%s: %q", profile, row)
			}
		})
	}
}

func TestRefreshKeepsTheCursor(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 80, height: 24}, func(s *story) {
		s.Pass(time.Second)
		s.Press("j", "j", "j")
		name := strings.Fields(s.row("▌"))[4]
		for i := range 3 {
			s.account.Add(simulator.Job{Name: fmt.Sprintf("newcomer_%d", i)})
			s.Pass(15 * time.Second)
			s.Sees(fmt.Sprintf("newcomer_%d", i))
			if !strings.Contains(s.row("▌"), name) {
				t.Fatalf("the cursor left %s\n%s", name, s.Screen())
			}
		}
	})
}

func TestRefreshKeepsTheScrollPosition(t *testing.T) {
	t.Parallel()
	tell(t, stage{width: 80, height: 24}, func(s *story) {
		s.Pass(time.Second)
		s.Press("pgdown", "k", "k")
		body := func() string { return strings.Join(names(s.Screen()), " ") }
		before := body()
		for range 3 {
			s.account.Add(simulator.Job{})
		}
		s.Pass(15 * time.Second)
		s.Sees("1 Generations 43")
		if body() != before {
			t.Errorf("the rows moved\n%s", s.Screen())
		}
	})
}

// names returns the job names on a screen of 80 columns.
func names(screen string) []string {
	var names []string
	for line := range strings.SplitSeq(screen, "\n") {
		if f := strings.Fields(line); strings.Contains(line, "completed") && len(f) > 3 {
			names = append(names, f[len(f)-3])
		}
	}
	return names
}

func TestTenMinutesWith500RunningStayWithinATenthOfTheLimit(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Profile: simulator.Current, Plan: simulator.Enterprise, Slots: 1000, Generations: 300}
	tell(t, stage{account: account, prepare: func(a *simulator.Server) { a.SetRunning(500) }}, func(s *story) {
		began := time.Now()
		s.Pass(5 * time.Second)
		s.Sees("slots 500/1000")
		for i := range 10 {
			s.Press("2", "3", "4", "1", "G", "g", "r")
			s.Press("/")
			s.Type("status:running")
			s.Press("enter", "enter")
			s.account.SetRunning(500 - i)
			s.Pass(50 * time.Second)
			s.Press("esc", "esc")
		}
		if n := s.busiest(began); n > 60+10 { // ten details were also opened
			t.Errorf("%d requests within a minute", n)
		}
		if n := s.refusals(); n > 0 {
			t.Errorf("%d requests were too many", n)
		}
		s.notOneByOne()
	})
}

// A job that ends is shown as ended within four seconds, however many run, at no
// more than 42 requests a minute.
func TestEndOfAJobIsShownWithinFourSeconds(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Profile: simulator.Current, Plan: simulator.Enterprise, Slots: 1000}
	tell(t, stage{account: account, prepare: func(a *simulator.Server) { a.SetRunning(500) }}, func(s *story) {
		s.Pass(2 * time.Minute)
		began := time.Now()
		var longest time.Duration
		for i := range 12 {
			s.Pass(time.Duration(i*370%5000) * time.Millisecond)
			s.account.SetRunning(499 - i)
			ended := time.Now()
			for s.row(fmt.Sprintf("running %d ", 499-i))+s.row(fmt.Sprintf("slots %d/", 499-i)) == "" && time.Since(ended) < 10*time.Second {
				s.Pass(80 * time.Millisecond)
			}
			longest = max(longest, time.Since(ended))
		}
		t.Logf("at most %s, %d requests in the busiest minute", longest, s.busiest(began))
		if longest > 4*time.Second {
			t.Errorf("an end was shown after %s", longest)
		}
		if n := s.busiest(began); n > 42 {
			t.Errorf("%d requests within a minute", n)
		}
	})
}

// notOneByOne fails if a job that was not opened was requested by itself, or if
// a single job was requested repeatedly after its end.
func (s *story) notOneByOne() {
	asked := map[string]int{}
	for _, r := range s.account.Requests() {
		if _, ids, found := strings.Cut(r.Query, "ids="); found {
			ids, _, _ = strings.Cut(ids, "&")
			for id := range strings.SplitSeq(strings.ReplaceAll(ids, "%2C", ","), ",") {
				asked[id]++
			}
		}
	}
	for id, n := range asked {
		if n > 2 {
			s.t.Errorf("%s was asked for %d times", id, n)
		}
	}
}

func TestWatching500JobsIdle(t *testing.T) {
	t.Parallel()
	account := simulator.Options{Profile: simulator.Current, Plan: simulator.Enterprise, Slots: 1000}
	tell(t, stage{account: account, width: 60, height: 12, prepare: func(a *simulator.Server) { a.SetRunning(500) }}, func(s *story) {
		for i := range 4 {
			s.account.SetRunning(500 - 50*i)
			s.Pass(time.Minute)
		}
		if n := s.busiest(begins()); n > 60 {
			t.Errorf("%d requests within a minute", n)
		}
		if n := s.requests("/v2/generate/") + s.requests("/v2/generations/"); n-s.requests("/estimate") > 0 {
			t.Errorf("%d requests were for one job each", n)
		}
		s.Sees("slots 350/1000")
		s.notOneByOne()
	})
}

func TestAtRestThereAreAtMost12RequestsAMinute(t *testing.T) {
	t.Parallel()
	for _, profile := range profiles() {
		tell(t, stage{account: simulator.Options{Profile: profile}, width: 60, height: 12}, func(s *story) {
			s.Pass(time.Minute)
			began := time.Now()
			s.Pass(3 * time.Minute)
			if n := s.busiest(began); n > 12 {
				t.Errorf("%s: %d requests within a minute at rest", profile, n)
			}
			if n := s.requests("ids="); n > 0 {
				t.Errorf("%s: %d requests for jobs that have ended", profile, n)
			}
		})
	}
}

func TestOlderPagesLoadInTheBackground(t *testing.T) {
	t.Parallel()
	tell(t, stage{account: simulator.Options{Generations: 3000}}, func(s *story) {
		s.Pass(8 * time.Second)
		s.Sees("≥")
		s.Press("enter")
		s.Pass(100 * time.Millisecond)
		s.Sees("Inputs")
		s.Press("esc", "o")
		s.Pass(100 * time.Millisecond)
		if len(s.opened) != 1 {
			t.Error("opening waited for the older pages")
		}
		s.Pass(50 * time.Second)
		s.Sees("1 Generations 3000 ")
		if n := s.busiest(begins()); n > 60+2 {
			t.Errorf("%d requests within a minute", n)
		}
		s.Press("G")
		s.Sees("3000 of 3000")
	})
}

func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Pass(time.Minute)
		s.Press(",")
		s.Sees("paused")
		before := len(s.account.Requests())
		s.Pass(2 * time.Minute)
		if n := len(s.account.Requests()) - before; n > 0 {
			t.Errorf("%d requests while paused", n)
		}
		s.Sees("paused, data as of 18:31:00 (, resumes)")
		s.account.Add(simulator.Job{Name: "made_elsewhere"})
		s.Press("r")
		s.Pass(time.Second)
		s.Sees("made_elsewhere")
		s.Press(",")
		s.Pass(30 * time.Second)
		s.DoesNotSee("paused")
		if len(s.account.Requests()) <= before+2 {
			t.Error("nothing is asked any more after the pause")
		}
	})
}

// A window without focus may be on a second screen, so running jobs keep their
// pace. Everything else is polled less often.
func TestSlowerPollingWithoutFocus(t *testing.T) {
	t.Parallel()
	tell(t, stage{prepare: func(a *simulator.Server) { a.SetRunning(5) }}, func(s *story) {
		s.Pass(time.Minute)
		count := func() int {
			before := len(s.account.Requests())
			s.Pass(2 * time.Minute)
			return len(s.account.Requests()) - before
		}
		with := count()
		s.Focus(false)
		without := count()
		s.Focus(true)
		if without >= with {
			t.Errorf("%d requests with the focus, %d without", with, without)
		}
		s.account.Add(simulator.Job{Name: "made_meanwhile"})
		s.Pass(15 * time.Second)
		s.Sees("made_meanwhile")
	})
}

func TestRefreshRequestsAtOnce(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Pass(14 * time.Second)
		s.account.Add(simulator.Job{Name: "made_elsewhere"})
		s.Press("r")
		s.Pass(100 * time.Millisecond)
		s.Sees("made_elsewhere")
		before := len(s.account.Requests())
		for range 20 {
			s.Press("r")
		}
		if n := len(s.account.Requests()) - before; n > 3 {
			t.Errorf("twenty times r made %d requests", n)
		}
	})
}

// outages are the ways in which no good answer comes.
func outages() map[string]simulator.Fault {
	return map[string]simulator.Fault{
		"refused":        {Refuse: true},
		"captive portal": {HTML: true},
		"cut off":        {DropBefore: true},
		"truncated":      {Truncate: 1},
		"garbage":        {GarbageJSON: true},
		"server trouble": {Status: http.StatusInternalServerError, Body: `{"message":"Internal server error"}`},
		"bad gateway":    {Status: http.StatusBadGateway, Body: "<html>Bad Gateway</html>"},
		"empty":          {Status: http.StatusOK, Body: " "},
		"null":           {Body: "null"},
	}
}

func TestOutageKeepsOldDataAndEndsByItself(t *testing.T) {
	t.Parallel()
	for name, fault := range outages() {
		t.Run(name, func(t *testing.T) {
			tell(t, stage{width: 80, height: 10}, func(s *story) {
				s.Pass(30 * time.Second)
				row := strings.Fields(s.row("▌"))[4]
				s.account.Fault("*", fault)
				before := len(s.account.Requests())
				s.Pass(2 * time.Minute)
				s.Sees("data as of 18:30:2", "trying again in", "(r: now)", "1 Generations 40", row)
				if n := len(s.account.Requests()) - before; n > 2*60/5+5 {
					t.Errorf("%d requests in 2 minutes of outage", n)
				}
				s.account.ClearFaults()
				s.account.Add(simulator.Job{Name: "made_meanwhile"})
				s.Pass(75 * time.Second)
				s.Sees("made_meanwhile", "as of 18:3")
				s.DoesNotSee("trying again")
			})
		})
	}
}

func TestRRetriesAtOnceInAnOutage(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Pass(30 * time.Second)
		s.account.Fault("*", simulator.Fault{Refuse: true})
		s.Pass(3 * time.Minute)
		s.account.ClearFaults()
		s.Press("r")
		s.Pass(time.Second)
		s.DoesNotSee("trying again")
	})
}

// A server that takes a request and does not answer keeps the retry under way: the
// status says so rather than counting down to nothing.
func TestRetryUnderWayIsNotCountedDown(t *testing.T) {
	t.Parallel()
	tell(t, stage{}, func(s *story) {
		s.Pass(30 * time.Second)
		s.account.Fault("*", simulator.Fault{Delay: time.Hour})
		s.until("(r: now)", 5*time.Minute)
		s.until("trying again…", 5*time.Minute)
		s.Pass(3 * time.Second)
		s.Sees("trying again…")
		s.DoesNotSee("in 0s")
		s.until("(r: now)", 5*time.Minute)
		s.Press("r")
		s.Sees("trying again…")
	})
}

func TestOfflineAtTheStart(t *testing.T) {
	t.Parallel()
	tell(t, stage{prepare: func(a *simulator.Server) { a.Fault("*", simulator.Fault{Refuse: true}) }}, func(s *story) {
		s.Pass(20 * time.Second)
		s.Sees("Nothing could be loaded: ", "refused the connection", "r  try again", "no data yet, trying again in")
		s.account.ClearFaults()
		s.Pass(65 * time.Second)
		s.Sees("1 of 40")
	})
}

// dns is a network on which no name resolves.
type dns struct{ broken func() bool }

func (d dns) over(wire http.RoundTripper) http.RoundTripper {
	return trip(func(r *http.Request) (*http.Response, error) {
		if d.broken() {
			return nil, &noSuchHost{}
		}
		return wire.RoundTrip(r)
	})
}

// trip is a RoundTripper made from a function.
type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// noSuchHost is a resolver's error without a network.
type noSuchHost struct{}

func (*noSuchHost) Error() string { return "dial tcp: lookup api.sync.so: no such host" }

func TestDNSFailureIsAnOutage(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	tell(t, stage{through: dns{broken.Load}.over}, func(s *story) {
		s.Pass(10 * time.Second)
		broken.Store(true)
		s.Pass(30 * time.Second)
		s.Sees("data as of 18:30", "trying again in", "1 Generations 40")
		broken.Store(false)
		s.Pass(65 * time.Second)
		s.DoesNotSee("trying again")
	})
}

func TestRevokedKeyStopsAllTrafficUntilR(t *testing.T) {
	t.Parallel()
	tell(t, stage{prepare: func(a *simulator.Server) { a.SetRunning(3) }}, func(s *story) {
		s.Pass(30 * time.Second)
		s.account.RevokeKey()
		s.Pass(20 * time.Second)
		s.Sees("the API key was refused (ctrl+k: use another, r: try again)", "1 Generations 43")
		before := len(s.account.Requests())
		s.Pass(3 * time.Minute)
		if n := len(s.account.Requests()) - before; n > 0 {
			t.Errorf("%d requests with a key that was refused", n)
		}
		if n := strings.Count(s.Screen(), "key was refused"); n != 1 {
			t.Errorf("the refusal is said %d times\n%s", n, s.Screen())
		}
		s.Press("r")
		s.Pass(time.Second)
		s.Sees("the API key was refused")
		s.account.RestoreKey()
		s.Press("r")
		s.Pass(3 * time.Second)
		s.Press("r")
		s.Pass(time.Second)
		s.DoesNotSee("nothing is asked any more")
	})
}

func TestRateLimitStopsEverythingAndCountsDown(t *testing.T) {
	t.Parallel()
	tell(t, stage{prepare: func(a *simulator.Server) { a.SetRunning(3) }}, func(s *story) {
		s.Pass(30 * time.Second)
		s.account.Fault("*", simulator.Fault{RateLimited: true, Times: 1, Header: http.Header{"Retry-After": {"40"}}})
		s.Pass(6 * time.Second)
		s.Sees("resuming in 3", "data as of")
		before := len(s.account.Requests())
		s.Pass(25 * time.Second)
		if n := len(s.account.Requests()) - before; n > 0 {
			t.Errorf("%d requests while held", n)
		}
		s.Sees("resuming in ")
		s.Pass(20 * time.Second)
		s.DoesNotSee("going on in")
		if len(s.account.Requests()) == before {
			t.Error("it does not go on")
		}
	})
}

func TestOneRefreshFollowsASleep(t *testing.T) {
	t.Parallel()
	var nap atomic.Int64 // how long the program will stand still, like a machine asleep
	asleep := func(msg tea.Msg) tea.Msg {
		time.Sleep(time.Duration(nap.Swap(0)))
		return msg
	}
	account := simulator.Options{Profile: simulator.Current}
	tell(t, stage{account: account, terminal: uitest.Options{Filter: asleep}}, func(s *story) {
		s.Pass(time.Minute)
		nap.Store(int64(time.Hour))
		s.Pass(time.Hour + 500*time.Millisecond)
		s.account.Add(simulator.Job{Name: "made_overnight", Age: 30 * time.Minute, Status: "COMPLETED"})
		before := len(s.account.Requests())
		s.Pass(2 * time.Second)
		s.Sees("made_overnight", "19:31")
		if n := len(s.account.Requests()) - before; n > 7 {
			t.Errorf("%d requests at once after waking up", n)
		}
		s.Pass(time.Minute)
		if n := s.busiest(begins().Add(time.Hour)); n > 16 {
			t.Errorf("%d requests within a minute of waking up", n)
		}
	})
}

func TestGoneJobIsMarkedAndKept(t *testing.T) {
	t.Parallel()
	var id string
	account := simulator.Options{Generations: 140}
	tell(t, stage{account: account, width: 100, height: 34, prepare: func(a *simulator.Server) {
		id = a.Add(simulator.Job{Name: "short_lived", Status: "PROCESSING"})
	}}, func(s *story) {
		s.Press("g")
		s.account.Remove(id)
		s.Pass(3 * time.Minute)
		s.Sees("short_lived", "gone on server", "The server no longer has this job")
		s.Press("o")
		s.Sees("the server no longer knows this job")
	})
}
