package account

import (
	"context"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state"
)

// awaits are the requests that the server holds until a job ends.
type awaits struct {
	held map[api.ID]context.CancelFunc
	ctx  context.Context
	stop context.CancelFunc // gives up all of them
}

// Await names the jobs whose end the user waits for, beside the one whose details
// are open. It replaces the former ones. The server is asked to tell at once when
// one of them ends, if it can.
func (a *Account) Await(jobs []api.ID) {
	slices.Sort(jobs)
	a.Poller.Await(slices.Compact(jobs))
}

// await asks for a job until it ends, or until nobody waits for it any more.
func (a *Account) await(q state.Query) Work {
	stop, cancel := context.WithCancel(a.awaits.ctx)
	if a.awaits.held == nil {
		a.awaits.held = make(map[api.ID]context.CancelFunc)
	}
	a.awaits.held[q.Job] = cancel
	c := a.Client
	return a.work(func(ctx context.Context) apply {
		ctx, end := context.WithCancel(api.Background(ctx))
		defer end()
		defer context.AfterFunc(stop, end)()
		r := state.AwaitedAnswer(c.Await(ctx, q.Job, q.Was))
		return func(time.Time) []Event {
			cancel()
			delete(a.awaits.held, q.Job)
			return a.answered(q, &r)
		}
	})
}

// leaveAwaited gives up the requests for jobs that nobody waits for any more.
func (a *Account) leaveAwaited() {
	for job, cancel := range a.awaits.held {
		if !a.Poller.Awaits(job) {
			cancel()
		}
	}
}
