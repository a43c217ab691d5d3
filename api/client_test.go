package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestBaseURLs(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "https://api.sync.so",
		"https://api.sync.so/":        "https://api.sync.so",
		"https://API.sync.so/v2":      "https://api.sync.so",
		"https://api.sync.so/v2/":     "https://api.sync.so",
		"https://proxy.example/sync/": "https://proxy.example/sync",
		"http://127.0.0.1:3001":       "http://127.0.0.1:3001",
		"http://localhost:3001/v2":    "http://localhost:3001",
		"http://[::1]:3001":           "http://[::1]:3001",
	} {
		c, err := New(Config{BaseURL: in})
		if err != nil || c.Base() != want {
			t.Errorf("%q: %v, %v", in, c, err)
		}
	}
	for in, word := range map[string]string{
		"http://api.sync.so": "https", "ftp://api.sync.so": "https://", "api.sync.so": "https://",
		"https://u:p@api.sync.so": "user name", "https://api.sync.so?x=1": "query",
		"https://api.sync.so#x": "fragment", "https://": "host", "https://a b": "blanks",
		"https://api.sync.so\x1b[2J": "control", "http://127.0.0.1.evil.example": "https",
	} {
		if _, err := New(Config{BaseURL: in}); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%q: %v, which does not say %q", in, err, word)
		}
	}
}

func TestRequestHeaders(t *testing.T) {
	c, f := newFake(t, says(200, "[]"))
	if _, err := c.Models(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ErrorCatalogue(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := f.requests()
	for _, r := range log {
		if got := r.Header.Get("User-Agent"); got != "dubtop/1.2.3" {
			t.Errorf("%s: User-Agent %q", r.Path, got)
		}
	}
	if log[0].Header.Get("X-Api-Key") != testKey || log[1].Header.Get("X-Api-Key") != "" {
		t.Error("the models need the key, the catalogue must not get it")
	}
}

// TestKeyStaysAtItsOrigin tries to lead each of our clients to other hosts
// in every way.
func TestKeyStaysAtItsOrigin(t *testing.T) {
	targets := []string{
		"https://evil.example/x", "https://api.sync.so:444/x", "https://api.sync.so.evil.example/x",
		"http://127.0.0.1:9/x", "//evil.example/x",
	}
	for _, target := range targets {
		for status := 301; status <= 308; status++ {
			c, f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Host == "api.sync.so" {
					w.Header().Set("Location", target)
					w.WriteHeader(status)
				}
			})
			ctx := Background(t.Context())
			_, err := c.Models(ctx)
			wantKind(t, err, KindNotAPI)
			_, err = c.CreateGeneration(ctx, Paid{IdempotencyKey: "k", Body: []byte("{}")})
			wantKind(t, err, KindNotAPI)
			if OutcomeOf(err) != Unknown {
				t.Errorf("a redirected paid request is %v", OutcomeOf(err))
			}
			if n := len(f.requests()); n != 2 {
				t.Fatalf("%d to %s: %d requests, redirects were followed", status, target, n)
			}
			_, _ = c.BatchResults(ctx, Batch{Output: ParseURL("https://api.sync.so/v2/batches/b/result")})
			req, _ := http.NewRequestWithContext(ctx, "GET", "https://evil.example/", nil)
			req.Header.Set("X-Api-Key", testKey)
			for _, links := range []*http.Client{c.Media(), c.Files()} {
				if res, err := links.Do(req); err == nil {
					_ = res.Body.Close()
				}
			}
			for _, r := range f.requests() {
				if r.Host != "api.sync.so" && r.Header.Get("X-Api-Key") != "" {
					t.Errorf("%d to %s: the key went to %s", status, target, r.Host)
				}
			}
		}
	}
}

func TestMediaFollowsAFewGoodRedirects(t *testing.T) {
	hops := 0
	location := "https://storage.example/next?sig=1"
	c, f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if hops--; hops >= 0 {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusFound)
		}
	})
	get := func() error {
		res, err := c.Media().Get("https://api.sync.so/result?token=secret")
		if err == nil {
			_ = res.Body.Close()
		}
		return err
	}
	if hops = 5; get() != nil {
		t.Error("five redirects are too many")
	}
	for _, r := range f.requests() {
		if r.Header.Get("Referer") != "" {
			t.Errorf("%s was told where we came from", r.Host)
		}
	}
	if hops = 6; get() == nil {
		t.Error("six redirects were followed")
	}
	for _, location = range []string{"http://storage.example/x", "file:///etc/passwd", "https://u:p@h/x"} {
		if hops = 1; get() == nil {
			t.Errorf("went to %s", location)
		}
	}
}

func TestLinksDoNotReachPrivateNetworks(t *testing.T) {
	for address, private := range map[string]bool{
		"127.0.0.1": true, "10.1.2.3": true, "192.168.1.1": true, "172.16.0.1": true,
		"169.254.169.254": true, "100.64.0.1": true, "0.0.0.0": true, "224.0.0.1": true,
		"::1": true, "fe80::1": true, "fd00::1": true, "::ffff:10.0.0.1": true,
		"93.184.216.34": false, "2606:4700::1": false,
	} {
		if got := IsPrivate(netip.MustParseAddr(address).Unmap()); got != private {
			t.Errorf("%s: private %v", address, got)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: says(200, "[]")}
	go func() { _ = server.Serve(l) }()
	defer func() { _ = server.Close() }()
	link := "http://" + l.Addr().String() + "/x"

	public, _ := New(Config{})
	if _, err := public.Media().Get(link); err == nil || !errors.Is(err, errPrivate) {
		t.Errorf("a link to this machine: %v", err)
	}
	local, _ := New(Config{BaseURL: "http://127.0.0.1:1"})
	res, err := local.Media().Get(link)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	for _, links := range []*http.Client{local.Media(), local.Files()} {
		if _, err := links.Get("https://169.254.169.254/latest"); !errors.Is(err, errPrivate) { //nolint:bodyclose // there is none
			t.Errorf("a link to the metadata of a cloud: %v", err)
		}
	}
	local.CloseIdle()
}

func TestGETsAreRetried(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		ctx    func(context.Context) context.Context
		want   int
	}{
		"server error":      {says(502, "<html>"), nil, 3},
		"timeout":           {says(408, `{"message":"slow"}`), nil, 3},
		"too early":         {says(425, `{"message":"early"}`), nil, 3},
		"broken":            {func(w http.ResponseWriter, _ *http.Request) { w.(*recorder).err = io.ErrUnexpectedEOF }, nil, 3},
		"cut off":           {says(200, `[{"id":"a"},{"i`), nil, 3},
		"background":        {says(500, `{"message":"x"}`), Background, 1},
		"not found":         {says(404, `{"message":"x"}`), nil, 1},
		"rate limit":        {says(429, `{"message":"x"}`), nil, 1},
		"html":              {says(200, "<html>"), nil, 1},
		"come much later":   {retryLater, nil, 1},
		"a shape unlike it": {says(200, "{}"), nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, f := newFake(t, c.answer)
				ctx := t.Context()
				if c.ctx != nil {
					ctx = c.ctx(ctx)
				}
				began := time.Now()
				if _, err := client.Batches(ctx); err == nil {
					t.Error("no error")
				}
				if n := len(f.requests()); n != c.want {
					t.Errorf("%d tries, want %d", n, c.want)
				}
				if took := time.Since(began); took > 4*time.Second {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

func retryLater(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Retry-After", "60")
	w.WriteHeader(503)
}

func TestSilenceEndsARequest(t *testing.T) {
	for name, serve := range map[string]http.HandlerFunc{
		"no answer": func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			w.(*recorder).err = r.Context().Err()
		},
		"stalled body": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `[{"id":"a"},`)
			w.(*recorder).stall = true
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := newFake(t, serve)
				began := time.Now()
				_, err := c.Generations(Background(t.Context()), GenerationQuery{Limit: 100}, nil)
				wantKind(t, err, KindNetwork)
				if errors.Is(err, context.Canceled) {
					t.Error("our own timeout looks like a cancellation")
				}
				if took := time.Since(began); took != 15*time.Second {
					t.Errorf("gave up after %s", took)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if _, err = c.Models(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the caller's deadline: %v", err)
				}
			})
		})
	}
}

func TestServerTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(90*time.Second).UTC().Format(http.TimeFormat))
			_, _ = io.WriteString(w, "[]")
		})
		if _, ok := c.ServerTime(time.Now()); ok {
			t.Error("the time is known before any answer")
		}
		if _, err := c.Models(t.Context()); err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		if at, ok := c.ServerTime(now); !ok || at.Sub(now).Round(time.Second) != 90*time.Second {
			t.Errorf("%v %v", at.Sub(now), ok)
		}
	})
}

func wantKind(t testing.TB, err error, want Kind) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != want {
		t.Errorf("%v (%+v), want kind %d", err, e, want)
	}
}
