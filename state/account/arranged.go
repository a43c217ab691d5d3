package account

import (
	"context"
	"strings"
	"time"

	"dubtop/state/journal"
)

// KeepList saves how a list is arranged, for the next start. If that fails it
// stays so until the end of the session.
func (a *Account) KeepList(name, habit string) Work {
	return a.keepSetting(journal.ListSetting+name, habit)
}

// keepSetting saves a setting of the session, as far as that is possible.
func (a *Account) keepSetting(name, value string) Work {
	j := a.Journal
	return a.work(func(ctx context.Context) apply {
		if j != nil {
			_ = j.SaveSetting(ctx, name, value)
		}
		return func(time.Time) []Event { return nil }
	})
}

// readLists returns how the lists are arranged, by name.
func readLists(ctx context.Context, j *journal.Journal) map[string]string {
	saved, err := j.Settings(ctx, journal.ListSetting)
	if err != nil {
		return nil // then they are as they come
	}
	lists := make(map[string]string, len(saved))
	for name, habit := range saved {
		lists[strings.TrimPrefix(name, journal.ListSetting)] = habit
	}
	return lists
}
