package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// untilEnded runs something. At the first signal it calls end, after which run
// should return soon. At the second it returns false, while run still runs, and
// calls after when it has ended, in case the process lives on.
func (w World) untilEnded(run, end, after func()) bool {
	signals := w.Signals
	if signals == nil {
		own := make(chan os.Signal, 2)
		signal.Notify(own, os.Interrupt, syscall.SIGTERM)
		defer signal.Stop(own)
		// A closed pipe must not kill the process in the middle of a paid
		// request.
		signal.Ignore(syscall.SIGPIPE)
		defer signal.Reset(syscall.SIGPIPE)
		signals = own
	}
	ended := make(chan struct{})
	go func() { run(); close(ended) }()
	for first := true; ; first = false {
		select {
		case <-ended:
			return true
		case <-signals:
		}
		if !first {
			go func() { <-ended; after() }()
			return false
		}
		end()
	}
}

// stoppable does something that writes files. A signal ends it through its context,
// so that it can remove what is not whole, where a process that dies leaves it.
func (w World) stoppable(ctx context.Context, do func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	result := make(chan error, 1)
	w.untilEnded(func() { result <- do(ctx) }, stop, func() {})
	select {
	case err := <-result:
		if err == nil || ctx.Err() == nil {
			return err
		}
	default: // a second signal: it is not waited for
	}
	return &Failure{Status: StatusInterrupted, Code: "interrupted", Err: errors.New("stopped: nothing was made"), Hint: "run it again"}
}
