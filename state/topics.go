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
	// question sets the parameters of an Ask and starts the refresh of its
	// collection.
	question func(p *Poller, s *Store, a *Ask, now time.Time)
	// apply writes the result to the store.
	apply func(s *Store, a Ask, r Result, now time.Time)
	// follow schedules further requests after a result; may be nil. known counts
	// the result's generations that the store had before.
	follow func(p *Poller, s *Store, a Ask, r Result, known int, now time.Time)
	// retries is set if a refused request is soon repeated.
	retries bool
}

// kinds is the table of topics. A new topic needs a row here and a name in
// ask.go; account.answer makes its request.
func kinds() [topics]kind {
	return [topics]kind{
		Head:       headKind(),
		Running:    runningKind(),
		Vanished:   vanishedKind(),
		OpenJob:    openJobKind(),
		Models:     modelsKind(),
		Batches:    batchesKind(),
		Assets:     assetsKind(),
		UnitPrices: unitPricesKind(),
		Charges:    chargesKind(),
		Backfill:   backfillKind(),
		AssetPages: assetPagesKind(),
	}
}

func headKind() kind {
	return kind{
		words: "generations", weight: essential,
		every: func(p *Poller) (time.Duration, bool) { return p.headInterval(), true },
		away:  func(p *Poller, focused time.Duration) time.Duration { return max(focused, p.pace.Away) },
		question: func(_ *Poller, s *Store, a *Ask, now time.Time) {
			a.Query.Limit, a.ticket = PageSize, s.Generations.Ask(now)
		},
		apply: (*Store).applyGenerations,
		follow: func(p *Poller, s *Store, _ Ask, r Result, known int, _ time.Time) {
			if r.Err == nil {
				p.backfill.sawHead(&s.History, r, known)
			}
		},
	}
}

func runningKind() kind {
	return kind{
		words: "generations", weight: essential,
		every: (*Poller).runningInterval,
		away:  steady,
		question: func(_ *Poller, s *Store, a *Ask, now time.Time) {
			a.Query.Status, a.ticket = []api.Status{api.Pending, api.Processing}, s.Generations.Ask(now)
		},
		apply: (*Store).applyGenerations,
		follow: func(p *Poller, s *Store, a Ask, r Result, _ int, now time.Time) {
			if r.Err == nil {
				p.vanished.sees(s, a.ticket, now)
			}
		},
	}
}

func vanishedKind() kind {
	return kind{
		words: "generations", weight: essential,
		every: (*Poller).vanishedInterval,
		away:  steady,
		question: func(p *Poller, s *Store, a *Ask, now time.Time) {
			a.Query.IDs, a.ticket = p.vanished.ids(s), s.Generations.Ask(now)
		},
		apply: (*Store).applyGenerations,
		follow: func(p *Poller, s *Store, a Ask, r Result, _ int, now time.Time) {
			p.vanished.answered(s, a.Query.IDs, r, now)
		},
	}
}

func openJobKind() kind {
	return kind{
		words: "details", weight: essential,
		every: func(p *Poller) (time.Duration, bool) { return openPace, p.facts.openDue },
		away:  steady,
		after: func(p *Poller) time.Time { return p.facts.openAt },
		question: func(_ *Poller, s *Store, a *Ask, now time.Time) {
			id := a.ID
			*a = s.askDetails(now)
			a.ID = id
		},
		apply: (*Store).ApplyDetails,
	}
}

func modelsKind() kind {
	return kind{
		words: "models", weight: side,
		every:    func(p *Poller) (time.Duration, bool) { return p.sideInterval(Models), true },
		question: func(_ *Poller, s *Store, a *Ask, now time.Time) { a.ticket = s.Models.Ask(now) },
		apply:    (*Store).applyModels,
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
		question: func(_ *Poller, s *Store, a *Ask, now time.Time) { a.ticket = s.Batches.Ask(now) },
		apply:    (*Store).applyBatches,
	}
}

func assetsKind() kind {
	return kind{
		words: "assets", weight: side,
		every: func(p *Poller) (time.Duration, bool) { return p.sideInterval(Assets), true },
		question: func(_ *Poller, s *Store, a *Ask, now time.Time) {
			a.Assets, a.ticket = api.AssetQuery{Limit: PageSize, SortBy: "dateDesc"}, s.Assets.Ask(now)
		},
		apply: (*Store).applyAssets,
		follow: func(p *Poller, _ *Store, _ Ask, r Result, _ int, _ time.Time) {
			if r.Err == nil && !p.assets.begun {
				p.assets.turn(r.Cursor)
			}
		},
	}
}

func unitPricesKind() kind {
	return kind{
		words: "unit prices", weight: side, retries: true,
		every: func(p *Poller) (time.Duration, bool) { return p.pace.Prices, p.facts.unpriced > 0 },
		question: func(_ *Poller, s *Store, a *Ask, _ time.Time) {
			a.Estimate = api.EstimateRequest{Model: s.Prices.unpriced[0], Duration: sampleSeconds, FPS: outbox.FramesPerSecond}
		},
		apply: func(s *Store, a Ask, r Result, _ time.Time) { s.applyPrice(a.Estimate.Model, r) },
	}
}

func chargesKind() kind {
	return kind{
		words: "costs", weight: side, retries: true,
		every:    (*Poller).chargeInterval,
		away:     steady,
		after:    func(p *Poller) time.Time { return p.facts.charge },
		question: func(_ *Poller, s *Store, a *Ask, _ time.Time) { a.Job = s.costs.queue[0].job },
		apply:    func(s *Store, a Ask, r Result, now time.Time) { s.applyCosts(a.Job, r, now) },
	}
}

func backfillKind() kind {
	return kind{
		words: "generations", weight: filler,
		every: func(p *Poller) (time.Duration, bool) {
			return max(p.pace.Backfill, window/time.Duration(p.fillLimit())), len(p.backfill.walks) > 0
		},
		question: func(p *Poller, s *Store, a *Ask, now time.Time) {
			a.Query.Limit, a.ticket = PageSize, s.Generations.Ask(now)
			a.Query.Cursor = p.backfill.walks[len(p.backfill.walks)-1].cursor
		},
		apply: (*Store).applyGenerations,
		follow: func(p *Poller, s *Store, _ Ask, r Result, known int, _ time.Time) {
			switch {
			case r.Err == nil:
				p.backfill.sawPage(&s.History, r, known)
			case refused(r.Err):
				p.backfill.refused(s)
			}
		},
	}
}

func assetPagesKind() kind {
	return kind{
		words: "assets", weight: filler,
		every: func(p *Poller) (time.Duration, bool) {
			return assetGap, p.assets.cursor != "" && p.visible == Assets
		},
		question: func(p *Poller, s *Store, a *Ask, now time.Time) {
			a.Assets = api.AssetQuery{Limit: PageSize, SortBy: "dateDesc", Cursor: p.assets.cursor}
			a.ticket = s.Assets.Ask(now)
		},
		apply: (*Store).applyAssets,
		follow: func(p *Poller, _ *Store, _ Ask, r Result, _ int, _ time.Time) {
			if r.Err == nil {
				p.assets.turn(r.Cursor)
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
