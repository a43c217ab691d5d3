package account

import (
	"context"
	"time"

	"dubtop/api"
)

// OpenDetails requests a job's details at once and marks them as open. The
// result is in Store.Opened, and the poller keeps it up to date until
// Store.CloseDetails.
func (a *Account) OpenDetails(id api.ID) Work {
	q, c, j := a.Store.OpenDetails(id, a.now), a.Client, a.Journal
	return a.work(func(ctx context.Context) apply {
		r := details(ctx, c, j, q)
		return func(now time.Time) []Event {
			a.Store.ApplyDetails(q, r, now)
			return nil
		}
	})
}
