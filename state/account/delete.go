package account

import (
	"context"
	"errors"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// Deleted is what became of jobs that were to be deleted on the server.
type Deleted struct {
	Gone []api.ID // deleted now, or before by somebody else
	// Kept are the jobs that the server refused to delete, and why. Err is why the
	// others were not tried.
	Kept map[api.ID]text.Text
	Err  error
}

// DeleteJobs deletes ended jobs on the server, one by one, and hides them here.
// The ledger keeps their costs. then gets the outcome.
func (a *Account) DeleteJobs(ids []api.ID, then func(Deleted)) Work {
	c, j := a.Client, a.Journal
	return a.work(func(ctx context.Context) apply {
		d := deleteJobs(ctx, c, ids)
		unhidden := j.Hide(ctx, asStrings(d.Gone), true)
		return func(now time.Time) []Event {
			for _, id := range d.Gone {
				a.Store.MarkGone(id, now)
				if unhidden == nil {
					a.Store.Hidden.Set(string(id), true)
				}
			}
			then(d)
			return nil
		}
	})
}

func deleteJobs(ctx context.Context, c *api.Client, ids []api.ID) Deleted {
	d := Deleted{Kept: make(map[api.ID]text.Text)}
	for _, id := range ids {
		err := c.DeleteGeneration(ctx, id)
		e, ok := errors.AsType[*api.Error](err)
		switch {
		case err == nil:
			d.Gone = append(d.Gone, id)
		case ok && (e.Kind == api.KindConflict || e.Kind == api.KindInvalid || e.Code == "generation_not_deletable_while_processing"):
			d.Kept[id] = text.Words(err)
		default:
			d.Err = err
			return d
		}
	}
	return d
}

func asStrings(ids []api.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}
