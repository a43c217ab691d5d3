package review

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"dubtop/api"
)

// storage is a host of links, which records what it is asked.
type storage struct {
	*httptest.Server
	mu    sync.Mutex
	asked []*http.Request
}

func newStorage(t *testing.T, serve http.HandlerFunc) *storage {
	h := &storage{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked = append(h.asked, r)
		h.mu.Unlock()
		serve(w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

// showing starts a page with one video behind a link, and the real client.
func showing(t *testing.T, link func(ctx context.Context, stale bool) (string, error)) (s *Server, path string) {
	key := api.NewSecret("sk-test-0123456789abcdef")
	client, err := api.New(api.Config{BaseURL: "http://127.0.0.1:1", Key: key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdle)
	s, err = New(t.Context(), Config{Client: client.Media(), Items: []Item{{Left: Take{ID: "a", Source: Source{Link: link}}}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, "media/" + s.sourceName(&s.items[0], 0, 0)
}

func TestPartsOfALinkAreFetchedWithoutTheKey(t *testing.T) {
	host := newStorage(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("sig") == "old" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Set-Cookie", "a=b")
		w.Header().Set("Content-Type", "text/html")
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader("0123456789"))
	})
	made := 0
	s, path := showing(t, func(_ context.Context, stale bool) (string, error) {
		made++
		if stale {
			return host.URL + "/v?sig=new", nil
		}
		return host.URL + "/v?sig=old", nil
	})
	part := func(r *http.Request) {
		r.Header.Set("Range", "bytes=3-5")
		r.Header.Set("If-Range", `"1"`)
		r.Header.Set("Cookie", "mine=1")
	}
	for range 3 {
		res := ask(t, s, http.MethodGet, path, "", part)
		if body := bodyOf(t, res); res.StatusCode != 206 || body != "345" || res.Header.Get("Content-Range") != "bytes 3-5/10" {
			t.Errorf("%s %q %v", res.Status, body, res.Header)
		}
		if res.Header.Get("Set-Cookie") != "" || res.Header.Get("Content-Type") != "video/mp4" {
			t.Errorf("passed on: %v", res.Header)
		}
	}
	if made != 2 || len(host.asked) != 4 {
		t.Errorf("%d links made for %d requests", made, len(host.asked))
	}
	for _, r := range host.asked {
		for name := range r.Header {
			switch name {
			case "Range", "If-Range", "Accept-Encoding", "User-Agent":
			default:
				t.Errorf("the host was told %s: %q", name, r.Header[name])
			}
		}
	}
}

func TestWhyALinkDoesNotPlayIsSaid(t *testing.T) {
	host := newStorage(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
			return
		}
		w.WriteHeader(http.StatusGone)
	})
	for link, want := range map[string]string{
		host.URL + "/x?sig=secret":           "answers 410",
		host.URL + "/away?sig=secret":        "only https links",
		"http://storage.example/?sig=secret": "not encrypted",
		"file:///etc/passwd":                 "only https links",
		"":                                   "no link",
	} {
		s, path := showing(t, func(context.Context, bool) (string, error) { return link, nil })
		res := ask(t, s, http.MethodGet, path, "", nil)
		if words := bodyOf(t, res); res.StatusCode != 502 || !strings.Contains(words, want) || strings.Contains(words, "secret") {
			t.Errorf("%s: %s %q", link, res.Status, words)
		}
	}
	s, path := showing(t, func(context.Context, bool) (string, error) { return "", errors.New("the job is gone") })
	if words := bodyOf(t, ask(t, s, http.MethodGet, path, "", nil)); !strings.Contains(words, "the job is gone") {
		t.Error(words)
	}
}

func TestATornVideoIsNotTakenForWhole(t *testing.T) {
	host := newStorage(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "200000")
		_, _ = w.Write(make([]byte, 100_000))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	s, path := showing(t, func(context.Context, bool) (string, error) { return host.URL, nil })
	res := ask(t, s, http.MethodGet, path, "", nil)
	if body, err := io.ReadAll(res.Body); err == nil || len(body) > 100_000 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}
