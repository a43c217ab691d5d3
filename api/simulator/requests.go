package simulator

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"time"
)

// Request is one request as the server saw it.
type Request struct {
	Time           time.Time // when it arrived
	Method         string
	Path           string
	Query          string
	Route          string // the pattern that matched, such as "GET /v2/generate/{id}"; "" when none did
	Status         int    // 0 while under way and when the connection was cut before an answer
	Key            bool   // it carried an x-api-key
	IdempotencyKey string
	UserAgent      string
	Origin         string // "api" or "storage"
	Body           []byte // of a POST, at most 64 KiB
}

// File is a file that arrived in a multipart body.
type File struct {
	Field string
	Name  string
	Size  int64
}

// Accepted is a generation that the account agreed to make, and to charge for.
type Accepted struct {
	ID             string
	Time           time.Time
	IdempotencyKey string
	Body           []byte              // the exact JSON body; nil for multipart
	Fields         map[string][]string // the text parts of a multipart body
	Files          []File
}

// AcceptedBatch is a batch that the account agreed to make.
type AcceptedBatch struct {
	ID    string
	Time  time.Time
	Lines int
	Body  []byte // the exact JSON Lines file
}

// Traffic is the judge's count over the life of the Server.
type Traffic struct {
	Generate int // most POST /v2/generate requests in any 60 s
	Other    int // most other requests in any 60 s
	Refused  int // requests answered with a rate 429
}

// What the log keeps, so that a server left running for weeks stays small.
const (
	keptRequests = 1 << 17
	keptBody     = 64 << 10
)

// entry is a request of the log with its body as it is being read.
type entry struct {
	Request
	body bytes.Buffer
}

// Write keeps the head of the body.
func (e *entry) Write(p []byte) (int, error) {
	if room := keptBody - e.body.Len(); room > 0 {
		e.body.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// watchedBody copies what is read into the log.
type watchedBody struct {
	io.Reader
	io.Closer
}

// record logs an arrival and keeps a POST's body as it passes.
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

// Requests lists what arrived, oldest first. The newest 98,304 are always
// there, older ones may be gone.
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

// Accepted lists every generation accepted by POST /v2/generate, oldest first.
func (s *Server) Accepted() []Accepted {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(s.now())
	return slices.Clone(s.accepted)
}

// AcceptedBatches lists every batch accepted by POST /v2/batch, oldest first.
func (s *Server) AcceptedBatches() []AcceptedBatch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.acceptedBatches)
}
