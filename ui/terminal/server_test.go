package terminal_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// account is a running `dubtop simulate`.
type account struct {
	t         *testing.T
	base, key string
}

// simulated starts the built binary as a server and reads the two lines that it
// prints for shells.
func simulated(t *testing.T, args ...string) *account {
	t.Helper()
	cmd := exec.Command(built, append([]string{"simulate"}, args...)...)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server did not end in order: %v", err)
		}
	})
	a := &account{t: t}
	lines := bufio.NewScanner(out)
	for _, want := range []struct {
		name string
		to   *string
	}{{"SYNC_BASE_URL", &a.base}, {"SYNC_API_KEY", &a.key}} {
		if !lines.Scan() {
			t.Fatal("the server printed nothing more")
		}
		name, value, _ := strings.Cut(lines.Text(), "=")
		if name != want.name || value == "" {
			t.Fatalf("the server printed %q where %s is due", lines.Text(), want.name)
		}
		*want.to = value
	}
	return a
}

// ask sends a request like another client.
func (a *account) ask(path string) []byte {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.base+path, nil)
	must(a.t, err)
	req.Header.Set("x-api-key", a.key)
	res, err := http.DefaultClient.Do(req)
	must(a.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(a.t, err)
	if res.StatusCode == http.StatusTooManyRequests { // a test has sent too many
		time.Sleep(time.Second)
		return a.ask(path)
	}
	if res.StatusCode != http.StatusOK {
		a.t.Fatalf("GET %s: %s %s", path, res.Status, body)
	}
	return body
}

// media returns the origin of the account's files, taken from its first asset.
func (a *account) media() string {
	a.t.Helper()
	_, after, found := bytes.Cut(a.ask("/v2/assets"), []byte(`"url":"`))
	link, _, _ := bytes.Cut(after, []byte(`"`))
	u, err := url.Parse(string(link))
	if err != nil || !found {
		a.t.Fatalf("no asset has a link: %q", link)
	}
	return u.Scheme + "://" + u.Host + "/media/"
}

// env returns a window's environment for this account, with another base URL if
// given.
func (a *account) env(base string) []string {
	if base == "" {
		base = a.base
	}
	return []string{"SYNC_BASE_URL=" + base, "SYNC_API_KEY=" + a.key}
}

// gate is a proxy between the dashboard and the server. It records requests,
// and can hold paid ones both before and after the server.
type gate struct {
	*httptest.Server
	hold time.Duration

	mu      sync.Mutex
	coming  func() // called when a paid request arrives, before the server sees it
	paid    []payment
	outputs []string // output links in answers, by job id
}

// payment is a paid request that arrived at the gate.
type payment struct {
	key  string // its Idempotency-Key
	body []byte
	job  string // the job in the answer, "" for none
	over bool   // it was answered, whether or not anybody heard it
}

func (a *account) gate(hold time.Duration) *gate {
	a.t.Helper()
	to, err := url.Parse(a.base)
	must(a.t, err)
	g := &gate{hold: hold}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ModifyResponse: g.keep,
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/v2/generate" {
			proxy.ServeHTTP(w, r)
			return
		}
		g.pass(proxy, w, r)
	}))
	a.t.Cleanup(g.Close)
	return g
}

// pass forwards a paid request even if its sender is gone, in which case nobody
// knows the outcome.
func (g *gate) pass(proxy http.Handler, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	g.mu.Lock()
	at := len(g.paid)
	g.paid = append(g.paid, payment{key: r.Header.Get("Idempotency-Key"), body: body})
	coming := g.coming
	g.mu.Unlock()
	if coming != nil {
		coming()
	}
	time.Sleep(g.hold)
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	proxy.ServeHTTP(answer, r.WithContext(context.WithoutCancel(r.Context())))
	var job struct{ ID string }
	if answer.Code == http.StatusCreated {
		_ = json.Unmarshal(answer.Body.Bytes(), &job)
	}
	g.mu.Lock()
	g.paid[at].job, g.paid[at].over = job.ID, true
	g.mu.Unlock()
	time.Sleep(g.hold)
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// onPaid calls do when a paid request arrives.
func (g *gate) onPaid(do func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.coming = do
}

// shut holds paid requests before the server until the gate is opened.
func (g *gate) shut(t *testing.T) (open func()) {
	held := make(chan struct{})
	open = sync.OnceFunc(func() { close(held) })
	g.onPaid(func() { <-held })
	t.Cleanup(open) // or the gate would never close
	return open
}

func (g *gate) keep(res *http.Response) error {
	if !strings.HasPrefix(res.Request.URL.Path, "/v2/generate/") {
		return nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	var job struct{ OutputURL string }
	if json.Unmarshal(body, &job) == nil && job.OutputURL != "" {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.outputs = append(g.outputs, job.OutputURL)
	}
	return nil
}

// arrivals counts the paid requests that contain a text.
func (g *gate) arrivals(text string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, p := range g.paid {
		if bytes.Contains(p.body, []byte(text)) {
			n++
		}
	}
	return n
}

// made returns the jobs that the server created under a key, and keys the keys
// of requests that contain a text. A request repeated under its key and
// answered with the same job counts once.
func (g *gate) made(key string) (jobs []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.paid {
		if p.key == key && p.job != "" && !slices.Contains(jobs, p.job) {
			jobs = append(jobs, p.job)
		}
	}
	return jobs
}

// idle reports whether no request is under way.
func (g *gate) idle() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !slices.ContainsFunc(g.paid, func(p payment) bool { return !p.over })
}

func (g *gate) keys(text string) (keys []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.paid {
		if bytes.Contains(p.body, []byte(text)) && !slices.Contains(keys, p.key) {
			keys = append(keys, p.key)
		}
	}
	return keys
}

// links returns the outputs in answers, newest last.
func (g *gate) links() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.outputs)
}
