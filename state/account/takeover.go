package account

import (
	"context"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/state/tasks"
)

// TakeOver is what sending the queue of a restored journal from here means.
type TakeOver struct {
	From    time.Time           // when the backup was made
	Waiting []outbox.Submission // those that will be sent
	Made    []outbox.Submission // those that another dubtop seems to have sent, now of unknown outcome
	Unread  int                 // jobs of the account that can't be compared
}

// PlanTakeOver compares the queue of a restored journal with the account's jobs and
// batches. It changes nothing.
func PlanTakeOver(ctx context.Context, c *api.Client, j *journal.Journal) (t TakeOver, err error) {
	if t.From, _, err = j.Restored(ctx); err != nil {
		return t, err
	}
	s, err := Snapshot(ctx, j, 0)
	if err != nil {
		return t, err
	}
	var since time.Time
	for _, item := range s.Waiting {
		since = instant.Earlier(since, instant.Of(item.Submission.Created))
	}
	if len(s.Waiting) == 0 {
		return t, nil
	}
	const clocks = time.Hour // the copied machine's clock may have been wrong, too
	jobs, unread, err := tasks.Runner{Client: c, Journal: j}.JobsSince(ctx, since.Add(-clocks))
	if err != nil {
		return t, err
	}
	batches, err := c.Batches(api.Background(ctx))
	if err != nil {
		return t, err
	}
	t.Unread = unread
	return t, t.sort(s, jobs, batches.Items, c)
}

// sort tells the submissions apart that another dubtop seems to have sent.
func (t *TakeOver) sort(s outbox.Snapshot, jobs []api.Generation, batches []api.Batch, c *api.Client) error {
	now := time.Now()
	var m outbox.Matcher
	if server, ok := c.ServerTime(now); ok {
		m.Skew = server.Sub(now)
	}
	m.Echoes.Learn(jobs)
	claimed := func(id api.ID) bool { return s.Claims[id] != "" }
	for _, item := range s.Waiting {
		sub := item.Submission
		at, made := m.Elsewhere(&sub, jobs, batches, claimed)
		switch {
		case !sub.State.Waits(): // refused; it waits for the user
		case made:
			if err := sub.SentElsewhere(at, now); err != nil {
				return err
			}
			t.Made = append(t.Made, sub)
		default:
			t.Waiting = append(t.Waiting, sub)
		}
	}
	return nil
}
