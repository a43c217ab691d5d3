package dispatch

import (
	"context"
	"fmt"
	"time"

	"dubtop/state/journal"
)

// slotsSetting is the journal's name for the plan's concurrency, and slotsHold
// how long it is believed: plans change.
const (
	slotsSetting = "slots"
	slotsHold    = 24 * time.Hour
)

// KeepSlots keeps how many jobs the plan runs at once for the next start.
func KeepSlots(ctx context.Context, j *journal.Journal, slots int, now time.Time) error {
	return j.SaveSetting(ctx, slotsSetting, fmt.Sprintf("%d %d", slots, now.Unix()))
}

// RecallSlots gives what KeepSlots kept, 0 if that is nothing or too long ago.
func RecallSlots(ctx context.Context, j *journal.Journal, now time.Time) (slots int) {
	var at int64
	value, ok, err := j.Setting(ctx, slotsSetting)
	if n, _ := fmt.Sscanf(value, "%d %d", &slots, &at); err != nil || !ok || n != 2 || now.Sub(time.Unix(at, 0)) > slotsHold {
		return 0
	}
	return slots
}
