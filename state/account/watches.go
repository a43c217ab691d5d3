package account

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"dubtop/state/journal"
)

// KeepWatches saves which rows the user watches, for the next start. If that
// fails they are watched until the end of the session.
func (a *Account) KeepWatches(watches map[string]bool) Work {
	ids, j := slices.Sorted(maps.Keys(watches)), a.Journal
	return a.work(func(ctx context.Context) apply {
		if value, err := json.Marshal(ids); err == nil && j != nil {
			_ = j.SaveSetting(ctx, journal.WatchSetting, string(value))
		}
		return func(time.Time) []Event { return nil }
	})
}
