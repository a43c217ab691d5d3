package account

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"dubtop/state/journal"
)

// KeepList saves how a list is arranged, for the next start. If that fails it
// stays so until the end of the session.
func (a *Account) KeepList(name, habit string) Work {
	return a.keepSetting(journal.ListSetting+name, habit)
}

// KeptViews returns the filters of jobs that the user has kept as views, by name.
func KeptViews(ctx context.Context, j *journal.Journal) (map[string]string, error) {
	kept, ok, err := j.Setting(ctx, journal.ListSetting+"generations")
	if err != nil || !ok {
		return nil, err
	}
	var habit struct {
		Views []struct{ Name, Filter string }
	}
	_ = json.Unmarshal([]byte(kept), &habit) // another version may have written it otherwise
	views := make(map[string]string)
	for _, v := range habit.Views {
		views[v.Name] = v.Filter
	}
	return views, nil
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
