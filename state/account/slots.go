package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// The journal settings for the number of slots, as told by the server and as
// found by probing.
const (
	namedSetting = "slots"
	triedSetting = "slots_tried"
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

// storeSlots saves the learned numbers of slots.
func storeSlots(ctx context.Context, j *journal.Journal, s outbox.Slots) error {
	keep := func(name string, l outbox.Learned) error {
		return j.SaveSetting(ctx, name, fmt.Sprintf("%d %d", l.N, l.At.Unix()))
	}
	return errors.Join(keep(namedSetting, s.Named), keep(triedSetting, s.Tried))
}

// recallSlots returns the numbers of storeSlots and the one set by the user,
// leaving out any that can't be read.
func recallSlots(ctx context.Context, j *journal.Journal) (s outbox.Slots) {
	recall := func(name string) (l outbox.Learned) {
		var at int64
		value, ok, err := j.Setting(ctx, name)
		if n, _ := fmt.Sscanf(value, "%d %d", &l.N, &at); err != nil || !ok || n != 2 || l.N <= 0 {
			return outbox.Learned{}
		}
		l.At = time.Unix(at, 0).UTC()
		return l
	}
	s.Named, s.Tried = recall(namedSetting), recall(triedSetting)
	s.Set, _ = j.Slots(ctx)
	return s
}
