package account

import (
	"context"
	"errors"
	"net/http"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/settle"
)

// What finished on the server is read into the journal page by page, by one of
// the processes that share it. Each of them takes the new rows from there.

// settledAtOnce is how many rows of the journal are taken in at once: applying
// them takes about a millisecond.
const settledAtOnce = 500

// settlement reads the next page of what finished into the journal, unless another
// process does.
func settlement(ctx context.Context, c *api.Client, j *journal.Journal) (r state.Answer) {
	if j == nil {
		return r
	}
	now := time.Now().Round(0)
	server, ok := c.ServerTime(now)
	if !ok {
		server = now
	}
	w, mine, err := j.ClaimUsage(ctx, now, server)
	if err != nil || !mine {
		return r // a journal that fails is reported elsewhere
	}
	q, _ := w.Query()
	page, err := c.Finished(ctx, q)
	if err != nil {
		return unsettled(ctx, j, w, err, now)
	}
	rows := make([]settle.Row, len(page.Items))
	for i := range page.Items {
		rows[i] = settle.RowOf(&page.Items[i])
	}
	w, err = j.SaveUsage(ctx, w, rows, page.Next, now)
	r.Going = err == nil && len(w.Todo) > 0
	if err == nil && !r.Going {
		readOwnBatches(ctx, c, j, now)
	}
	return r
}

// batchesAtOnce is how many batches are read after a round.
const batchesAtOnce = 3

// readOwnBatches finds out which jobs our batches became, so that what those cost
// counts as ours.
func readOwnBatches(ctx context.Context, c *api.Client, j *journal.Journal, now time.Time) {
	ids, err := j.UnreadBatches(ctx, batchesAtOnce)
	if err != nil {
		return // the next round tries again
	}
	for _, id := range ids {
		items, err := batchJobs(ctx, c, id)
		if e, refused := errors.AsType[*api.Error](err); err != nil && !(refused && e.Status >= 400 && e.Status < 500 && e.Kind != api.KindRateLimited) {
			return
		}
		jobs := make([]api.ID, len(items))
		for i := range items {
			jobs[i] = items[i].Generation.ID
		}
		if j.SaveBatchJobs(ctx, id, jobs, now) != nil {
			return
		}
	}
}

// unsettled is the answer to a page that did not come.
func unsettled(ctx context.Context, j *journal.Journal, w settle.Walk, err error, now time.Time) (r state.Answer) {
	e, refused := errors.AsType[*api.Error](err)
	switch {
	case errors.Is(err, api.ErrUnsupported), refused && e.Status == http.StatusForbidden:
		r.Absent = true
	case refused && e.Status == http.StatusBadRequest:
		worth, err := j.RefuseUsage(ctx, w, now)
		r.Going, r.Absent = worth && err == nil, !worth
	default:
		r.Err = err
	}
	return r
}

// readSettled takes the journal's new rows into the store, in portions, so that
// keys get their turn in between.
func (a *Account) readSettled() {
	if a.Journal == nil || a.settling {
		return
	}
	a.settling = true
	j, after := a.Journal, a.Store.SettledThrough()
	a.later(func(ctx context.Context) apply {
		news, err := j.UsageAfter(ctx, after, settledAtOnce)
		var books othersRead
		if err == nil && !news.More {
			books = readOthers(ctx, j, &a.others)
		}
		return func(now time.Time) []Event {
			a.settling = false
			if err != nil {
				return nil // the next round tries again
			}
			if books.news {
				a.Store.SettleOthers(books.others, books.batches, now)
			}
			a.Store.Settle(news.Rows, news.Seq, news.Again, !news.More, now)
			if news.More {
				a.readSettled()
			}
			return nil
		}
	})
}

// othersRead is the journal's knowledge of the jobs of others and of our batches.
type othersRead struct {
	others  ledger.Others
	batches map[api.ID]api.Micros // what ours were billed
	news    bool                  // something of it is new
}

// readOthers brings a count up to date. A failed read is tried again in the
// next round.
func readOthers(ctx context.Context, j *journal.Journal, count *journal.OthersCount) (r othersRead) {
	news, err := count.Read(ctx, j)
	if err != nil || !news {
		return r
	}
	r.others = count.Others
	if r.batches, err = j.BilledBatches(ctx); err != nil {
		*count = journal.OthersCount{}
		return r
	}
	r.news = true
	return r
}
