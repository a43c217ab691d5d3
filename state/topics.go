package state

import (
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
)

// kind describes a topic to the poller.
type kind struct {
	words  string // the requested items, for messages
	weight weight
	// every is the time between two requests, and whether there is anything to
	// request.
	every func(p *Poller) (time.Duration, bool)
	// away is that time while the window has no focus; nil is slowed.
	away func(p *Poller, focused time.Duration) time.Duration
	// after is another earliest time for the next request; may be nil.
	after func(p *Poller) time.Time
	// query sets the parameters of a Query and starts the refresh of its
	// collection.
	query func(p *Poller, s *Store, a *Query, now time.Time)
	// apply writes the answer to the store.
	apply func(s *Store, a Query, r Answer, now time.Time)
	// follow schedules further requests after an answer; may be nil. known counts
	// the answer's generations that the store had before.
	follow func(p *Poller, s *Store, a Query, r Answer, known int, now time.Time)
	// retries is set if a refused request is soon repeated.
	retries bool
}

// kinds is the table of topics. A new topic needs a row here and a name in
// query.go; account.answer makes its request.
func kinds() [topics]kind {
	return [topics]kind{
		Head:        headKind(),
		Running:     runningKind(),
		Vanished:    vanishedKind(),
		OpenJob:     openJobKind(),
		Models:      modelsKind(),
		Batches:     batchesKind(),
		Assets:      assetsKind(),
		UnitPrices:  unitPricesKind(),
		Charges:     chargesKind(),
		Projects:    projectsKind(),
		Standings:   standingKind(),
		VoiceLists:  voicesKind(),
		Settlements: settlementKind(),
		Backfill:    backfillKind(),
		Awaited:     awaitedKind(),
	}
}

// awaitedKind describes requests that have no lane of their own: see awaiting.
func awaitedKind() kind {
	return kind{
		words: "generations", weight: awaits,
		every: func(*Poller) (time.Duration, bool) { return 0, false },
		away:  steady,
	}
}

func headKind() kind {
	return kind{
		words: "generations", weight: essential,
		every: func(p *Poller) (time.Duration, bool) { return p.headInterval(), true },
		away:  func(p *Poller, focused time.Duration) time.Duration { return max(focused, p.pace.Away) },
		query: func(_ *Poller, s *Store, q *Query, now time.Time) {
			q.Generations.Limit, q.ticket = PageSize, s.Generations.Ask(now)
		},
		apply: (*Store).applyGenerations,
		follow: func(p *Poller, s *Store, _ Query, a Answer, known int, _ time.Time) {
			if a.Err == nil {
				p.backfill.sawHead(&s.History, a, known)
			}
		},
	}
}

func runningKind() kind {
	return kind{
		words: "generations", weight: essential,
		every: (*Poller).runningInterval,
		away:  steady,
		query: func(_ *Poller, s *Store, q *Query, now time.Time) {
			q.Generations.Status, q.ticket = []api.Status{api.Pending, api.Processing}, s.Generations.Ask(now)
		},
		apply: (*Store).applyGenerations,
		follow: func(p *Poller, s *Store, q Query, a Answer, _ int, now time.Time) {
			if a.Err == nil {
				p.vanished.sees(&s.Generations, q.ticket, now)
			}
		},
	}
}

func vanishedKind() kind {
	return kind{
		words: "generations", weight: essential,
		every: (*Poller).vanishedInterval,
		away:  steady,
		query: func(p *Poller, s *Store, q *Query, now time.Time) {
			q.Generations.IDs, q.ticket = p.vanished.ids(&s.Generations), s.Generations.Ask(now)
		},
		apply: (*Store).applyGenerations,
		follow: func(p *Poller, s *Store, q Query, a Answer, _ int, now time.Time) {
			for _, id := range p.vanished.answered(&s.Generations, q.Generations.IDs, a, now) {
				s.MarkGone(id, now)
			}
		},
	}
}

func openJobKind() kind {
	return kind{
		words: "details", weight: essential,
		every: func(p *Poller) (time.Duration, bool) { return openPace, p.facts.openDue },
		away:  steady,
		after: func(p *Poller) time.Time { return p.facts.openAt },
		query: func(_ *Poller, s *Store, q *Query, now time.Time) {
			id := q.ID
			*q = s.queryDetails(now)
			q.ID = id
		},
		apply: (*Store).ApplyDetails,
	}
}

func modelsKind() kind {
	return kind{
		words: "models", weight: side,
		every: func(p *Poller) (time.Duration, bool) { return p.sideInterval(Models), true },
		query: func(_ *Poller, s *Store, q *Query, now time.Time) { q.ticket = s.Models.Ask(now) },
		apply: (*Store).applyModels,
	}
}

func batchesKind() kind {
	return kind{
		words: "batches", weight: side,
		every: func(p *Poller) (time.Duration, bool) { return p.sideInterval(Batches), true },
		away: func(p *Poller, focused time.Duration) time.Duration {
			if p.facts.batches > 0 {
				return max(focused, p.pace.Batches)
			}
			return slowed(p, focused)
		},
		query: func(_ *Poller, s *Store, q *Query, now time.Time) { q.ticket = s.Batches.Ask(now) },
		apply: (*Store).applyBatches,
	}
}

func assetsKind() kind {
	return kind{
		words: "assets", weight: side,
		every: func(p *Poller) (time.Duration, bool) { return p.sideInterval(Assets), true },
		query: func(_ *Poller, s *Store, q *Query, now time.Time) {
			q.Assets, q.ticket = api.AssetQuery{Limit: PageSize, SortBy: Newest}, s.Assets.Ask(now)
		},
		apply: (*Store).applyNewest,
	}
}

func projectsKind() kind {
	return kind{
		words: "projects", weight: filler, // costs come first
		every: func(p *Poller) (time.Duration, bool) { return p.pace.Slow, true },
		query: func(_ *Poller, s *Store, q *Query, now time.Time) { q.ticket = s.Projects.Ask(now) },
		apply: (*Store).applyProjects,
	}
}

func unitPricesKind() kind {
	return kind{
		words: "unit prices", weight: side, retries: true,
		every: func(p *Poller) (time.Duration, bool) { return p.pace.Prices, p.facts.unpriced > 0 },
		query: func(_ *Poller, s *Store, q *Query, _ time.Time) {
			q.Estimate = api.EstimateRequest{Model: s.Prices.unpriced[0], Duration: sampleSeconds, FPS: outbox.FramesPerSecond}
		},
		apply: func(s *Store, q Query, a Answer, _ time.Time) { s.applyPrice(q.Estimate.Model, a) },
	}
}

func chargesKind() kind {
	return kind{
		words: "costs", weight: side, retries: true,
		every: (*Poller).chargeInterval,
		away:  steady,
		after: func(p *Poller) time.Time { return p.facts.charge },
		query: func(_ *Poller, s *Store, q *Query, _ time.Time) { q.Job = s.costs.queue[0].job },
		apply: func(s *Store, q Query, a Answer, now time.Time) { s.applyCosts(q.Job, a, now) },
	}
}

func standingKind() kind {
	return kind{
		words: "the account", weight: filler, // the prices come first
		every: func(p *Poller) (time.Duration, bool) {
			if p.facts.moved {
				return standingMoved, true
			}
			return standingRest, true
		},
		query: func(_ *Poller, s *Store, _ *Query, _ time.Time) { s.Standing.asked = s.moment() },
		apply: (*Store).applyStanding,
	}
}

func settlementKind() kind {
	return kind{
		words: "costs", weight: filler,
		every: (*Poller).settlementInterval,
		after: func(p *Poller) time.Time { return p.facts.settle.at },
		query: func(*Poller, *Store, *Query, time.Time) {},
		apply: (*Store).applySettlement,
	}
}

func backfillKind() kind {
	return kind{
		words: "generations", weight: filler,
		every: func(p *Poller) (time.Duration, bool) {
			return max(p.pace.Backfill, window/time.Duration(p.fillLimit())), len(p.backfill.walks) > 0
		},
		query: func(p *Poller, s *Store, q *Query, now time.Time) {
			q.Generations.Limit, q.ticket = PageSize, s.Generations.Ask(now)
			q.Generations.Cursor = p.backfill.walks[len(p.backfill.walks)-1].cursor
		},
		apply: (*Store).applyGenerations,
		follow: func(p *Poller, s *Store, _ Query, a Answer, known int, _ time.Time) {
			switch {
			case a.Err == nil:
				p.backfill.sawPage(&s.History, a, known)
			case refused(a.Err):
				p.backfill.refused(&s.Generations, &s.History)
			}
		},
	}
}

// steady keeps the pace without focus, because people watch on a second screen.
func steady(_ *Poller, focused time.Duration) time.Duration { return focused }

// slowed multiplies the time by Pace.Unfocused.
func slowed(p *Poller, focused time.Duration) time.Duration {
	return focused * time.Duration(p.pace.Unfocused)
}

// Words names the items that a topic requests.
func (t Topic) Words() string { return kinds()[t].words }
