package state

import (
	"cmp"
	"slices"

	"dubtop/api"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

// Topic is a kind of request that the poller makes. At most one request of each
// topic is under way, except for Awaited. They are listed by urgency.
type Topic int

// The topics.
const (
	Head        Topic = iota // the newest generations
	Running                  // all generations that have not ended, in one request
	Vanished                 // generations no longer listed as running, by id
	OpenJob                  // the job whose details are open
	Models                   // all models
	Batches                  // all batches
	Assets                   // the newest assets
	UnitPrices               // the price of a frame for one model
	Charges                  // the actual cost of one of our jobs
	Projects                 // all projects
	Standings                // the account and its balance
	VoiceLists               // the voices of the account
	Settlements              // a page of finished jobs, and their costs
	Backfill                 // a page of older generations
	Awaited                  // a job whose end somebody waits for; several at once
	topics                   // number of topics
)

// PageSize is the largest page that the server returns, and the most ids to
// query in one request.
// https://sync.so/docs/api-reference/api/generate-api/list
const PageSize = 100

// Query is a request that is due. The topic decides which fields are its
// parameters:
//
//	Head, Running, Vanished, Backfill: Generations, for Client.Generations
//	Batches: none, for Client.Batches
//	Assets: Assets, for Client.Assets
//	Models: none, for Client.Models
//	Projects: none, for Client.Projects
//	Standings: none, for Client.Account
//	VoiceLists: none, for Client.Voices
//	Settlements: none, for Client.Finished; the journal knows which page
//	UnitPrices: Estimate, for Client.Estimate
//	Charges: Job, for Client.Costs
//	OpenJob: Job, for Client.Generation, and with WithCosts for Client.Costs
//	Awaited: Job and Was, for Client.Await
type Query struct {
	ID          uint64
	Topic       Topic
	Generations api.GenerationQuery
	Assets      api.AssetQuery
	Estimate    api.EstimateRequest
	Job         api.ID
	Was         api.Status // of the job
	// WithCosts also requests the job's cost.
	WithCosts bool

	ticket table.Ticket
}

// Answer is the answer to a Query, reduced to rows. If Err is set, the other
// fields are not valid.
type Answer struct {
	Generations []Generation
	Batches     []Batch
	Assets      []Asset
	Models      []Model
	Projects    []Project
	Voices      []api.Voice
	Account     api.Account
	Estimate    api.Estimate
	Costs       api.Costs
	Details     Details
	Going       bool // another page of what finished follows

	Whole  bool       // it is the whole history, because the server ignores limits
	More   bool       // another page of generations may follow
	Last   api.ID     // the last generation in the server's order
	Cursor api.Cursor // next page of assets, "" at the end
	Total  int        // number of assets on the server; -1 if unknown
	// Skipped counts items of the answer that could not be read. If it is not 0,
	// a missing item may still exist.
	Skipped int
	Absent  bool // the server does not offer the request
	Err     error
}

// Collect converts generations as they arrive. Pass it as each to
// Client.Generations, so that a long history is never held in full.
func (a *Answer) Collect(items []api.Generation) {
	for _, g := range items {
		a.Generations = append(a.Generations, NewGeneration(g))
		a.Last = g.ID
	}
}

// Page completes the answer of Client.Generations.
func (a *Answer) Page(page api.GenerationPage, err error) {
	a.Collect(page.Items)
	a.Whole, a.More, a.Skipped, a.Err = page.Whole, page.More, page.Skipped, err
	if a.Whole { // it is applied in parts, and the newest are on the screen
		slices.SortStableFunc(a.Generations, func(g, o Generation) int { return cmp.Compare(o.Rank(), g.Rank()) })
	}
}

// BatchesAnswer converts the answer of Client.Batches.
func BatchesAnswer(all api.List[api.Batch], err error) Answer {
	return Answer{Batches: thin(all.Items, NewBatch), Skipped: all.Skipped, Err: err}
}

// AssetsAnswer converts the answer of Client.Assets.
func AssetsAnswer(page api.AssetPage, err error) Answer {
	return Answer{Assets: thin(page.Items, NewAsset), Cursor: page.Next, Total: page.Total, Skipped: page.Skipped, Err: err}
}

// ModelsAnswer converts the answer of Client.Models.
func ModelsAnswer(all api.List[api.Model], err error) Answer {
	return Answer{Models: thin(all.Items, NewModel), Skipped: all.Skipped, Err: err}
}

// ProjectsAnswer converts the answer of Client.Projects. A server without
// projects has none.
func ProjectsAnswer(all api.List[api.Project], err error) Answer {
	if unsupported(err) {
		return Answer{Absent: true}
	}
	return Answer{Projects: thin(all.Items, NewProject), Skipped: all.Skipped, Err: err}
}

// StandingAnswer converts the answer of Client.Account. An answer of another
// shape tells nothing.
func StandingAnswer(a api.Account, err error) Answer {
	if unsupported(err) || kindOf(err) == api.KindNotAPI {
		return Answer{Absent: true}
	}
	return Answer{Account: a, Err: err}
}

// VoicesAnswer converts the answer of Client.Voices.
func VoicesAnswer(all api.List[api.Voice], err error) Answer {
	if unsupported(err) {
		return Answer{Absent: true}
	}
	return Answer{Voices: all.Items, Err: err}
}

// EstimateAnswer converts the answer of Client.Estimate.
func EstimateAnswer(e api.Estimate, err error) Answer {
	return Answer{Estimate: e, Err: err}
}

// CostsAnswer converts the answer of Client.Costs.
func CostsAnswer(c api.Costs, err error) Answer { return Answer{Costs: c, Err: err} }

func thin[A, T any](items []A, row func(A) T) []T {
	rows := make([]T, len(items))
	for i, item := range items {
		rows[i] = row(item)
	}
	return rows
}

// Details are the answer to a request for one job.
type Details struct {
	Job   api.Generation
	Costs *api.Costs        // nil unless requested and known
	Sent  outbox.Submission // for a job that the server does not return
}
