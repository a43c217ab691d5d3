package api

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// class is one of the groups of requests that the API limits.
// https://sync.so/docs/api-reference
type class int

const (
	other class = iota
	generating
	ticketing // tickets for uploads
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

// span is the window in which requests are counted: the minute of the published
// limit, and a second for answers that travel at different speeds.
const span = time.Minute + time.Second

// The most paid requests in a span: normally, and after the server found them
// too many. Each minute without a refusal then allows one more.
const (
	usualCreates = 58
	shyCreates   = 48
)

// limiter paces the requests of one class. A bucket of b tokens that refills
// with r tokens per second never lets more than b + 60·r requests through in
// any minute. A class with a quota also sends at most that many in any span.
type limiter struct {
	mu      sync.Mutex
	bucket  *rate.Limiter
	quota   int         // in a span; 0 leaves it to the bucket
	refused time.Time   // the last 429, or the last time that quota rose since
	sent    []time.Time // in the last span
	held    time.Time
	strikes int // consecutive 429s
}

// newLimiter returns a limiter that stays below a published limit.
func newLimiter(c class) *limiter {
	switch c {
	case generating:
		return &limiter{bucket: rate.NewLimiter(1, 10), quota: usualCreates}
	case ticketing: // 120 a minute: https://sync.so/docs/api-reference
		return &limiter{bucket: rate.NewLimiter(1.5, 20)}
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
	l.sent = l.recent(now)
	if l.quota > 0 {
		l.recover(now)
		if over := len(l.sent) - l.quota; over >= 0 {
			return l.sent[over].Add(span).Sub(now)
		}
	}
	if !l.bucket.AllowN(now, 1) {
		return time.Millisecond
	}
	l.sent = append(l.sent, now)
	return 0
}

// recover raises the quota again after a 429, by one for each minute since.
func (l *limiter) recover(now time.Time) {
	for l.quota < usualCreates && now.Sub(l.refused) >= time.Minute {
		l.quota++
		l.refused = l.refused.Add(time.Minute)
	}
}

// recent drops the requests that are older than a span.
func (l *limiter) recent(now time.Time) []time.Time {
	n := 0
	for n < len(l.sent) && now.Sub(l.sent[n]) >= span {
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
	for _, at := range l.sent {
		if now.Sub(at) < time.Minute {
			n++
		}
	}
	if l.held.After(now) {
		held = l.held
	}
	return n, held
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
	if l.quota > 0 {
		l.quota, l.refused = shyCreates, now
	}
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
