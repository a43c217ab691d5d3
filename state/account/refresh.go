package account

import (
	"context"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
)

// Refresh brings the lists of a journal up to date, for a command: it reads pages
// of the newest jobs until one has nothing new, asks for the jobs that were running
// when last seen, and reads the batches. A first refresh reads the whole history,
// or as many jobs as are wanted; 0 wants all.
func Refresh(ctx context.Context, c *api.Client, j *journal.Journal, wanted int) error {
	r := refresher{client: c, journal: j, wanted: wanted}
	var err error
	if _, r.complete, err = j.Setting(ctx, historySetting); err != nil {
		return err
	}
	if err := r.newest(ctx); err != nil {
		return err
	}
	if err := r.running(ctx); err != nil {
		return err
	}
	all, err := c.Batches(ctx)
	if err != nil {
		return err
	}
	return j.SaveBatches(ctx, state.BatchesAnswer(all, nil).Batches, time.Now())
}

type refresher struct {
	client  *api.Client
	journal *journal.Journal
	wanted  int
	// complete means that the history was read to its end before, so that a page
	// without a new job ends the reading.
	complete bool
}

// newest reads and saves pages until one has no new job.
func (r *refresher) newest(ctx context.Context) error {
	q := api.GenerationQuery{Limit: state.PageSize}
	for read := 0; ; {
		a, fresh, err := r.page(ctx, q)
		if err != nil {
			return err
		}
		read += len(a.Generations)
		switch {
		case a.Whole, !a.More, a.Last == q.Cursor:
			return r.journal.SaveSetting(ctx, historySetting, "1")
		case r.complete && !fresh, r.wanted > 0 && read >= r.wanted:
			return nil
		}
		q.Cursor = a.Last
	}
}

// running asks for the jobs that the journal has as running.
func (r *refresher) running(ctx context.Context) error {
	ids, err := r.journal.RunningIDs(ctx)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(ids, state.PageSize) {
		if _, _, err := r.page(ctx, api.GenerationQuery{IDs: some}); err != nil {
			return err
		}
	}
	return nil
}

// page reads and saves one answer; fresh means that the journal did not have all of
// its jobs.
func (r *refresher) page(ctx context.Context, q api.GenerationQuery) (a state.Answer, fresh bool, err error) {
	page, err := r.client.Generations(ctx, q, a.Collect)
	a.Page(page, err)
	if a.Err != nil {
		return a, false, a.Err
	}
	ids := make([]api.ID, len(a.Generations))
	for i := range a.Generations {
		ids[i] = a.Generations[i].ID
	}
	known, err := r.journal.GenerationsOf(ctx, ids)
	if err != nil {
		return a, false, err
	}
	fresh = slices.ContainsFunc(ids, func(id api.ID) bool { _, old := known[id]; return !old })
	return a, fresh, r.journal.SaveGenerations(ctx, a.Generations, time.Now())
}
