package simulator

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"
)

// Over real sockets, an output can be followed across origins, and a cut
// connection is an error too.
func TestListen(t *testing.T) {
	s := New(Options{Reliable: true})
	running, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	if got := running.Environment(); got[0] != "SYNC_BASE_URL="+running.URL() || got[1] != "SYNC_API_KEY="+s.Key() {
		t.Errorf("the environment is %v", got)
	}
	client := &http.Client{Timeout: 10 * time.Second}
	get := func(url string) (int, string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("x-api-key", s.Key())
		resp, err := client.Do(req)
		if err != nil {
			return 0, "", err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body), err
	}
	id := s.Add(Job{Status: completed, Seconds: 3})
	_, body, err := get(running.URL() + "/v2/generations/" + id + "/download")
	if err != nil || !strings.HasPrefix(body, running.StorageURL()) {
		t.Fatalf("the link is %s, %v", body, err)
	}
	if status, film, err := get(body); status != 200 || err != nil || film[4:8] != "ftyp" {
		t.Errorf("status %d, %v", status, err)
	}
	for _, f := range []Fault{{Refuse: true}, {DropBefore: true}, {DropAfter: true}, {Truncate: 10}} {
		f.Times = 2 // net/http retries when a kept connection dies
		s.Fault("GET /v2/models", f)
		if _, _, err := get(running.URL() + "/v2/models"); err == nil {
			t.Errorf("%+v went unnoticed", f)
		}
		s.ClearFaults()
	}
	if err := running.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := get(running.URL() + "/v2/models"); err == nil {
		t.Error("it is still listening")
	}
	if _, err := s.Listen("127.0.0.1:99999"); err == nil {
		t.Error("it listens nowhere")
	}
}

// Both ports answer only requests to a name of the simulator, and none from
// pages of other origins.
func TestForeignHostsAndOriginsAreRefused(t *testing.T) {
	s := New(Options{})
	running, err := s.Listen("127.0.0.1:0", "sync-sim")
	if err != nil {
		t.Fatal(err)
	}
	defer running.Close()
	id := s.Add(Job{Status: completed, Seconds: 3})
	port := running.URL()[strings.LastIndex(running.URL(), ":"):]
	ask := func(path, host, origin string) int {
		t.Helper()
		status := 0
		for _, base := range []string{running.URL(), running.StorageURL()} {
			if status != 0 {
				path = "/media/a_1s.wav"
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = host
			req.Header.Set("x-api-key", s.Key())
			if origin != "" {
				req.Header.Set("Origin", origin)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if h := resp.Header.Get("Access-Control-Allow-Origin"); h != "" {
				t.Errorf("pages of %s may read it", h)
			}
			_ = resp.Body.Close()
			if status != 0 && status != resp.StatusCode {
				t.Errorf("%s from %q: %d, and the storage says %d", host, origin, status, resp.StatusCode)
			}
			status = resp.StatusCode
		}
		return status
	}
	for host, want := range map[string]int{
		"127.0.0.1" + port: 200, "127.0.0.1": 200, "localhost" + port: 200, "LOCALHOST:9000": 200, "[::1]" + port: 200,
		"sync-sim" + port: 200, "Sync-Sim": 200,
		"evil.example" + port: 421, "evil.example": 421, "127.0.0.1.evil.example" + port: 421, "localhost.evil.example": 421,
		"10.0.0.1" + port: 421, "xn--lcalhost-x2a": 421,
	} {
		if got := ask("/v2/generate/"+id, host, ""); got != want {
			t.Errorf("called %s it answers %d, want %d", host, got, want)
		}
	}
	for origin, want := range map[string]int{
		running.URL(): 200, running.StorageURL(): 200, "": 200,
		"http://evil.example": 403, "null": 403, "http://localhost:3000": 403, "http://127.0.0.1": 403, "file://": 403,
	} {
		if got := ask("/v2/generate/"+id, "127.0.0.1"+port, origin); got != want {
			t.Errorf("to a page of %q it answers %d, want %d", origin, got, want)
		}
	}
}

// Keys are random each time, so that no page can guess one.
func TestKeysAreNew(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		seen[NewKey()] = true
	}
	for key := range seen {
		if len(seen) != 100 || len(key) < 26 || !strings.HasPrefix(key, "sk-sim-") {
			t.Fatalf("%d keys like %s", len(seen), key)
		}
	}
	if s := New(Options{Key: "sk-mine"}); s.Key() != "sk-mine" {
		t.Errorf("the key is %s", s.Key())
	}
}

// The transport calls the httptrace hooks like a real one.
func TestTransportTrace(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		wrote bool
	}{{Fault{}, true}, {Fault{DropBefore: true}, true}, {Fault{Refuse: true}, false}} {
		a := open(t, Options{})
		a.Fault("*", c.fault)
		wrote := false
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteHeaders: func() { wrote = true }})
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.BaseURL()+"/v2/models", nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := a.RoundTripper().RoundTrip(req); err == nil {
			_ = resp.Body.Close()
		}
		if wrote != c.wrote {
			t.Errorf("%+v: wrote %v, want %v", c.fault, wrote, c.wrote)
		}
	}
}

// brokenReader fails in the middle, like a file on a drive that was pulled out.
type brokenReader struct{ left int }

var errPulled = errors.New("drive pulled out")

func (b *brokenReader) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errPulled
	}
	n := min(len(p), b.left)
	b.left -= n
	return n, nil
}

func TestTransportErrors(t *testing.T) {
	a := open(t, Options{})
	if _, err := a.send(http.MethodGet, "http://elsewhere.example/", nil, nil); err == nil || !strings.Contains(err.Error(), "no such host") {
		t.Errorf("error %v", err)
	}
	if _, err := a.send(http.MethodPost, "/v2/generate", nil, &brokenReader{left: 100}); !errors.Is(err, errPulled) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.BaseURL()+"/v2/models", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.RoundTripper().RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if n := len(a.Accepted()); n != 0 {
		t.Errorf("%d accepted", n)
	}
}

// The server records each request.
func TestRequests(t *testing.T) {
	a := open(t, Options{})
	a.keyed("k-9", talk())
	a.key = ""
	a.get(a.StorageURL() + "/media/a_1s.mp4?x=1")
	a.get("/v2/nothing").is(404)
	got := a.Requests()
	if len(got) != 3 {
		t.Fatalf("%d requests", len(got))
	}
	if r := got[0]; r.Route != routeCreate || r.Status != 201 || !r.Key || r.IdempotencyKey != "k-9" || string(r.Body) != talk() || r.Origin != "api" {
		t.Errorf("the first is %+v", r)
	}
	if r := got[1]; r.Origin != "storage" || r.Key || r.Query != "x=1" || r.Route != "GET /media/{file}" {
		t.Errorf("the second is %+v", r)
	}
	if r := got[2]; r.Route != "" || r.Status != 404 {
		t.Errorf("the third is %+v", r)
	}
}

// Many clients at once do not disturb each other.
func TestManyClients(t *testing.T) {
	a := open(t, Options{Generations: 200, Demo: true, Speed: 1000})
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for range 10 {
				a.get("/v2/generations?limit=20").is(200)
				a.post("/v2/generate", talk())
				a.get("/v2/batch").is(200)
				a.Add(Job{Status: completed, Age: time.Duration(n) * time.Minute})
				a.get("/v2/assets").is(200)
				a.Requests()
				a.SetRunning(n)
			}
		})
	}
	wg.Wait()
}
