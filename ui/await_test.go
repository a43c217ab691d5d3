package ui_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// held counts the requests about a job, or about any, that asked the server to hold
// them, and returns the times that they asked for.
func (s *story) held(job string) (n int, times []string) {
	for _, r := range s.account.Requests() {
		if time, held := strings.CutSuffix(r.Query, "&wait=true"); held && (job == "" || r.Path == "/v2/generate/"+job) {
			n++
			times = append(times, strings.TrimPrefix(time, "timeout="))
		}
	}
	return n, times
}

// endless is a stage with jobs that run until the story ends them.
func endless(names ...string) (stage, map[string]string) {
	ids := make(map[string]string)
	return stage{account: simulator.Options{Profile: simulator.Current}, prepare: func(a *simulator.Server) {
		for _, name := range names {
			ids[name] = a.Add(simulator.Job{Name: name, Pending: time.Second, Processing: 2 * time.Hour})
		}
	}}, ids
}

// The end of a job that somebody waits for is on the screen within 2 s, at any
// moment between two looks at the list.
func TestEndOfAWatchedJobWithin2Seconds(t *testing.T) {
	t.Parallel()
	for after := range 4 {
		st, ids := endless("wanted")
		tell(t, st, func(s *story) {
			s.Pass(10 * time.Second)
			s.Press("g", "!")
			s.Pass(2*time.Minute + time.Duration(after)*900*time.Millisecond)
			s.account.Finish(ids["wanted"], "COMPLETED", "")
			s.Pass(2 * time.Second)
			if row := s.row("wanted"); !strings.Contains(row, "completed") {
				t.Errorf("after %d: %q", after, row)
			}
			n, _ := s.held(ids["wanted"])
			if busiest := s.busiest(begins().Add(time.Minute)); n > 6 || busiest > 32 {
				t.Errorf("%d held requests, and %d requests in a minute", n, busiest)
			}
			before, _ := s.held("")
			s.Pass(5 * time.Minute)
			if after, _ := s.held(""); after != before {
				t.Error("requests are held for nobody")
			}
		})
	}
}

func TestEndOfAnOpenJobWithin2Seconds(t *testing.T) {
	t.Parallel()
	st, ids := endless("wanted")
	tell(t, st, func(s *story) {
		s.Pass(10 * time.Second)
		s.Press("g", "enter")
		s.Pass(47 * time.Second)
		s.Sees("running")
		s.account.Finish(ids["wanted"], "FAILED", "generation_timeout")
		s.Pass(2 * time.Second)
		s.Sees("failed")
		s.Press("esc")
		s.Pass(time.Minute)
		n, _ := s.held(ids["wanted"])
		s.Pass(5 * time.Minute)
		if again, _ := s.held(ids["wanted"]); again != n {
			t.Error("a job that has ended is awaited")
		}
	})
}

// A request is given up when nobody waits for its job any more, and the open job
// comes before all others.
func TestThreeJobsAreAwaited(t *testing.T) {
	t.Parallel()
	st, ids := endless("one", "two", "three", "four", "five")
	tell(t, st, func(s *story) {
		s.Pass(10 * time.Second)
		s.Press("/")
		s.Type("status:running")
		s.Press("enter", "a", "!")
		s.Pass(10 * time.Second)
		awaited := func() (names []string) {
			for name, id := range ids {
				if n, _ := s.held(id); n > 0 {
					names = append(names, name)
				}
			}
			return names
		}
		first := awaited()
		if len(first) != 3 {
			t.Fatalf("awaited: %v", first)
		}
		s.Press("G", "enter")
		s.Pass(2 * time.Second)
		s.Press("esc", "k", "enter")
		s.Pass(2 * time.Second)
		if all := awaited(); len(all) < 4 {
			t.Errorf("an open job is not awaited: %v", all)
		}
	})
}

// A server that allows less time is asked for less from then on, and one that
// does not know the parameter, or has no such call, is left alone.
func TestServersThatHoldLess(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		profile simulator.Profile
		answer  func(r *http.Request) *http.Response
		held    int
		times   string
	}{
		"refuses": {simulator.Current, func(r *http.Request) *http.Response {
			if r.URL.Query().Get("timeout") == "30" {
				return refusal(r, http.StatusBadRequest, `{"statusCode":400,"message":"timeout must be between 0 and 10","error":"Bad Request"}`)
			}
			return nil
		}, 25, "10"},
		"ignores": {simulator.Strict, func(*http.Request) *http.Response { return nil }, 1, "30"},
		"lacks": {simulator.Current, func(r *http.Request) *http.Response {
			return refusal(r, http.StatusNotFound, `{"statusCode":404,"message":"Cannot GET","error":"Not Found"}`)
		}, 0, ""},
	} {
		st, ids := endless("wanted")
		st.account.Profile = test.profile
		asked := 0
		st.through = func(wire http.RoundTripper) http.RoundTripper {
			return trip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Query().Get("wait") == "true" {
					asked++
					if a := test.answer(r); a != nil {
						return a, nil
					}
				}
				return wire.RoundTrip(r)
			})
		}
		tell(t, st, func(s *story) {
			s.Pass(10 * time.Second)
			s.Press("g", "!")
			s.Pass(4 * time.Minute)
			n, times := s.held(ids["wanted"])
			if n > test.held || asked > n+1 || n > 0 && times[n-1] != test.times {
				t.Errorf("%s: %d held requests with the times %v, of %d", name, n, times, asked)
			}
			s.Sees("wanted", "running")
			s.DoesNotSee("Bad Request", "Cannot GET", "offline")
		})
	}
}

// refusal is an answer of a server.
func refusal(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}
