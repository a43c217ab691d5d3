package account

import (
	"context"
	"time"

	"dubtop/state/outbox"
)

// followed reports whether nothing is left to wait for about the submissions
// that the run follows.
func (d *Drain) followed(now time.Time) bool {
	if d.Follow == nil {
		return false
	}
	o := &d.Account.Outbox
	for _, id := range d.Follow {
		if item, queued := o.Queue.Item(id); queued && d.sendable(&item) {
			return false
		}
		sub, _ := o.Find(id)
		if sub.State == outbox.SubmissionSending {
			return false
		}
		if _, asks := o.Reconciler.Question(id, now); sub.State == outbox.SubmissionUnknown && !asks {
			return false
		}
	}
	return true
}

// direct sends submissions that do not wait in the queue.
func (d *Drain) direct(ctx context.Context) error {
	if d.Directly == nil || ctx.Err() != nil {
		return nil
	}
	w, err := d.Account.SendNow(*d.Directly, time.Now().Round(0))
	if err == nil {
		d.start(ctx, []Work{w})
	}
	return err
}

// took checks the budgets when this process has taken over from another.
func (d *Drain) took(ctx context.Context, now time.Time) error {
	if !d.turned {
		return nil
	}
	d.turned = false
	return d.allowed(ctx, now)
}

// early decides whether the run goes on for an unsaved answer, or ends because
// nothing that it follows is left.
func (d *Drain) early(now time.Time) (over, decided bool, err error) {
	if waits, err := d.unsaved(now); waits {
		return err != nil, true, err
	}
	followed := d.followed(now)
	if followed && d.Directly != nil && d.denial != nil {
		return true, true, d.denial
	}
	return followed, followed, nil
}
