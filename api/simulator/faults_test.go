package simulator

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// Each fault affects the answer, and the accepted jobs, as documented.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name     string
		fault    Fault
		err      error // error of the transport
		status   int
		body     string // text in the answer
		accepted int
		took     time.Duration
	}{
		{"none", Fault{}, nil, 201, `"status":"PENDING"`, 1, 0},
		{"delay", Fault{Delay: 3 * time.Second}, nil, 201, "PENDING", 1, 3 * time.Second},
		{"delay after", Fault{DelayAfter: 4 * time.Second}, nil, 201, "PENDING", 1, 4 * time.Second},
		{"refuse", Fault{Refuse: true}, syscall.ECONNREFUSED, 0, "", 0, 0},
		{"drop before", Fault{DropBefore: true}, io.ErrUnexpectedEOF, 0, "", 0, 0},
		{"drop after", Fault{DropAfter: true}, io.ErrUnexpectedEOF, 0, "", 1, 0},
		{"late", Fault{LateAccept: time.Minute}, io.ErrUnexpectedEOF, 0, "", 0, 0},
		{"late with an answer", Fault{LateAccept: time.Minute, Status: 504}, nil, 504, "", 0, 0},
		{"status", Fault{Status: 503, Body: "down"}, nil, 503, "down", 0, 0},
		{"status after", Fault{Status: 500, Body: "oops", After: true}, nil, 500, "oops", 1, 0},
		{"html", Fault{HTML: true}, nil, 200, "<!doctype html>", 0, 0},
		{"garbage", Fault{GarbageJSON: true, Status: 201}, nil, 201, "PENDING, ]", 0, 0},
		{"redirect", Fault{Redirect: "https://elsewhere.example/", Status: 307}, nil, 307, "", 0, 0},
		{"rate", Fault{RateLimited: true}, nil, 429, "Rate limit exceeded", 0, 0},
		{"truncated", Fault{Truncate: 20}, io.ErrUnexpectedEOF, 201, `{"id":"`, 1, 0},
		{"empty", Fault{Status: 200}, nil, 200, "", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := open(t, Options{})
				c.fault.Times = 1
				a.Fault(routeCreate, c.fault)
				begun := time.Now()
				got, err := a.send(http.MethodPost, "/v2/generate", nil, strings.NewReader(talk()))
				if !errors.Is(err, c.err) || (err != nil) != (c.err != nil) {
					t.Fatalf("error %v, want %v", err, c.err)
				}
				if took := time.Since(begun); took != c.took {
					t.Errorf("took %v, want %v", took, c.took)
				}
				if got != nil && (got.status != c.status || !strings.Contains(string(got.body), c.body)) {
					t.Errorf("%d %s", got.status, got.body)
				}
				if n := len(a.Accepted()); n != c.accepted {
					t.Errorf("%d accepted, want %d", n, c.accepted)
				}
				a.post("/v2/generate", talk()).is(201) // the fault is used up
			})
		})
	}
}

// A delayed request arrives in the end, once.
func TestLateAccept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, Options{})
		a.Fault(routeCreate, Fault{LateAccept: 90 * time.Second, Times: 1})
		if _, err := a.send(http.MethodPost, "/v2/generate", map[string]string{"Idempotency-Key": "k"}, strings.NewReader(talk())); err == nil {
			t.Fatal("it was answered")
		}
		time.Sleep(89 * time.Second)
		if got := a.get("/v2/generations").array(); len(got) != 0 {
			t.Fatalf("it is there already: %v", got)
		}
		time.Sleep(2 * time.Second)
		got := a.get("/v2/generations").ids()
		if len(got) != 1 || len(a.Accepted()) != 1 {
			t.Fatalf("listed %v", got)
		}
		if again := a.keyed("k", talk()).is(201).id(); again != got[0] {
			t.Error("the key made another one")
		}
	})
}

func TestFaultQueues(t *testing.T) {
	a := open(t, Options{})
	a.Fault("*", Fault{Status: 500, Times: 1})
	a.Fault("GET /v2/models", Fault{Status: 502, Times: 2})
	a.Fault("GET /v2/models", Fault{Status: 503})
	for _, want := range []int{502, 502, 503, 503} {
		a.get("/v2/models").is(want)
	}
	a.get("/v2/assets").is(500)
	a.get("/v2/assets").is(200)
	a.ClearFaults()
	a.get("/v2/models").is(200)
	a.Fault("GET /v2/models", Fault{Header: http.Header{"retry-after": {"7"}}})
	if got := a.get("/v2/models").is(200).header.Get("Retry-After"); got != "7" {
		t.Errorf("Retry-After %q", got)
	}
}

func TestListFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, Options{Generations: 300})
		a.Fault("GET /v2/generations", Fault{IgnoreLimit: true, Times: 1})
		if n := len(a.get("/v2/generations?limit=10").ids()); n != 300 {
			t.Errorf("%d generations, want all", n)
		}
		id := a.post("/v2/generate", talk()).id()
		a.Fault("GET /v2/generations", Fault{ListLag: 5 * time.Second})
		if got := a.get("/v2/generations?limit=1").ids(); got[0] == id {
			t.Error("it is listed at once")
		}
		time.Sleep(5 * time.Second)
		if got := a.get("/v2/generations?limit=1").ids(); got[0] != id {
			t.Error("it is never listed")
		}
	})
}

// A client that gives up cancels the request.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, Options{})
		a.Fault("*", Fault{Delay: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.BaseURL()+"/v2/models", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.RoundTripper().RoundTrip(req); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		synctest.Wait()
		if got := a.Requests()[0]; got.Status != 0 || got.Route != "GET /v2/models" {
			t.Errorf("the judge noted %+v", got)
		}
	})
}
