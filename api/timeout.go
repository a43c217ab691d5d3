package api

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// patience is how long an exchange may take.
type patience struct {
	idle  time.Duration // without a byte in either direction
	total time.Duration // in total; 0 means no limit
}

// The patience for each kind of request. A create may take longest, because the
// API probes the media before it answers.
func shortPatience() patience { return patience{idle: 15 * time.Second, total: 30 * time.Second} }
func paidPatience() patience  { return patience{idle: 90 * time.Second} }

// tooSlow is the error of an exchange that took too long.
type tooSlow struct{ after time.Duration }

func (t *tooSlow) Error() string {
	return fmt.Sprintf("the server did not answer within %s", t.after)
}

// Unwrap makes it a deadline error for errors.Is.
func (t *tooSlow) Unwrap() error { return os.ErrDeadlineExceeded }

// watchdog cancels an exchange that makes no progress. It replaces the
// transport's own timeouts in order to cover bodies and work with any
// transport.
type watchdog struct {
	cancel context.CancelCauseFunc
	idle   *time.Timer
	total  *time.Timer
	each   time.Duration
}

// watch returns a context for an exchange and the watchdog that may cancel it.
func watch(ctx context.Context, p patience) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{cancel: cancel, each: p.idle}
	w.idle = time.AfterFunc(p.idle, func() { cancel(&tooSlow{p.idle}) })
	if p.total > 0 {
		w.total = time.AfterFunc(p.total, func() { cancel(&tooSlow{p.total}) })
	}
	return ctx, w
}

// fed notes progress.
func (w *watchdog) fed() { w.idle.Reset(w.each) }

// unlimited lifts the total limit as long as there is progress.
func (w *watchdog) unlimited() {
	if w.total != nil {
		w.total.Stop()
	}
}

// release ends the exchange and frees its resources.
func (w *watchdog) release() {
	w.idle.Stop()
	w.unlimited()
	w.cancel(nil)
}

// watchedBody feeds the watchdog with every read.
type watchedBody struct {
	io.ReadCloser
	dog *watchdog
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.dog.fed()
	}
	return n, err
}

// upload is a request body that feeds the watchdog and remembers whether
// anybody began to read it.
type upload struct {
	io.Reader
	dog  *watchdog
	read *atomic.Bool
}

func (u *upload) Read(p []byte) (int, error) {
	u.read.Store(true)
	u.dog.fed()
	return u.Reader.Read(p)
}
