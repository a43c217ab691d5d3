package simulator

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Running is a Server that listens on two ports.
type Running struct {
	key          string
	base         string
	storage      string
	api, storing *http.Server
}

// Listen starts to serve the API on addr (such as 127.0.0.1:0) and the storage
// on another free port of the same host. It returns once both accept. Links
// then tell these two origins.
func (s *Server) Listen(addr string) (*Running, error) {
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
		key: s.Key(), base: originOf(api), storage: originOf(storage),
		api: newHTTPServer(s.API()), storing: newHTTPServer(s.Storage()),
	}
	s.mu.Lock()
	s.base, s.storage = r.base, r.storage
	s.mu.Unlock()
	go serveOn(r.api, api)
	go serveOn(r.storing, storage)
	return r, nil
}

// serveOn serves until Close; the error it ends with then is no news.
func serveOn(server *http.Server, l net.Listener) { _ = server.Serve(l) }

func newHTTPServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 30 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0), // it may share a terminal with a dashboard
	}
}

// originOf is a listener's address as a browser on this machine would say it.
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

// URL is the origin of the API.
func (r *Running) URL() string { return r.base }

// StorageURL is the origin of media files and results.
func (r *Running) StorageURL() string { return r.storage }

// Environment is what a client needs in its environment, in two lines of
// NAME=value: SYNC_BASE_URL and SYNC_API_KEY.
func (r *Running) Environment() []string {
	return []string{"SYNC_BASE_URL=" + r.base, "SYNC_API_KEY=" + r.key}
}

// Close stops both listeners and breaks the connections that are left.
func (r *Running) Close() error { return errors.Join(r.api.Close(), r.storing.Close()) }
