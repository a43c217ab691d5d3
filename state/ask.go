package state

import (
	"dubtop/api"
	"dubtop/state/table"
)

// Topic is a kind of question the poller asks. There is at most one question
// of each under way. The order is that of urgency.
type Topic int

// The topics.
const (
	Head       Topic = iota // the newest generations
	Running                 // every generation that has not ended, in one request
	Vanished                // generations that were running and no longer are, by their ids
	OpenJob                 // the one whose details are open
	Models                  // all models
	Batches                 // all batches
	Assets                  // the newest assets
	UnitPrices              // what a frame of one model costs
	Charges                 // what one job of ours really cost
	Backfill                // a page of older generations
	AssetPages              // a page of older assets
	topics                  // how many there are
)

// PageSize is the largest page a server gives, and the most ids that are asked
// about in one request.
// https://sync.so/docs/api-reference/api/generate-api/list
const PageSize = 100

// Ask is a question that is due. Topic says which member holds its parameters:
//
//	Head, Running, Vanished, Backfill: Query, for Client.Generations
//	Batches: none, for Client.Batches
//	Assets, AssetPages: Assets, for Client.Assets
//	Models: none, for Client.Models
//	UnitPrices: Estimate, for Client.Estimate
//	Charges: Job, for Client.Costs
//	OpenJob: Job, for Client.Generation, and with WithCosts for Client.Costs
type Ask struct {
	ID       uint64
	Topic    Topic
	Query    api.GenerationQuery
	Assets   api.AssetQuery
	Estimate api.EstimateRequest
	Job      api.ID
	// WithCosts asks for what the job cost, too.
	WithCosts bool

	ticket table.Ticket
}

// Result is what came of an Ask, thinned down where it was decoded. With an
// Err the rest does not count.
type Result struct {
	Generations []Generation
	Batches     []Batch
	Assets      []Asset
	Models      []Model
	Estimate    api.Estimate
	Costs       api.Costs
	Details     Details

	Whole  bool       // the whole history came, because the server ignores limits
	More   bool       // another page of generations may follow
	Last   api.ID     // of the last generation, as the server ordered them
	Cursor api.Cursor // of the next page of assets, "" at the end
	Total  int        // how many assets the server has; -1 where it does not say
	// Skipped counts what the answer held and could not be read: it exists, so
	// what did not come is not gone.
	Skipped int
	Err     error
}

// Collect thins generations as they come. It is meant to be the each of
// Client.Generations, so that a long history is never held in full.
func (r *Result) Collect(items []api.Generation) {
	for _, g := range items {
		r.Generations = append(r.Generations, NewGeneration(g))
		r.Last = g.ID
	}
}

// Page ends the result of Client.Generations.
func (r *Result) Page(page api.GenerationPage, err error) {
	r.Collect(page.Items)
	r.Whole, r.More, r.Skipped, r.Err = page.Whole, page.More, page.Skipped, err
}

// BatchesResult is the result of Client.Batches.
func BatchesResult(all api.List[api.Batch], err error) Result {
	return Result{Batches: thin(all.Items, NewBatch), Skipped: all.Skipped, Err: err}
}

// AssetsResult is the result of Client.Assets.
func AssetsResult(page api.AssetPage, err error) Result {
	return Result{Assets: thin(page.Items, NewAsset), Cursor: page.Next, Total: page.Total, Skipped: page.Skipped, Err: err}
}

// ModelsResult is the result of Client.Models.
func ModelsResult(all api.List[api.Model], err error) Result {
	return Result{Models: thin(all.Items, NewModel), Skipped: all.Skipped, Err: err}
}

// EstimateResult is the result of Client.Estimate.
func EstimateResult(e api.Estimate, err error) Result {
	return Result{Estimate: e, Err: err}
}

// CostsResult is the result of Client.Costs.
func CostsResult(c api.Costs, err error) Result { return Result{Costs: c, Err: err} }

func thin[A, T any](items []A, row func(A) T) []T {
	rows := make([]T, len(items))
	for i, item := range items {
		rows[i] = row(item)
	}
	return rows
}
