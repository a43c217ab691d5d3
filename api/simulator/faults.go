package simulator

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Fault makes something go wrong with a request. Its fields combine; the zero
// Fault does nothing.
type Fault struct {
	// Times is the number of requests affected; 0 means all until
	// [Server.ClearFaults].
	Times int

	// Delay waits before the request is handled.
	Delay time.Duration
	// DelayAfter handles the request and waits before answering.
	DelayAfter time.Duration

	// Refuse refuses the connection, so that nothing of the request is sent. On
	// a real socket it is too late for that, and Refuse acts like DropBefore.
	Refuse bool
	// DropBefore closes the connection after the request has been received,
	// without handling it.
	DropBefore bool
	// DropAfter handles the request and closes the connection without an
	// answer.
	DropAfter bool
	// BreakBody closes the connection after that many bytes of the request's
	// body have arrived; 0 means never.
	BreakBody int64
	// BodyRate is how many bytes of the body are taken a second; 0 means all.
	BodyRate int64
	// LateAccept handles a POST /v2/generate after this delay. The client gets
	// Status at once, or a closed connection if Status is 0.
	LateAccept time.Duration

	// Status, Body and Header replace the answer. Status 0 means 200 if Body is
	// set. A Header alone is added to the real answer.
	Status int
	Body   string
	Header http.Header
	// HTML answers with the login page of a proxy.
	HTML bool
	// GarbageJSON answers with a body that claims to be JSON and is not.
	GarbageJSON bool
	// Redirect answers with a redirect to this address, using Status or else
	// 302.
	Redirect string
	// RateLimited answers with the profile's 429 for too many requests.
	RateLimited bool
	// After handles the request before its answer is replaced.
	After bool
	// Truncate ends the body of the answer after this many bytes; 0 means
	// never.
	Truncate int

	// Silent sends nothing after this many bytes of the answer's body, until the
	// client leaves; 0 means never.
	Silent int
	// Rate is how many bytes of the answer's body are sent a second; 0 means
	// all.
	Rate int64
	// Announce is added to the Content-Length of the answer.
	Announce int64
	// IgnoreRange answers with the whole file to a request for a part.
	IgnoreRange bool
	// NewETag gives a file another ETag.
	NewETag bool

	// IgnoreLimit makes a list ignore limit and cursor: it answers with the
	// whole history in any order.
	IgnoreLimit bool
	// ListLag hides generations younger than this from lists.
	ListLag time.Duration
}

// Fault applies f to a route, such as "POST /v2/generate", "GET
// /v2/generate/{id}", or "*" for all. Faults of a route queue up: the first is
// used up before the next one acts. Those of the route itself precede those of
// "*".
func (s *Server) Fault(route string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[route] = append(s.faults[route], f)
}

// ClearFaults removes all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
}

// nextFault takes the fault for a request on the route, if there is one.
func (s *Server) nextFault(route string) (f Fault, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range []string{route, "*"} {
		queue := s.faults[key]
		if len(queue) == 0 {
			continue
		}
		f = queue[0]
		switch queue[0].Times {
		case 0: // until cleared
		case 1:
			s.faults[key] = queue[1:]
		default:
			queue[0].Times--
		}
		return f, true
	}
	return Fault{}, false
}

// replaces reports whether the fault has an answer of its own.
func (f Fault) replaces() bool {
	return f.Status != 0 || f.Body != "" || f.HTML || f.GarbageJSON || f.Redirect != "" || f.RateLimited
}

// replacement returns the fault's own answer. limited is the profile's 429 for
// too many requests.
func (f Fault) replacement(limited *failure) (status int, contentType string, body []byte) {
	status, contentType, body = f.Status, "application/json; charset=utf-8", []byte(f.Body)
	switch {
	case f.RateLimited:
		status = limited.StatusCode
		body, _ = json.Marshal(limited) // it contains only strings and numbers
	case f.Redirect != "":
		status = cmp.Or(status, http.StatusFound)
	case f.HTML:
		contentType = "text/html; charset=utf-8"
		body = []byte("<!doctype html><title>Sign in</title><h1>Welcome to the guest network</h1>")
	case f.GarbageJSON:
		body = []byte(`{"id": "6f1c0f52", "status": PENDING, ]`)
	}
	return cmp.Or(status, http.StatusOK), contentType, body
}

// slow applies the fault to the body of a request.
func (f Fault) slow(r *http.Request) {
	if r.Body != nil && (f.BreakBody > 0 || f.BodyRate > 0) {
		r.Body = &slowBody{ReadCloser: r.Body, fault: f, ctx: r.Context()}
	}
}

// slowBody is a request body that arrives slowly, or not whole.
type slowBody struct {
	io.ReadCloser
	fault Fault
	ctx   context.Context
	got   int64
}

func (b *slowBody) Read(p []byte) (int, error) {
	if most := b.fault.BreakBody; most > 0 {
		if b.got >= most {
			panic(http.ErrAbortHandler)
		}
		p = p[:min(int64(len(p)), most-b.got)]
	}
	if rate := b.fault.BodyRate; rate > 0 { // ten times a second
		p = p[:min(int64(len(p)), max(1, rate/10))]
	}
	n, err := b.ReadCloser.Read(p)
	b.got += int64(n)
	if rate := b.fault.BodyRate; rate > 0 {
		wait(b.ctx, time.Duration(float64(n)/float64(rate)*float64(time.Second)))
	}
	return n, err
}

// wait sleeps until d has passed or the request is cancelled.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		panic(http.ErrAbortHandler)
	}
}

// answer is a ResponseWriter that applies a fault to the handler's output.
// When a handler starts to write it has done its work, so faults that act
// afterwards act here.
type answer struct {
	http.ResponseWriter
	fault    Fault
	limited  *failure
	ctx      context.Context
	status   int
	replaced bool // the handler's own answer is dropped
	written  int
}

// WriteHeader applies the fault, then sends the status.
func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	wait(a.ctx, a.fault.DelayAfter)
	if a.fault.DropAfter {
		panic(http.ErrAbortHandler)
	}
	if a.fault.replaces() {
		a.replace()
		return
	}
	a.addHeader()
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) addHeader() {
	for key, values := range a.fault.Header {
		a.Header()[http.CanonicalHeaderKey(key)] = values
	}
	length, err := strconv.ParseInt(a.Header().Get("Content-Length"), 10, 64)
	if err == nil && a.fault.Announce != 0 {
		a.Header().Set("Content-Length", strconv.FormatInt(max(0, length+a.fault.Announce), 10))
	}
}

// replace sends the fault's own answer.
func (a *answer) replace() {
	status, contentType, body := a.fault.replacement(a.limited)
	clear(a.Header())
	a.Header().Set("Content-Type", contentType)
	a.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if a.fault.Redirect != "" {
		a.Header().Set("Location", a.fault.Redirect)
	}
	a.addHeader()
	a.status = status
	a.ResponseWriter.WriteHeader(status)
	_, _ = a.send(body) // the client may be gone
	a.replaced = true
}

// Write sends the handler's bytes unless the answer was replaced.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if a.replaced {
		return len(p), nil
	}
	return a.send(p)
}

// send writes bytes as fast and as far as the fault allows.
func (a *answer) send(p []byte) (n int, err error) {
	for rate := a.fault.Rate; rate > 0 && len(p) > 0 && err == nil; { // ten times a second
		some := p[:min(int64(len(p)), max(1, rate/10))]
		wait(a.ctx, time.Duration(float64(len(some))/float64(rate)*float64(time.Second)))
		var wrote int
		wrote, err = a.sendUntil(some)
		a.flush()
		n, p = n+wrote, p[len(some):]
	}
	if len(p) == 0 || err != nil {
		return n, err
	}
	more, err := a.sendUntil(p)
	return n + more, err
}

// sendUntil writes bytes up to where the fault ends the body.
func (a *answer) sendUntil(p []byte) (int, error) {
	end := cmp.Or(a.fault.Truncate, a.fault.Silent)
	if end == 0 || len(p) <= end-a.written {
		n, err := a.ResponseWriter.Write(p)
		a.written += n
		return n, err
	}
	_, _ = a.ResponseWriter.Write(p[:max(0, end-a.written)])
	a.flush()
	if a.fault.Truncate == 0 {
		<-a.ctx.Done()
	}
	panic(http.ErrAbortHandler)
}

// flush sends what net/http has buffered, and would discard with a connection.
func (a *answer) flush() { _ = http.NewResponseController(a.ResponseWriter).Flush() }
