package account

import (
	"context"
	"slices"
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
	if len(s.Waiting) == 0 {
		return t, nil
	}
	var m outbox.Matcher
	since := t.since(s, m)
	jobs, unread, err := tasks.Runner{Client: c, Journal: j}.JobsSince(ctx, since)
	if err != nil {
		return t, err
	}
	now := time.Now()
	if server, ok := c.ServerTime(now); ok { // known from the answers
		m.Skew = server.Sub(now)
	}
	if earlier := t.since(s, m); earlier.Before(since) {
		if jobs, unread, err = (tasks.Runner{Client: c, Journal: j}).JobsSince(ctx, earlier); err != nil {
			return t, err
		}
	}
	var batches api.List[api.Batch]
	if slices.ContainsFunc(s.Waiting, func(i outbox.QueueItem) bool { return i.Submission.Kind == outbox.SubmitBatch }) {
		if batches, err = c.Batches(api.Background(ctx)); err != nil {
			return t, err
		}
	}
	t.Unread = unread + batches.Skipped
	return t, t.sort(s, jobs, batches.Items, m)
}

// since returns the server time since which anything that waits may have been sent.
func (*TakeOver) since(s outbox.Snapshot, m outbox.Matcher) (since time.Time) {
	for i := range s.Waiting {
		since = instant.Earlier(since, m.EverSince(&s.Waiting[i].Submission))
	}
	return since
}

// sort tells the submissions apart that another dubtop seems to have sent.
func (t *TakeOver) sort(s outbox.Snapshot, jobs []api.Generation, batches []api.Batch, m outbox.Matcher) error {
	now := time.Now()
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
