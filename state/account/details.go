package account

import (
	"context"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
)

// OpenDetails asks for one job by itself, at once, and notes that its details
// are open: Store.Opened has what came of it, and the poller goes on asking.
func (a *Account) OpenDetails(id api.ID) Work {
	ask, c, j := a.Store.Open(id, a.now), a.Client, a.Journal
	return a.work(func(ctx context.Context) apply {
		r := details(ctx, c, j, ask)
		return func(now time.Time) []Event {
			a.Store.ApplyDetails(ask, r, now)
			return nil
		}
	})
}

// CloseDetails ends the polling that OpenDetails began.
func (a *Account) CloseDetails(id api.ID) {
	if a.Store.Opened.ID == id {
		a.Store.Opened = state.Opened{}
	}
}

// details asks for one job, and for what it cost where that was asked for.
// What was sent from here is all there is to tell where the server tells nothing.
func details(ctx context.Context, c *api.Client, j *journal.Journal, ask state.Ask) (r state.Result) {
	r.Details.Job, r.Err = c.Generation(ctx, ask.Job, api.GenerationDetails{Progress: true})
	switch {
	case r.Err != nil && j != nil:
		r.Details.Sent, _, _ = j.SubmissionOf(ctx, ask.Job)
	case r.Err == nil && ask.WithCosts:
		if costs, err := c.Costs(ctx, ask.Job); err == nil {
			r.Details.Costs = &costs
		}
	}
	return r
}
