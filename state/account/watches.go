package account

import (
	"encoding/json"
	"maps"
	"slices"

	"dubtop/state/journal"
)

// KeepWatches saves which rows the user watches, for the next start. If that
// fails they are watched until the end of the session.
func (a *Account) KeepWatches(watches map[string]bool) Work {
	value, _ := json.Marshal(slices.Sorted(maps.Keys(watches))) // texts can always be encoded
	return a.keepSetting(journal.WatchSetting, string(value))
}
