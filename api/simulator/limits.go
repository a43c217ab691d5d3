package simulator

import (
	"net/http"
	"slices"
	"time"
)

// The published limits per key, in any 60 s
// (https://sync.so/docs/api-reference).
const (
	generateLimit = 60
	otherLimit    = 600
	limitWindow   = time.Minute
)

// window is a sliding log of arrivals.
type window struct {
	arrivals []time.Time
	most     int // in any window so far
}

// admit records an arrival unless the limit has been reached.
func (w *window) admit(now time.Time, limit int) bool {
	stale := 0
	for stale < len(w.arrivals) && now.Sub(w.arrivals[stale]) >= limitWindow {
		stale++
	}
	w.arrivals = slices.Delete(w.arrivals, 0, stale)
	if len(w.arrivals) >= limit {
		return false
	}
	w.arrivals = append(w.arrivals, now)
	w.most = max(w.most, len(w.arrivals))
	return true
}

// limiter enforces the limits of one key.
type limiter struct {
	generate, other window
	tickets         window // they also count as other requests
	refused         int
}

// admit counts a request on a route.
func (l *limiter) admit(route string, now time.Time) bool {
	ok := false
	switch route {
	case routeCreate:
		ok = l.generate.admit(now, generateLimit)
	case routeTicket:
		ok = l.tickets.admit(now, ticketLimit) && l.other.admit(now, otherLimit)
	default:
		ok = l.other.admit(now, otherLimit)
	}
	if !ok {
		l.refused++
	}
	return ok
}

// tooMany returns the 429 for too many requests. In June its body had no code.
func (s *Server) tooMany() *failure {
	f := refuse(http.StatusTooManyRequests, "", "Rate limit exceeded. Please try again later.")
	if s.opts.Profile == Current {
		f.ErrorCode = "rate_limit_exceeded"
	}
	return f
}

// Traffic returns how close clients came to the published limits.
func (s *Server) Traffic() Traffic {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Traffic{Generate: s.limiter.generate.most, Other: s.limiter.other.most, Refused: s.limiter.refused}
}
