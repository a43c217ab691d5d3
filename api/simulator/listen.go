package simulator

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Running is a Server that listens on two ports.
type Running struct {
	key          string
	base         string
	storage      string
	host         string   // the host it listens on
	names        []string // other host names accepted
	api, storing *http.Server
}

// NewKey returns a random key. Everybody on this machine can reach the port,
// and so can web pages in its browser, so the key must not be guessable.
func NewKey() string { return "sk-sim-" + rand.Text() }

// Listen serves the API on addr (such as 127.0.0.1:0) and the storage on
// another free port of the same host. It returns once both accept connections;
// links then use these two origins. It refuses requests whose Host is not its
// address, localhost or one of names, and requests sent by pages of another
// origin.
func (s *Server) Listen(addr string, names ...string) (*Running, error) {
	api, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("the simulator cannot listen: %w", err)
	}
	host, _, err := net.SplitHostPort(api.Addr().String())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the simulator cannot tell its address: %w", err), api.Close())
	}
	storage, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the simulator cannot listen: %w", err), api.Close())
	}
	r := &Running{
		key: s.Key(), base: originOf(api), storage: originOf(storage), host: host, names: names,
	}
	r.api, r.storing = newHTTPServer(r.guard(s.API())), newHTTPServer(r.guard(s.Storage()))
	s.mu.Lock()
	s.base, s.storage = r.base, r.storage
	s.mu.Unlock()
	go serveOn(r.api, api)
	go serveOn(r.storing, storage)
	return r, nil
}

// serveOn serves until Close. The error that it ends with is expected.
func serveOn(server *http.Server, l net.Listener) { _ = server.Serve(l) }

func newHTTPServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 30 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0), // a dashboard may use the same terminal
	}
}

// guard keeps out web pages in a browser. Otherwise a page whose own name is
// pointed at this machine after loading (DNS rebinding) would have our origin
// and could read every answer.
func (r *Running) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		origins := req.Header.Values("Origin")
		foreign := slices.ContainsFunc(origins, func(o string) bool { return o != r.base && o != r.storage })
		switch {
		case !r.calls(req.Host):
			refuse(http.StatusMisdirectedRequest, "", "This simulator is not called by this name; see dubtop simulate --host").write(w)
		case foreign:
			refuse(http.StatusForbidden, "", "This simulator serves no pages of other origins").write(w)
		default:
			next.ServeHTTP(w, req)
		}
	})
}

// calls reports whether the Host of a request is one of our names. Any port is
// accepted, because requests may be forwarded.
func (r *Running) calls(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	if ip := net.ParseIP(name); ip != nil { // an address cannot be rebound
		own := net.ParseIP(r.host)
		return ip.IsLoopback() || own == nil || own.IsUnspecified() || own.Equal(ip)
	}
	same := func(other string) bool { return strings.EqualFold(name, other) }
	return same("localhost") || same(r.host) || slices.ContainsFunc(r.names, same)
}

// originOf returns a listener's origin as a browser on this machine would write
// it.
func originOf(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "http://" + l.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// URL returns the origin of the API.
func (r *Running) URL() string { return r.base }

// StorageURL returns the origin of media files and results.
func (r *Running) StorageURL() string { return r.storage }

// Environment returns the variables that a client needs, as NAME=value:
// SYNC_BASE_URL and SYNC_API_KEY.
func (r *Running) Environment() []string {
	return []string{"SYNC_BASE_URL=" + r.base, "SYNC_API_KEY=" + r.key}
}

// Close stops both listeners and closes all connections.
func (r *Running) Close() error { return errors.Join(r.api.Close(), r.storing.Close()) }
