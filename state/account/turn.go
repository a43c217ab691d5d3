package account

import (
	"context"
	"time"

	"dubtop/state/journal"
)

// Several processes may share one journal. One of them, the sender, has the
// turn to send until it ends.

// turnEvery is how often a process without the turn asks for it.
const turnEvery = 2 * time.Second

// Holder is the process that sends from the journal, if it is not this one.
func (a *Account) Holder() journal.Holder { return a.turn.holder }

// nextTurn is when to ask for the turn; zero if this process has it.
func (a *Account) nextTurn() time.Time {
	if t := &a.turn; !a.Outbox.Sender && !t.asking && a.unwritable == nil && !a.Bystander {
		return t.asked.Add(turnEvery)
	}
	return time.Time{}
}

// turnDue asks for the turn until this process has it.
func (a *Account) turnDue(now time.Time) []Work {
	t := &a.turn
	if a.Outbox.Sender || a.Bystander || t.asking || a.unwritable != nil || now.Sub(t.asked) < turnEvery {
		return nil
	}
	t.asking, t.asked = true, now
	j := a.Journal
	return []Work{a.work(func(ctx context.Context) apply {
		mine, holder, err := j.Sender(time.Now())
		if err == nil && mine {
			_, err = j.Recover(ctx, time.Now()) // requests that the last sender left unfinished
		}
		return func(time.Time) []Event {
			t.asking = false
			if err != nil {
				return nil // asked again soon; an unwritable journal is reported elsewhere
			}
			t.holder = holder
			if !mine {
				return nil
			}
			a.Outbox.Sender, a.view.stale = true, true // send after rereading
			return []Event{{Kind: EventTurn}}
		}
	})}
}

// YieldTurn lets another process send, for example while this one is suspended.
// It asks for the turn again later.
func (a *Account) YieldTurn(now time.Time) []Work {
	if a.Journal == nil || !a.Outbox.Sender {
		return nil
	}
	a.Outbox.Sender, a.turn.asked = false, now.Add(turnEvery) // let the others go first
	j := a.Journal
	return []Work{a.work(func(context.Context) apply {
		_ = j.LeaveSender() // it is asked for again in any case
		return func(time.Time) []Event { return nil }
	})}
}
