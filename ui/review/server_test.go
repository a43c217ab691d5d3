package review

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dubtop/state/verdict"
)

// ask sends a request as a browser's page would, changed by edit.
func ask(t *testing.T, s *Server, method, path, body string, edit func(*http.Request)) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Origin", "http://"+r.Host)
		r.Header.Set("Content-Type", "application/json")
	}
	if edit != nil {
		edit(r)
	}
	res, err := http.DefaultTransport.RoundTrip(r) // follows nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func bodyOf(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const approval = `{"id":"job-1","verdict":"approved","note":""}`

func TestOnlyThePageItselfIsAnswered(t *testing.T) {
	s, d := serve(t, twoTakes(t))
	media := "media/" + s.sourceName(&s.items[0], 0, 0)
	header := func(pairs ...string) func(*http.Request) {
		return func(r *http.Request) {
			for i := 0; i < len(pairs); i += 2 {
				r.Header.Set(pairs[i], pairs[i+1])
			}
		}
	}
	for name, c := range map[string]struct {
		edit func(*http.Request)
		want int
	}{
		"a wrong token":       {func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, s.token, s.token[1:]+"A", 1) }, 404},
		"no token":            {func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, s.token+"/", "", 1) }, 404},
		"a shorter token":     {func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, s.token, s.token[:20], 1) }, 404},
		"a rebound name":      {func(r *http.Request) { r.Host = "evil.example:80"; r.Header.Set("Origin", "http://evil.example:80") }, 404},
		"a host like ours":    {func(r *http.Request) { r.Host = "127.0.0.1.evil.example" }, 404},
		"another origin":      {header("Origin", "https://evil.example"), 403},
		"no origin":           {header("Origin", "null"), 403},
		"another port":        {header("Origin", "http://127.0.0.1:1"), 403},
		"embedded from afar":  {header("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Origin", "https://evil.example"), 403},
		"another page's port": {header("Sec-Fetch-Site", "same-site", "Origin", "http://localhost:1"), 403},
	} {
		for _, path := range []string{"", "items", "page.js", media} {
			res := ask(t, s, http.MethodGet, path, "", c.edit)
			if res.StatusCode != c.want || strings.TrimSpace(bodyOf(t, res)) != "" {
				t.Errorf("%s asks for %q: %s", name, path, res.Status)
			}
		}
		if res := ask(t, s, http.MethodPost, "verdict", approval, c.edit); res.StatusCode != c.want {
			t.Errorf("%s decides: %s", name, res.Status)
		}
	}
	embedded := header("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "video")
	if res := ask(t, s, http.MethodGet, media, "", embedded); res.StatusCode != 403 {
		t.Errorf("a foreign page embeds a video: %s", res.Status)
	}
	if res := ask(t, s, http.MethodPost, "verdict", approval, func(r *http.Request) { r.Header.Del("Origin") }); res.StatusCode != 403 {
		t.Errorf("a verdict without an origin: %s", res.Status)
	}
	if said := d.all(); len(said) > 0 {
		t.Errorf("decided: %q", said)
	}
	clicked := header("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document")
	tunnel := func(r *http.Request) { r.Host = "localhost:8443" }
	for name, edit := range map[string]func(*http.Request){"the page": nil, "a link clicked elsewhere": clicked, "a tunnel": tunnel} {
		if res := ask(t, s, http.MethodGet, "", "", edit); res.StatusCode != 200 {
			t.Errorf("%s: %s", name, res.Status)
		}
	}
	for _, host := range []string{"localhost:8443", "[::1]:8443", "127.0.0.1:8443"} {
		through := func(r *http.Request) { r.Host = host; r.Header.Set("Origin", "http://"+host) }
		if res := ask(t, s, http.MethodPost, "verdict", approval, through); res.StatusCode != 204 {
			t.Errorf("a verdict through a tunnel to %s: %s", host, res.Status)
		}
	}
}

func TestAnswersAreGuarded(t *testing.T) {
	s, _ := serve(t, twoTakes(t))
	media := "media/" + s.sourceName(&s.items[0], 0, 0)
	for path, kind := range map[string]string{
		"": "text/html; charset=utf-8", "page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8",
		"sync.js": "text/javascript; charset=utf-8", "items": "application/json", media: "video/webm", "elsewhere": "text/plain; charset=utf-8",
	} {
		res := ask(t, s, http.MethodGet, path, "", nil)
		for name, want := range map[string]string{
			"Content-Type": kind, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%q has %s: %q, want %q", path, name, got, want)
			}
		}
		csp := res.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%q has the policy %q", path, csp)
		}
	}
	for path, methods := range map[string][]string{"": {"POST", "PUT", "DELETE"}, "items": {"POST"}, media: {"POST", "PUT"}, "verdict": {"GET", "PUT", "DELETE"}} {
		for _, method := range methods {
			own := func(r *http.Request) { r.Header.Set("Origin", "http://"+r.Host) }
			if res := ask(t, s, method, path, "", own); res.StatusCode != 405 || res.Header.Get("Allow") == "" {
				t.Errorf("%s %q: %s", method, path, res.Status)
			}
		}
	}
}

func TestVerdictsAreCheckedAndSaved(t *testing.T) {
	input := Item{Name: "x", Left: Take{Name: "input", Source: Source{File: fixture(t, "input.webm")}}, Right: Take{ID: "job-9", Source: Source{File: fixture(t, "one.webm")}}}
	s, d := serve(t, twoTakes(t), input)
	for body, want := range map[string]int{
		"": 400, "[]": 400, "{": 400, approval + approval: 400, `{"id":"job-1","verdict":"approved","path":"/etc/passwd"}`: 400,
		`{"id":"job-1","verdict":"great"}`: 400, `{"id":"","verdict":"approved"}`: 404, `{"id":"job-77","verdict":"approved"}`: 404,
		`{"id":"job-1","verdict":"retake","note":"` + strings.Repeat("x", 1<<17) + `"}`: 400,
	} {
		if res := ask(t, s, http.MethodPost, "verdict", body, nil); res.StatusCode != want {
			t.Errorf("%.60s: %s", body, res.Status)
		}
	}
	if res := ask(t, s, http.MethodPost, "verdict", approval, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }); res.StatusCode != 415 {
		t.Errorf("not JSON: %s", res.Status)
	}
	if said := d.all(); len(said) > 0 {
		t.Fatalf("decided: %q", said)
	}
	for _, body := range []string{approval, `{"id":"job-9","verdict":"retake","note":"mouth\u202e late"}`, `{"id":"job-1","verdict":""}`} {
		if res := ask(t, s, http.MethodPost, "verdict", body, nil); res.StatusCode != 204 {
			t.Errorf("%s: %s %s", body, res.Status, bodyOf(t, res))
		}
	}
	if want := []string{"job-1 approved", "job-9 retake mouth late", "job-1"}; !slices.Equal(d.all(), want) {
		t.Errorf("decided %q, want %q", d.all(), want)
	}
	if items := bodyOf(t, ask(t, s, http.MethodGet, "items", "", nil)); !strings.Contains(items, `"note":"mouth late"`) {
		t.Errorf("the page reads %s", items)
	}
	d.fail = errors.New("the disk is full")
	if res := ask(t, s, http.MethodPost, "verdict", approval, nil); res.StatusCode != 500 || !strings.Contains(bodyOf(t, res), "the disk is full") {
		t.Errorf("a verdict that can't be saved: %s", res.Status)
	}
}

func TestThePageIsToldOfChanges(t *testing.T) {
	s, _ := serve(t, twoTakes(t))
	res := ask(t, s, http.MethodGet, "events", "", nil)
	event := make([]byte, len("event: changed\ndata:\n\n"))
	for range 3 {
		if _, err := io.ReadFull(res.Body, event); err != nil || !strings.HasPrefix(string(event), "event: changed\n") {
			t.Fatalf("%q, %v", event, err)
		}
		s.Set([]Item{twoTakes(t)})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	_, _ = io.ReadAll(res.Body) // it ends
	if _, err := http.Get(s.URL()); err == nil {
		t.Error("the closed server answers")
	}
}

func TestTheServerEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := New(ctx, Config{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-s.ended
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestVideosKeepTheirPlaceWhenFactsChange(t *testing.T) {
	s, _ := serve(t, twoTakes(t))
	before := bodyOf(t, ask(t, s, http.MethodGet, "items", "", nil))
	changed := twoTakes(t)
	changed.Left.Verdict, changed.Right.Source = verdict.Approved, Source{File: fixture(t, "two.webm")}
	s.Set([]Item{changed})
	after := bodyOf(t, ask(t, s, http.MethodGet, "items", "", nil))
	for _, side := range []int{0, 1} {
		if name := s.sourceName(&changed, 0, side); !strings.Contains(before, name) || !strings.Contains(after, name) {
			t.Errorf("side %d moved", side)
		}
	}
	if strings.Contains(after, fixture(t, "")) || strings.Contains(after, "webm") {
		t.Errorf("the page is told paths: %s", after)
	}
}

func TestFilesAreServedInParts(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a.html")
	if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ := serve(t,
		Item{Left: Take{ID: "a", Source: Source{File: path}}},
		Item{Left: Take{ID: "b", Source: Source{File: folder}}},
		Item{Left: Take{ID: "c", Source: Source{File: filepath.Join(folder, "gone.mp4")}}})
	at := func(n int) string { return "media/" + s.sourceName(&s.items[n], n, 0) }
	res := ask(t, s, http.MethodGet, at(0), "", func(r *http.Request) { r.Header.Set("Range", "bytes=2-4") })
	if body := bodyOf(t, res); res.StatusCode != 206 || body != "234" || res.Header.Get("Content-Type") != "video/mp4" {
		t.Errorf("%s %q %v", res.Status, body, res.Header)
	}
	for n := range 2 {
		res := ask(t, s, http.MethodGet, at(n+1), "", nil)
		if words := bodyOf(t, res); res.StatusCode != 404 || !strings.HasPrefix(words, "The file can't be read: ") {
			t.Errorf("%d: %s %q", n+1, res.Status, words)
		}
	}
}
