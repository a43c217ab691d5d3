package account

import (
	"time"

	"dubtop/state"
	"dubtop/state/outbox"
)

// show updates the store's rows from the outbox: the queue, and the rows among
// the jobs for requests that are on their way or unknown. Without Lists nobody
// looks, and it makes none, because with thousands of items that would be most
// of the work.
func (a *Account) show(now time.Time) {
	if !a.Lists {
		return
	}
	if a.shown.clock != a.Outbox.Clock() {
		a.shown.clock = a.Outbox.Clock()
		a.Store.Queue.Replace(a.Outbox.Rows(), now)
		a.showSubmissions(now)
	}
	a.yieldSubmissions()
}

// showSubmissions updates the rows of submissions without a known job.
func (a *Account) showSubmissions(now time.Time) {
	submissions := make(map[string]outbox.SubmissionState)
	for _, sub := range a.Outbox.Unresolved() {
		if sub.State == outbox.SubmissionDropped {
			continue
		}
		submissions[sub.ID] = sub.State
		if a.shown.submissions[sub.ID] != sub.State {
			a.showSubmission(&sub, now)
		}
	}
	for id := range a.shown.submissions {
		if _, still := submissions[id]; !still {
			a.Store.Generations.Remove(id)
			a.Store.Batches.Remove(id)
		}
	}
	a.shown.submissions = submissions
}

// showSubmission shows a submission without a known job in the list where its
// job would be.
func (a *Account) showSubmission(sub *outbox.Submission, now time.Time) {
	if sub.Kind == outbox.SubmitBatch {
		a.Store.Batches.Put(state.BatchSubmissionRow(sub, a.Store.Forecast.Skew), now)
		return
	}
	row := state.SubmissionRow(sub, a.Store.Forecast.Skew)
	if sub.Price.Cost != nil {
		a.Store.Prices.Own(row.ID, *sub.Price.Cost)
	}
	a.Store.Generations.Put(row, now)
}

// yieldSubmissions hides the row of a submission on its way if a poll brings its
// job before the answer arrives, so that one job is one row. If the answer is
// lost, the row returns.
func (a *Account) yieldSubmissions() {
	const newest, clocksDiffer = 20, 2 * time.Second
	for _, sub := range a.Outbox.OnTheirWay() {
		since := sub.SentAt.Add(a.Store.Forecast.Skew - clocksDiffer)
		if _, ok := a.Store.Generations.Find(sub.ID); !ok {
			continue
		}
		for i := range min(newest, a.Store.Generations.Len()) {
			g := a.Store.Generations.At(i)
			if g.Submission == "" && g.Model == sub.Model && g.Created.After(since) {
				a.Store.Generations.Remove(sub.ID)
				break
			}
		}
	}
}
