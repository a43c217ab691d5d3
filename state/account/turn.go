package account

import (
	"context"
	"time"

	"dubtop/state/journal"
)

// Several processes may work with one journal. One of them sends: it has the
// turn, until it ends.

// turnEvery is how often a process without the turn asks for it.
const turnEvery = 2 * time.Second

// turn is who sends.
type turn struct {
	holder journal.Holder // when it is not this process
	asked  time.Time
	asking bool
}

// Holder is who sends from the journal, when it is not this process.
func (a *Account) Holder() journal.Holder { return a.turn.holder }

// turnDue asks for the turn until this process has it.
func (a *Account) turnDue(now time.Time) []Work {
	t := &a.turn
	if a.Outbox.Sender || t.asking || a.unwritable != nil || now.Sub(t.asked) < turnEvery {
		return nil
	}
	t.asking, t.asked = true, now
	j := a.Journal
	return []Work{a.work(func(ctx context.Context) apply {
		mine, holder, err := j.Sender(time.Now())
		if err == nil && mine {
			_, err = j.Recover(ctx, time.Now()) // what the one before left on its way
		}
		return func(time.Time) []Event {
			t.asking = false
			if err != nil {
				return nil // asked again soon; a journal that can't be written is told elsewhere
			}
			t.holder = holder
			if !mine {
				return nil
			}
			a.Outbox.Sender, a.view.stale = true, true // once it is read, it may leave
			return []Event{{Kind: EventTurn}}
		}
	})}
}

// YieldTurn lets others send: who stands still must not keep them from it. The
// turn is asked for again after a while.
func (a *Account) YieldTurn(now time.Time) []Work {
	if a.Journal == nil || !a.Outbox.Sender {
		return nil
	}
	a.Outbox.Sender, a.turn.asked = false, now.Add(turnEvery) // the others first
	j := a.Journal
	return []Work{a.work(func(context.Context) apply {
		_ = j.LeaveSender() // it is asked for again, whatever became of it
		return func(time.Time) []Event { return nil }
	})}
}
