package cli

import (
	"context"
	"errors"
	"os"
	"testing"
)

// What writes files ends through its context at a signal, and can tidy up. A second
// signal does not wait for it. What was finished all the same counts as done.
func TestWritingEndsTidilyAtASignal(t *testing.T) {
	signals := make(chan os.Signal, 2)
	w := World{Signals: signals}
	tidied := false
	signals <- os.Interrupt
	err := w.stoppable(t.Context(), func(ctx context.Context) error {
		<-ctx.Done()
		tidied = true
		return ctx.Err()
	})
	if f, ok := errors.AsType[*Failure](err); !ok || f.Status != StatusInterrupted || f.Hint == "" || !tidied {
		t.Errorf("%v, tidied: %v", err, tidied)
	}
	signals <- os.Interrupt
	if err := w.stoppable(t.Context(), func(ctx context.Context) error { <-ctx.Done(); return nil }); err != nil {
		t.Errorf("it was finished: %v", err)
	}
	hang := make(chan struct{})
	defer close(hang)
	signals <- os.Interrupt
	signals <- os.Interrupt
	err = w.stoppable(t.Context(), func(context.Context) error { <-hang; return nil })
	if f, ok := errors.AsType[*Failure](err); !ok || f.Status != StatusInterrupted {
		t.Errorf("%v", err)
	}
	failed := errors.New("no room")
	if err := w.stoppable(t.Context(), func(context.Context) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
}
