package account

import (
	"time"

	"dubtop/state/outbox"

	"dubtop/state"
)

// shown is what the store shows of the outbox.
type shown struct {
	clock   uint64                            // of the outbox, when that was made
	intents map[string]outbox.SubmissionState // intents that have a row among the jobs or batches
}

// show brings the rows of the store up to date with the outbox: those of the
// queue, and those that stand among the jobs for what is on its way or unknown.
// Where nobody watches it makes none: with thousands in line that is most of the
// work of a turn.
func (a *Account) show(now time.Time) {
	if !a.Lists {
		return
	}
	if a.shown.clock != a.Outbox.Clock() {
		a.shown.clock = a.Outbox.Clock()
		a.Store.Queue.Replace(a.Outbox.Rows(), now)
		a.showIntents(now)
	}
	a.yieldIntents()
}

func (a *Account) showIntents(now time.Time) {
	intents := make(map[string]outbox.SubmissionState)
	for _, sub := range a.Outbox.AtStake() {
		if sub.State == outbox.SubmissionDropped {
			continue
		}
		intents[sub.ID] = sub.State
		if a.shown.intents[sub.ID] != sub.State {
			a.intend(&sub, now)
		}
	}
	for id := range a.shown.intents {
		if _, still := intents[id]; !still {
			a.Store.Generations.Remove(id)
			a.Store.Batches.Remove(id)
		}
	}
	a.shown.intents = intents
}

// intend shows a submission that nothing is known to have come of, in the list
// where its outcome would stand.
func (a *Account) intend(sub *outbox.Submission, now time.Time) {
	if sub.Kind == outbox.SubmitBatch {
		a.Store.Batches.Put(state.BatchIntentRow(sub, a.Store.Forecast.Skew), now)
		return
	}
	row := state.IntentRow(sub, a.Store.Forecast.Skew)
	if sub.Price.Cost != nil {
		a.Store.Prices.Own(row.ID, *sub.Price.Cost)
	}
	a.Store.Generations.Put(row, now)
}

// yieldIntents takes a submission that is on its way off the list when a poll
// has brought its job before the answer did: one job is one row. If no clear
// answer comes after all, its row comes back.
func (a *Account) yieldIntents() {
	const newest, clocksDiffer = 20, 2 * time.Second
	for _, sub := range a.Outbox.OnTheirWay() {
		since := sub.SentAt.Add(a.Store.Forecast.Skew - clocksDiffer)
		if _, ok := a.Store.Generations.Find(sub.ID); !ok {
			continue
		}
		for i := range min(newest, a.Store.Generations.Len()) {
			g := a.Store.Generations.At(i)
			if g.Intent == "" && g.Model == sub.Model && g.Created.After(since) {
				a.Store.Generations.Remove(sub.ID)
				break
			}
		}
	}
}
