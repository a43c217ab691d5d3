package account

import (
	"context"
	"strings"
	"time"

	"dubtop/state/journal"
)

// listPrefix begins the names of settings that hold how a list is arranged.
const listPrefix = "list "

// KeepList saves how a list is arranged, for the next start. If that fails it
// stays so until the end of the session.
func (a *Account) KeepList(name, habit string) Work {
	j := a.Journal
	return a.work(func(ctx context.Context) apply {
		if j != nil {
			_ = j.SaveSetting(ctx, listPrefix+name, habit)
		}
		return func(time.Time) []Event { return nil }
	})
}

// readLists returns how the lists are arranged, by name.
func readLists(ctx context.Context, j *journal.Journal) map[string]string {
	saved, err := j.Settings(ctx, listPrefix)
	if err != nil {
		return nil // then they are as they come
	}
	lists := make(map[string]string, len(saved))
	for name, habit := range saved {
		lists[strings.TrimPrefix(name, listPrefix)] = habit
	}
	return lists
}
