package account

import (
	"context"
	"time"

	"dubtop/api"
	"dubtop/state/journal"
)

// A new key starts with an empty journal, while the account's money, history
// and queue are in the old key's journal. The server can tell: a key that can
// read another profile's job is of the same account, or an account that shares its
// jobs. So the user has the last word.

// joinPace is the wait before an unfinished search is repeated.
const joinPace = time.Minute

// The settings that save answers: joinSetting plus the profile name holds
// keptApart, or the newest job there that this key can't read.
const (
	joinSetting = "kin:"
	keptApart   = "apart"
)

// joinDue searches for the profile of an older key of this account. It waits
// for the first successful answer, because a key that reads nothing proves
// nothing.
func (a *Account) joinDue(now time.Time) []Work {
	q := &a.join
	if !a.recall.beaten || !a.mayJoin() || now.Before(q.next) || a.Poller.Phase(now).Cut() {
		return nil
	}
	q.asking = true
	j, c := a.Journal, a.Config
	return []Work{a.work(func(ctx context.Context) apply {
		found, later := searchOldProfile(api.Background(ctx), j, c)
		return func(now time.Time) []Event {
			q.asking, q.done = false, !later
			q.next = now.Add(joinPace)
			if found == nil {
				return nil
			}
			q.done = true
			return []Event{{Kind: EventOldProfile, OldProfile: found}}
		}
	})}
}

// mayJoin reports whether there is anything to search.
func (a *Account) mayJoin() bool {
	q := &a.join
	return a.Profile != "" && a.Lists && a.unwritable == nil && !q.asking && !q.done && a.Store.Generations.Known()
}

// searchOldProfile returns the first profile whose jobs this key can read. later
// means that some could not be checked.
func searchOldProfile(ctx context.Context, j *journal.Journal, c Config) (found *journal.OldProfile, later bool) {
	untouched, err := j.Untouched(ctx)
	if err != nil || !untouched {
		return nil, false // a journal with money of its own is not joined
	}
	relatives, err := journal.OldProfiles(ctx, c.StateDir, c.Profile)
	if err != nil {
		return nil, false
	}
	answers, err := j.Settings(ctx, joinSetting)
	if err != nil {
		return nil, false
	}
	for _, r := range relatives {
		known := answers[joinSetting+r.Profile]
		if known == keptApart || known == string(r.Newest[0]) {
			continue
		}
		readable, err := c.Client.Reads(ctx, r.Newest)
		switch {
		case err != nil:
			later = true // but report another one now
		case readable:
			return &r, later
		default:
			// This only saves requests: at worst it is checked again.
			_ = j.SaveSetting(ctx, joinSetting+r.Profile, string(r.Newest[0]))
		}
	}
	return nil, later
}

// AskAgain repeats the question about an older key after it was closed
// unanswered.
func (a *Account) AskAgain() { a.join.done = false }

// KeepApart records that a profile belongs to another account.
func (a *Account) KeepApart(profile string) Work {
	j := a.Journal
	return a.work(func(ctx context.Context) apply {
		err := j.SaveSetting(ctx, joinSetting+profile, keptApart)
		return func(time.Time) []Event {
			a.join.done = err != nil // there may be others
			return []Event{{Kind: EventApart, Err: err}}
		}
	})
}

// JoinProfile points this key to the journal of an older one, for good. Its
// event holds the config for a new session on that journal.
func (a *Account) JoinProfile(profile string) Work {
	c := a.Config
	return a.work(func(ctx context.Context) apply {
		join := c.Join
		if join == nil {
			join = func(ctx context.Context, to string) error { return journal.Join(ctx, c.StateDir, c.Profile, to) }
		}
		err := join(ctx, profile)
		return func(time.Time) []Event {
			e := Event{Kind: EventJoined, Err: err}
			if err == nil {
				c.Journal = nil // opened again, it is the older one
				a.Release = nil // the next session calls it
				e.Joined = &c
			}
			return []Event{e}
		}
	})
}
