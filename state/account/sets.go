package account

import (
	"context"
	"errors"
	"time"

	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// noSets is the number of the last known member if sets are of no use, as
// without a screen.
const noSets = -1

// knownMembers is the number of the last member of a set that is known.
func (a *Account) knownMembers() int64 {
	if !a.Lists {
		return noSets
	}
	return a.members
}

// setsRead is what the journal has about job sets since a member.
type setsRead struct {
	sets    []outbox.Set
	members []outbox.Member
	last    int64
	err     error
}

// readSets reads the sets if there are new members.
func readSets(ctx context.Context, j *journal.Journal, after int64) (r setsRead) {
	if after == noSets {
		return r
	}
	if r.members, r.last, r.err = j.Members(ctx, after); r.err != nil || len(r.members) == 0 {
		return r
	}
	r.sets, r.err = j.Sets(ctx)
	return r
}

func (a *Account) bringSets(r setsRead) {
	if r.err == nil && len(r.members) > 0 {
		a.members = max(a.members, r.last)
		a.Store.BringSets(r.sets, r.members)
	}
}

// EnqueueSet is Enqueue for a confirmed job set. With again, the set exists and
// some of its rows are run once more.
func (a *Account) EnqueueSet(set outbox.Set, again bool, subs []outbox.Submission, pilot bool) Work {
	j := a.Journal
	save := func(ctx context.Context, subs []outbox.Submission, paused func(i int) bool, now time.Time) error {
		err := j.EnqueueSet(ctx, set, again, subs, paused, now)
		if errors.Is(err, journal.ErrSetName) {
			return errors.New("another job set got the name " + set.Name + " in the meantime: choose another")
		}
		return err
	}
	return a.enqueueWith(subs, pilot, save, func() { a.Store.JoinSet(set, again, subs) })
}
