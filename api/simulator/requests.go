package simulator

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"time"
)

// Request is a request as the server saw it.
type Request struct {
	Time           time.Time // time of arrival
	Method         string
	Path           string
	Query          string
	Route          string // the matching pattern, such as "GET /v2/generate/{id}"; "" if none
	Status         int    // 0 while it is being handled, or if the connection was cut before an answer
	Key            bool   // it had an x-api-key header
	IdempotencyKey string
	UserAgent      string
	Origin         string // "api" or "storage"
	Body           []byte // first 64 KiB of a POST
}

// File is a file received in a multipart body.
type File struct {
	Field string
	Name  string
	Size  int64
}

// Accepted is a generation that the account accepted and charges for.
type Accepted struct {
	ID             string
	Time           time.Time
	IdempotencyKey string
	Body           []byte              // the exact JSON body; nil if multipart
	Fields         map[string][]string // the text parts of a multipart body
	Files          []File
}

// AcceptedBatch is a batch that the account accepted.
type AcceptedBatch struct {
	ID    string
	Time  time.Time
	Lines int
	Body  []byte // the exact JSON Lines file
}

// Traffic is the number of requests over the lifetime of a Server.
type Traffic struct {
	Generate int // most POST /v2/generate requests in any 60 s
	Other    int // most other requests in any 60 s
	Refused  int // requests refused with a 429 for too many requests
}

// Limits of the log, so that a server left running for weeks stays small.
const (
	keptRequests = 1 << 17
	keptBody     = 64 << 10
)

// entry is a logged request with the body read so far.
type entry struct {
	Request
	body bytes.Buffer
}

// Write keeps the beginning of the body.
func (e *entry) Write(p []byte) (int, error) {
	if room := keptBody - e.body.Len(); room > 0 {
		e.body.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// watchedBody copies a body to the log as it is read.
type watchedBody struct {
	io.Reader
	io.Closer
}

// record logs an arrival and captures the body of a POST as it is read.
func (s *Server) record(r *http.Request, origin, route string) *entry {
	e := &entry{Request: Request{
		Time: s.now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Route: route,
		Key: r.Header.Get("x-api-key") != "", IdempotencyKey: r.Header.Get("Idempotency-Key"),
		UserAgent: r.UserAgent(), Origin: origin,
	}}
	if r.Method == http.MethodPost && r.Body != nil {
		r.Body = watchedBody{io.TeeReader(r.Body, lockedWriter{s, e}), r.Body}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) >= keptRequests {
		s.requests = slices.Delete(s.requests, 0, keptRequests/4)
	}
	s.requests = append(s.requests, e)
	return e
}

// lockedWriter guards an entry that Requests may be reading.
type lockedWriter struct {
	s *Server
	e *entry
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	return l.e.Write(p)
}

// Requests returns the requests received, oldest first. At least the newest
// 98,304 are kept.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Request, len(s.requests))
	for i, e := range s.requests {
		out[i] = e.Request
		out[i].Body = bytes.Clone(e.body.Bytes())
	}
	return out
}

// Accepted returns every generation accepted by POST /v2/generate, oldest
// first.
func (s *Server) Accepted() []Accepted {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(s.now())
	return slices.Clone(s.accepted)
}

// AcceptedBatches returns every batch accepted by POST /v2/batch, oldest first.
func (s *Server) AcceptedBatches() []AcceptedBatch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.acceptedBatches)
}
