package api

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// class is one of the two groups of requests that the API limits.
// https://sync.so/docs/api-reference
type class int

const (
	other class = iota
	generating
)

// The published limits, in requests per minute.
const (
	generateLimit = 60
	otherLimit    = 600
)

type backgroundKey struct{}

// Background marks a context whose requests are not urgent: they leave a fifth
// of the limiter's tokens to requests by the user, and are not retried.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

func isBackground(ctx context.Context) bool { return ctx.Value(backgroundKey{}) != nil }

// limiter paces the requests of one class. A bucket of b tokens that refills
// with r tokens per second never lets more than b + 60·r requests through in
// any minute.
type limiter struct {
	mu      sync.Mutex
	bucket  *rate.Limiter
	sent    []time.Time // in the last minute
	held    time.Time
	strikes int // consecutive 429s
}

// newLimiter returns a limiter that uses at most 90% of a published limit.
func newLimiter(c class) *limiter {
	if c == generating {
		return &limiter{bucket: rate.NewLimiter(0.8, 6)} // 6 + 48 = 54
	}
	return &limiter{bucket: rate.NewLimiter(8, 60)} // 60 + 480 = 540
}

// wait returns when a request may be sent, or with the context's error.
func (l *limiter) wait(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		d := l.take(time.Now(), isBackground(ctx))
		if d == 0 {
			return nil
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
}

// take takes a token, or returns how long to wait before asking again.
func (l *limiter) take(now time.Time, background bool) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.held.Sub(now); d > 0 {
		return d
	}
	need := 1.0
	if background {
		need += 0.2 * float64(l.bucket.Burst())
	}
	if missing := need - l.bucket.TokensAt(now); missing > 0 {
		seconds := missing / float64(l.bucket.Limit())
		return time.Duration(seconds*float64(time.Second)) + time.Millisecond
	}
	if !l.bucket.AllowN(now, 1) {
		return time.Millisecond
	}
	l.sent = append(l.recent(now), now)
	return 0
}

// recent drops the requests that are older than a minute.
func (l *limiter) recent(now time.Time) []time.Time {
	n := 0
	for n < len(l.sent) && now.Sub(l.sent[n]) >= time.Minute {
		n++
	}
	return append(l.sent[:0], l.sent[n:]...)
}

// used returns the number of requests in the last minute and until when the
// class is held.
func (l *limiter) used(now time.Time) (n int, held time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = l.recent(now)
	if l.held.After(now) {
		held = l.held
	}
	return len(l.sent), held
}

// The bounds of a hold.
const (
	minHold = 500 * time.Millisecond
	maxHold = 5 * time.Minute
)

// hold stops the class after a 429: for as long as the server asked, or for one
// second to a minute, growing with each consecutive refusal. It returns how
// long.
func (l *limiter) hold(asked time.Duration, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.strikes++
	d := asked
	if d <= 0 {
		d = min(time.Second<<min(l.strikes, 6), time.Minute)
		d = d/2 + rand.N(d/2+1)
	}
	d = min(max(d, minHold), maxHold)
	if until := now.Add(d); until.After(l.held) {
		l.held = until
	}
	return d
}

// passed notes that the server accepted a request.
func (l *limiter) passed() {
	l.mu.Lock()
	l.strikes = 0
	l.mu.Unlock()
}

// sleep waits for d or for the end of the context.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
