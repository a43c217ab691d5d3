package simulator

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Fault is something that goes wrong with a request. Its members combine; the
// zero Fault does nothing.
type Fault struct {
	// Times is how many requests it hits; 0 is every one until ClearFaults.
	Times int

	// Delay holds the request before anything is done with it.
	Delay time.Duration
	// DelayAfter carries the request out and then holds the answer.
	DelayAfter time.Duration

	// Refuse refuses the connection: nothing of the request is sent. (On a
	// socket, where that is too late, it is DropBefore.)
	Refuse bool
	// DropBefore cuts the connection once the request has been written, before
	// it is carried out.
	DropBefore bool
	// DropAfter carries the request out and cuts the connection instead of
	// answering.
	DropAfter bool
	// LateAccept carries out a POST /v2/generate that much later. Its client
	// gets Status at once, or a cut connection when that is 0.
	LateAccept time.Duration

	// Status, Body and Header replace the answer. Status 0 is 200 when Body is
	// set; a Header alone is added to the real answer.
	Status int
	Body   string
	Header http.Header
	// HTML answers with a proxy's login page.
	HTML bool
	// GarbageJSON answers with a body that says JSON and is none.
	GarbageJSON bool
	// Redirect answers 302 to this address, or Status when that is set.
	Redirect string
	// RateLimited answers with the profile's rate 429.
	RateLimited bool
	// After carries the request out before its answer is replaced.
	After bool
	// Truncate ends the answer's body after so many bytes; 0 leaves it whole.
	Truncate int

	// IgnoreLimit makes a list forget limit and cursor: the whole history, in
	// any order.
	IgnoreLimit bool
	// ListLag hides generations younger than this from lists.
	ListLag time.Duration
}

// Fault makes f happen on a route, such as "POST /v2/generate",
// "GET /v2/generate/{id}" or "*" for every one. Faults of one route queue: the
// first with requests left is used up before the next. The route's own come
// before those of "*".
func (s *Server) Fault(route string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[route] = append(s.faults[route], f)
}

// ClearFaults ends every fault.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
}

// nextFault takes the fault that a request on the route meets.
func (s *Server) nextFault(route string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range []string{route, "*"} {
		queue := s.faults[key]
		if len(queue) == 0 {
			continue
		}
		f := queue[0]
		switch queue[0].Times {
		case 0: // until cleared
		case 1:
			s.faults[key] = queue[1:]
		default:
			queue[0].Times--
		}
		return f
	}
	return Fault{}
}

// replaces reports whether the fault has an answer of its own.
func (f Fault) replaces() bool {
	return f.Status != 0 || f.Body != "" || f.HTML || f.GarbageJSON || f.Redirect != "" || f.RateLimited
}

// replacement is the fault's own answer. limited is the profile's rate 429.
func (f Fault) replacement(limited *failure) (status int, contentType string, body []byte) {
	status, contentType, body = f.Status, "application/json; charset=utf-8", []byte(f.Body)
	switch {
	case f.RateLimited:
		status = limited.StatusCode
		body, _ = json.Marshal(limited) // made of strings and numbers only
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

// wait sleeps in the request's own time; a request given up on is cut.
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

// answer is a ResponseWriter through which a fault spoils what the handler
// says. By the time a handler speaks it has done its work, so this is also
// where "after" happens.
type answer struct {
	http.ResponseWriter
	fault    Fault
	limited  *failure
	ctx      context.Context
	status   int
	replaced bool // the handler's own answer goes nowhere
	written  int
}

// WriteHeader lets the fault act, then sends the status.
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
	_, _ = a.send(body) // a client that went away is no concern of ours
	a.replaced = true
}

// Write sends the handler's bytes, unless they were replaced.
func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if a.replaced {
		return len(p), nil
	}
	return a.send(p)
}

// send writes bytes up to where the fault cuts the body off.
func (a *answer) send(p []byte) (int, error) {
	room := a.fault.Truncate - a.written
	if a.fault.Truncate == 0 || len(p) <= room {
		n, err := a.ResponseWriter.Write(p)
		a.written += n
		return n, err
	}
	_, _ = a.ResponseWriter.Write(p[:max(0, room)])
	// Without the flush, net/http would throw away what it has buffered.
	_ = http.NewResponseController(a.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}
