package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// The journal settings of a session.
const (
	automaticSetting = "saving_automatic" // the choice, and since when
	hookSetting      = "on_done"          // the command, and since when
	namedSetting     = "slots"            // their number, as told by the server
	triedSetting     = "slots_tried"      // the same, as found by probing
	historySetting   = "history_read"     // a command has read the jobs to the oldest
)

// heldSince returns since when the present choice of a setting holds, and records
// a new one. It is zero if there is none.
func heldSince(ctx context.Context, j *journal.Journal, setting, choice string, now time.Time) (time.Time, error) {
	known, _, err := j.Setting(ctx, setting)
	if err != nil {
		return time.Time{}, err
	}
	before, at, _ := strings.Cut(known, "\n")
	nanos, unread := strconv.ParseInt(at, 10, 64)
	choice = strings.ReplaceAll(choice, "\n", " ")
	switch {
	case before == choice && (choice == "" || unread == nil):
	case choice == "":
		return time.Time{}, j.SaveSetting(ctx, setting, "")
	default:
		nanos = now.UnixNano()
		err = j.SaveSetting(ctx, setting, choice+"\n"+strconv.FormatInt(nanos, 10))
	}
	if choice == "" || err != nil {
		return time.Time{}, err
	}
	return time.Unix(0, nanos).UTC(), nil
}

// readWatches returns the watched rows that were saved.
func readWatches(ctx context.Context, j *journal.Journal) (ids []string) {
	if value, ok, err := j.Setting(ctx, journal.WatchSetting); err == nil && ok {
		_ = json.Unmarshal([]byte(value), &ids) // then none is watched
	}
	return ids
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
