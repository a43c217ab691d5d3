package account

import (
	"context"
	"time"

	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// keepSlots saves the learned number of slots for the next start.
func (a *Account) keepSlots() []Work {
	s := a.Outbox.Slots
	if s.Named == a.kept.Named && s.Tried == a.kept.Tried || a.unwritable != nil {
		return nil
	}
	a.kept = s
	j := a.Journal
	return []Work{a.work(func(ctx context.Context) apply {
		_ = storeSlots(ctx, j, s) // if this fails it is learned again
		return func(time.Time) []Event { return nil }
	})}
}

// SetSlots sets how many jobs may run at once; 0 to detect it.
func (a *Account) SetSlots(n int, words string) Work {
	a.Outbox.Slots.Choose(n)
	return a.change([]string{outbox.TheSlots}, words, func(ctx context.Context, j *journal.Journal) error { return j.SetSlots(ctx, n) })
}
