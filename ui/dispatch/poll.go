package dispatch

import (
	"context"

	"dubtop/api"
	"dubtop/state"
)

// Answer asks the server what the poller says is due. The answer is decoded and
// thinned down here, so that landing it is a merge of a page.
func Answer(ctx context.Context, c *api.Client, ask state.Ask) state.Result {
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
	case state.Charges:
		return state.CostsResult(c.Costs(ctx, ask.Job))
	}
	var r state.Result
	page, err := c.Generations(ctx, ask.Query, r.Collect)
	r.Page(page, err)
	return r
}
