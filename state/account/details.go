package account

import (
	"context"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
)

// OpenDetails requests a job's details at once and marks them as open. The
// result is in Store.Opened, and the poller keeps it up to date until
// Store.CloseDetails.
func (a *Account) OpenDetails(id api.ID) Work {
	q, c, j := a.Store.OpenDetails(id, a.now), a.Client, a.Journal
	return a.work(func(ctx context.Context) apply {
		r := details(ctx, c, j, q)
		return func(now time.Time) []Event {
			a.Store.ApplyDetails(q, r, now)
			return nil
		}
	})
}

// details requests a job, and its cost if the request includes that. If the
// server does not return the job, it falls back to the submission sent from here.
func details(ctx context.Context, c *api.Client, j *journal.Journal, q state.Query) (r state.Answer) {
	r.Details.Job, r.Err = c.Generation(ctx, q.Job, api.GenerationDetails{Progress: true})
	switch {
	case r.Err != nil && j != nil:
		r.Details.Sent, _, _ = j.SubmissionOf(ctx, q.Job)
	case r.Err == nil && q.WithCosts:
		if costs, err := c.Costs(ctx, q.Job); err == nil {
			r.Details.Costs = &costs
		}
	}
	return r
}
