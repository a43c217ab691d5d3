package account

import (
	"context"
	"time"

	"dubtop/api"
	"dubtop/state/journal"
)

// A key that replaces another begins with an empty journal, while the account's
// money, history and queue are in that of the old key. The server can tell: a
// key that reads a job of another profile is of the same account, or of one
// that shares its jobs; so the user has the last word.

// joinPace is how long an unanswered question about an older key rests.
const joinPace = time.Minute

// joining is how far the search for profiles of older keys is.
type joining struct {
	asking bool
	done   bool      // there are none, or the user is asked
	next   time.Time // not before
}

// What is kept of the answers: under joinSetting and the profile either
// keptApart, or the newest job there that this key can't read.
const (
	joinSetting = "kin:"
	keptApart   = "apart"
)

// joinDue looks for the profile of an older key of this account. It waits for
// the first good answer: a key that reads nothing proves nothing.
func (a *Account) joinDue(now time.Time) []Work {
	q := &a.join
	if !a.recall.beaten || a.Profile == "" || !a.Lists || a.unwritable != nil || q.asking || q.done ||
		now.Before(q.next) || !a.Store.Generations.Known() || a.Poller.Phase(now).Cut() {
		return nil
	}
	q.asking = true
	j, c := a.Journal, a.Config
	return []Work{a.work(func(ctx context.Context) apply {
		found, later := searchRelative(api.Background(ctx), j, c)
		return func(now time.Time) []Event {
			q.asking, q.done = false, !later
			q.next = now.Add(joinPace)
			if found == nil {
				return nil
			}
			q.done = true
			return []Event{{Kind: EventRelative, Relative: found}}
		}
	})}
}

// searchRelative finds the first profile whose jobs this key can read. later
// says that not all could be asked about.
func searchRelative(ctx context.Context, j *journal.Journal, c Config) (found *journal.Relative, later bool) {
	untouched, err := j.Untouched(ctx)
	if err != nil || !untouched {
		return nil, false // what has money of its own is not joined
	}
	relatives, err := journal.Kin(ctx, c.StateDir, c.Profile)
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
			later = true // but another one may be told now
		case readable:
			return &r, later
		default:
			// Only a courtesy to the server: at worst it is asked again.
			_ = j.SaveSetting(ctx, joinSetting+r.Profile, string(r.Newest[0]))
		}
	}
	return nil, later
}

// AskAgain has the question about an older key asked again: it went away without
// an answer.
func (a *Account) AskAgain() { a.join.done = false }

// KeepApart remembers that a profile is another account's.
func (a *Account) KeepApart(profile string) Work {
	j := a.Journal
	return a.work(func(ctx context.Context) apply {
		err := j.SaveSetting(ctx, joinSetting+profile, keptApart)
		return func(time.Time) []Event {
			a.join.done = err != nil // else there may be others
			return []Event{{Kind: EventApart, Err: err}}
		}
	})
}

// JoinProfile leads this key to the journal of an older one, for good. The event says
// how the session on it is made, which is to be gone on with.
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
				c.Journal = nil // it leads to the older one now
				a.Release = nil // which the next session does
				e.Joined = &c
			}
			return []Event{e}
		}
	})
}
