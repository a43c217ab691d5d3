package account

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"time"

	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
)

// poll sends the poller's request. The answer is decoded and reduced in the
// work, so that applying it only merges a page.
func (a *Account) poll(q state.Query) Work {
	if q.Topic == state.Awaited {
		return a.await(q)
	}
	c, j := a.Client, a.Journal
	return a.work(func(ctx context.Context) apply {
		r := answer(ctx, c, j, q)
		return func(time.Time) []Event { return a.answered(q, &r) }
	})
}

// answered applies an answer. A long one takes several results, so that keys get
// their turn in between.
func (a *Account) answered(q state.Query, r *state.Answer) []Event {
	complete := a.Store.History.Complete
	if a.Poller.ApplyPart(a.now, a.Store, q, r) {
		a.later(func(context.Context) apply {
			return func(time.Time) []Event { return a.answered(q, r) }
		})
		return nil
	}
	if r.Whole || a.Store.History.Complete && !complete {
		a.releaseHistory()
	}
	if q.Topic == state.Standings && r.Err == nil {
		a.Outbox.Slots.TellPlan(r.Account.Slots, a.now)
	}
	if q.Topic == state.Settlements && r.Err == nil && !r.Absent {
		a.readSettled()
	}
	if r.Err != nil && q.Topic != state.Awaited {
		return []Event{{Kind: EventPolled, Topic: q.Topic, Err: r.Err}}
	}
	return nil
}

// answer sends one request of the poller.
func answer(ctx context.Context, c *api.Client, j *journal.Journal, q state.Query) state.Answer {
	ctx = api.Background(ctx)
	switch q.Topic {
	case state.Batches:
		return state.BatchesAnswer(c.Batches(ctx))
	case state.Models:
		return state.ModelsAnswer(c.Models(ctx))
	case state.Assets:
		return assetPage(ctx, c, q.Assets)
	case state.Projects:
		return state.ProjectsAnswer(c.Projects(ctx))
	case state.Standings:
		return state.StandingAnswer(c.Account(ctx))
	case state.VoiceLists:
		return state.VoicesAnswer(c.Voices(ctx))
	case state.Settlements:
		return settlement(ctx, c, j)
	case state.UnitPrices:
		return state.EstimateAnswer(c.Estimate(ctx, q.Estimate))
	case state.OpenJob:
		return details(ctx, c, j, q)
	case state.Charges:
		return state.CostsAnswer(c.Costs(ctx, q.Job))
	}
	var r state.Answer
	page, err := c.Generations(ctx, q.Generations, r.Collect)
	r.Page(page, err)
	return r
}

// assetPage reads a page of assets and how many there are. Servers search names
// only, so an id is looked up instead.
func assetPage(ctx context.Context, c *api.Client, q api.AssetQuery) state.Answer {
	if uuid.Validate(q.Search) == nil {
		return oneAsset(ctx, c, api.ID(q.Search))
	}
	r := state.AssetsAnswer(c.Assets(ctx, q))
	if r.Err == nil && r.Total < 0 && r.Cursor != "" {
		if n, err := c.CountAssets(ctx, q); err == nil {
			r.Total = n
		}
	}
	return r
}

func oneAsset(ctx context.Context, c *api.Client, id api.ID) state.Answer {
	x, err := c.Asset(ctx, id)
	if e, ok := errors.AsType[*api.Error](err); ok && e.Kind == api.KindNotFound {
		return state.AssetsAnswer(api.AssetPage{}, nil)
	}
	if err != nil {
		return state.Answer{Err: err}
	}
	return state.AssetsAnswer(api.AssetPage{Items: []api.Asset{x}, Total: 1}, nil)
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

// ErrNoResults means that a batch has no results yet.
var ErrNoResults = errors.New("the batch has no results yet")

// BatchItems fetches the results of a batch. With an error it may return the lines
// that arrived before.
func BatchItems(ctx context.Context, c *api.Client, id api.ID) ([]state.BatchItem, error) {
	b, err := c.Batch(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case b.Output.IsZero():
		return nil, ErrNoResults
	}
	lines, err := c.BatchResults(ctx, b)
	return state.BatchItems(lines), err
}

// batchJobs fetches the results of a batch without the lines that became no job.
func batchJobs(ctx context.Context, c *api.Client, id api.ID) ([]state.BatchItem, error) {
	items, err := BatchItems(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(items, func(b state.BatchItem) bool { return b.Generation.ID == "" }), nil
}

// releaseFrom is the shortest history worth a release: a release takes as long as
// drawing a hundred frames.
const releaseFrom = 2000

func (a *Account) releaseHistory() {
	if a.Store.Generations.Len() >= releaseFrom {
		a.later(release)
	}
}

// release returns memory to the system. Reading a history takes several times
// the memory that it keeps.
func release(context.Context) apply {
	debug.FreeOSMemory()
	return func(time.Time) []Event { return nil }
}
