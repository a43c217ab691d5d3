package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dubtop/state"
	"dubtop/state/journal"
)

// The journal's names for how many jobs the plan runs at once: as the server
// told, and as was found out by trying.
const (
	toldSetting  = "slots"
	triedSetting = "slots_tried"
)

// KeepSlots keeps what was learned of how many jobs the plan runs at once for
// the next start.
func KeepSlots(ctx context.Context, j *journal.Journal, s state.Slots) error {
	keep := func(name string, l state.Learned) error {
		return j.SaveSetting(ctx, name, fmt.Sprintf("%d %d", l.N, l.At.Unix()))
	}
	return errors.Join(keep(toldSetting, s.Told), keep(triedSetting, s.Tried))
}

// RecallSlots gives what KeepSlots kept, and what the user has set. What can't
// be read is found out again.
func RecallSlots(ctx context.Context, j *journal.Journal) (s state.Slots) {
	recall := func(name string) (l state.Learned) {
		var at int64
		value, ok, err := j.Setting(ctx, name)
		if n, _ := fmt.Sscanf(value, "%d %d", &l.N, &at); err != nil || !ok || n != 2 || l.N <= 0 {
			return state.Learned{}
		}
		l.At = time.Unix(at, 0).UTC()
		return l
	}
	s.Told, s.Tried = recall(toldSetting), recall(triedSetting)
	s.Set, _ = j.Slots(ctx)
	return s
}
