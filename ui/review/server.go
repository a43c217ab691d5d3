package review

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"dubtop/api"
	"dubtop/ui/review/page"
)

// Config is what a page is made of.
type Config struct {
	Items     []Item
	Begin     int          // the item shown first
	OnVerdict OnVerdict    // nil to only watch
	Client    *http.Client // for links; it carries no key ([api.Client.Media])
}

// Server serves the review page until it is closed.
type Server struct {
	cfg    Config
	http   http.Server
	ctx    context.Context // ends with the server
	cancel context.CancelFunc
	token  string
	port   int
	ended  chan struct{}

	mu      sync.Mutex
	items   []Item
	sources map[string]*source // by name in the path
	changed chan struct{}      // closed when the items change
}

// New starts a server on loopback. It ends with the context or with Close.
func New(ctx context.Context, c Config) (*Server, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the review page can't be served: %w", err)
	}
	s := &Server{cfg: c, token: rand.Text(), port: l.Addr().(*net.TCPAddr).Port, ended: make(chan struct{}), changed: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.Set(c.Items)
	s.http = http.Server{
		Handler:           http.HandlerFunc(s.serve),
		BaseContext:       func(net.Listener) context.Context { return s.ctx },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          quiet(),
	}
	stop := context.AfterFunc(s.ctx, func() { _ = s.http.Close() })
	go func() {
		defer close(s.ended)
		defer stop()
		_ = s.http.Serve(l) // it ends with Close
	}()
	return s, nil
}

// URL returns the page's link. Whoever has it can watch and decide.
func (s *Server) URL() string { return "http://127.0.0.1:" + strconv.Itoa(s.port) + s.root() }

// Port returns the server's port, for the line that forwards it over SSH.
func (s *Server) Port() int { return s.port }

// root returns the path of the page.
func (s *Server) root() string { return "/" + s.token + "/" }

// Set replaces the items. Open pages show the difference at once.
func (s *Server) Set(items []Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.sources
	s.items, s.sources = items, map[string]*source{}
	for n := range items {
		for side, t := range sides(&items[n]) {
			name := s.sourceName(&items[n], n, side)
			s.sources[name] = &source{Source: t.Source}
			if o := old[name]; o != nil {
				s.sources[name].link = o.last()
			}
		}
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// Close ends the server and everything it is serving.
func (s *Server) Close() error {
	s.cancel()
	<-s.ended
	return nil
}

// serve answers who has the token, and asks as the page does.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	name, known := s.strip(r.URL.Path)
	switch {
	case !isHere(r.Host), !known:
		http.Error(w, "", http.StatusNotFound)
	case !sameOrigin(r):
		http.Error(w, "", http.StatusForbidden)
	case name == "verdict":
		s.only(w, r, s.decide, http.MethodPost)
	default:
		s.only(w, r, func(w http.ResponseWriter, r *http.Request) { s.get(w, r, name) }, http.MethodGet, http.MethodHead)
	}
}

// secure sets the headers of all answers.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", page.LivePolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// strip returns the path below the token.
func (s *Server) strip(path string) (name string, known bool) {
	token, name, deeper := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return name, deeper && subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1
}

// isHere reports whether a request names this machine as its host. A name that a
// foreign page made point here (DNS rebinding) does not. The port may be that of
// a tunnel.
func isHere(host string) bool {
	u, err := url.Parse("http://" + host)
	return err == nil && u.Host == host && api.IsLoopback(u.Hostname())
}

// sameOrigin reports whether a request comes from the page itself, or opens it.
// Browsers say where a request comes from; others may ask who have the token.
func sameOrigin(r *http.Request) bool {
	if origin := r.Header.Values("Origin"); len(origin) > 0 || r.Method == http.MethodPost {
		return len(origin) == 1 && origin[0] == "http://"+r.Host
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

// only refuses other methods.
func (s *Server) only(w http.ResponseWriter, r *http.Request, serve http.HandlerFunc, methods ...string) {
	for _, m := range methods {
		if r.Method == m {
			serve(w, r)
			return
		}
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	http.Error(w, "", http.StatusMethodNotAllowed)
}

// get serves everything but verdicts.
func (s *Server) get(w http.ResponseWriter, r *http.Request, name string) {
	media, isMedia := strings.CutPrefix(name, "media/")
	content, kind := page.Asset(name)
	switch {
	case name == "":
		write(w, "text/html; charset=utf-8", page.Live())
	case name == "items":
		s.serveItems(w)
	case name == "events":
		s.serveEvents(w, r)
	case isMedia && s.source(media) != nil:
		s.serveMedia(w, r, s.source(media))
	case content != nil:
		write(w, kind, content)
	default:
		http.Error(w, "", http.StatusNotFound)
	}
}

func write(w http.ResponseWriter, kind string, content []byte) {
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(content) // the page may be gone
}

// serveEvents tells the page of every change until either ends.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if _, err := w.Write([]byte("event: changed\ndata:\n\n")); err != nil || control.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}
