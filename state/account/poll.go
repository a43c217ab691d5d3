package account

import (
	"context"
	"runtime/debug"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
)

// poll sends the poller's request. The answer is decoded and reduced in the
// work, so that applying it only merges a page.
func (a *Account) poll(ask state.Ask) Work {
	c, j := a.Client, a.Journal
	return a.work(func(ctx context.Context) apply {
		r := answer(ctx, c, j, ask)
		return func(time.Time) []Event {
			complete := a.Store.History.Complete
			a.Poller.Apply(a.now, a.Store, ask, r)
			if r.Whole || a.Store.History.Complete && !complete {
				a.later(release)
			}
			if r.Err != nil {
				return []Event{{Kind: EventPolled, Topic: ask.Topic, Err: r.Err}}
			}
			return nil
		}
	})
}

// answer sends one request of the poller.
func answer(ctx context.Context, c *api.Client, j *journal.Journal, ask state.Ask) state.Result {
	ctx = api.Background(ctx)
	switch ask.Topic {
	case state.Batches:
		return state.BatchesResult(c.Batches(ctx))
	case state.Models:
		return state.ModelsResult(c.Models(ctx))
	case state.Assets, state.AssetPages:
		return state.AssetsResult(c.Assets(ctx, ask.Assets))
	case state.UnitPrices:
		return state.EstimateResult(c.Estimate(ctx, ask.Estimate))
	case state.OpenJob:
		return details(ctx, c, j, ask)
	case state.Charges:
		return state.CostsResult(c.Costs(ctx, ask.Job))
	}
	var r state.Result
	page, err := c.Generations(ctx, ask.Query, r.Collect)
	r.Page(page, err)
	return r
}

// release returns memory to the system. Reading a history takes several times
// the memory that it keeps.
func release(context.Context) apply {
	debug.FreeOSMemory()
	return func(time.Time) []Event { return nil }
}
