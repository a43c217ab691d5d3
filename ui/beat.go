package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/state"
	"dubtop/state/instant"
	"dubtop/state/table"
	"dubtop/ui/kit"
)

// Time moves in beats, a second apart while something on the screen counts
// seconds. At rest the beats at which nothing would happen are left out:
// nextBeat says which is the next. A message that comes during a rest is
// preceded by a beat, so that nothing ever works with an old time.

// nextBeat returns when the next beat is due: a whole number of seconds after
// the last one, when there is something to do or to see.
func (a *composer) nextBeat() time.Time {
	next := minuteOf(a.Now).Add(time.Minute) // the clock, and the ages
	if a.counting() {
		next = a.Now
	}
	if a.session != nil {
		next = instant.Earlier(next, a.session.Next(a.Now))
	}
	next = instant.Earlier(next, a.Toast.Until)
	wait := next.Sub(a.Now) + kit.BeatTime - 1
	return a.Now.Add(max(kit.BeatTime, wait.Truncate(kit.BeatTime)))
}

// counting reports whether anything counts seconds: jobs and the queue, the
// screens above the view, the rows being loaded, the wait for the server, the
// age of a new row.
func (a *composer) counting() bool {
	loading := a.session != nil && !a.store.History.Complete
	return len(a.Stack) > 1 || len(a.pilots) > 0 || a.offer != nil || loading || a.running() || a.waiting() || a.young()
}

// running reports whether jobs run or are about to.
func (a *desk) running() bool {
	jobs, batches := a.store.Counts(), &a.store.Batches
	return jobs.Running+jobs.Pending > 0 || batches.Count(table.ClassRunning)+batches.Count(table.ClassWaiting) > 0 ||
		a.paid() > 0 || a.outbox.Queue.Sendable() > 0
}

// waiting reports whether the status line counts down to the next attempt.
func (a *desk) waiting() bool {
	kind := a.poller.Phase(a.Now).Kind
	return kind == state.PhaseOffline || kind == state.PhaseBackoff
}

// young reports whether the newest row of a list has an age in seconds.
func (a *desk) young() bool {
	s := a.store
	return s.Generations.Len() > 0 && a.inSeconds(s.Generations.At(0).Created) ||
		s.Batches.Len() > 0 && a.inSeconds(s.Batches.At(0).Created) ||
		s.Assets.Len() > 0 && a.inSeconds(s.Assets.At(0).Created)
}

func (a *desk) inSeconds(created time.Time) bool {
	return a.Now.Sub(a.ours(created)).Abs() < time.Minute
}

func minuteOf(t time.Time) time.Time { return t.Truncate(time.Minute) }

// beatMsg is the beat due at a time. If another one was asked for meanwhile, it
// is void.
type beatMsg struct{ due time.Time }

// askBeat asks for the next beat, unless one comes sooner.
func (a *composer) askBeat() tea.Cmd {
	soon := a.Now.Add(kit.BeatTime)
	if a.nextDue.After(a.Now) && !a.nextDue.After(soon) {
		return nil // there is none before it
	}
	next := a.nextBeat()
	if a.nextDue.After(a.Now) && !a.nextDue.After(next) {
		return nil
	}
	a.nextDue = next
	return tea.Tick(time.Until(next), func(time.Time) tea.Msg { return beatMsg{next} })
}

func (m beatMsg) apply(a *composer) tea.Cmd {
	if !m.due.Equal(a.nextDue) {
		return nil
	}
	a.nextDue = time.Time{}
	return a.beat()
}

// catchUp is the beat before a message that comes during a rest.
func (a *composer) catchUp(msg tea.Msg) tea.Cmd {
	if _, beat := msg.(beatMsg); beat || time.Since(a.Now) < kit.BeatTime {
		return nil
	}
	return a.beat()
}

// ticking is a screen above the views that does something periodically.
type ticking interface {
	Tick(now time.Time) tea.Cmd
}

// beat advances the clock: notices fade, and the session does what is due.
func (a *composer) beat() tea.Cmd {
	a.Now = time.Now().Round(0) // wall clock only: unlike the monotonic clock it keeps running during sleep
	var cmds []tea.Cmd
	if a.session != nil {
		a.session.Beat(a.Now)
		a.tellPilots()
		a.keepOffer()
		cmds = append(cmds, a.work())
	}
	a.Toast.Fade(a.Now)
	for _, s := range a.Stack {
		if t, ok := s.(ticking); ok {
			cmds = append(cmds, t.Tick(a.Now))
		}
	}
	return tea.Batch(cmds...)
}

// stepAges lets the ages on the screen step, all together: with every key and
// every event, while anything counts seconds, and else once a minute. Otherwise
// each row would step at a second of its own.
func (a *composer) stepAges(msg tea.Msg) {
	_, key := msg.(tea.KeyPressMsg)
	if key || a.counting() || !minuteOf(a.Now).Equal(minuteOf(a.Aged)) {
		a.step()
	}
}

// step counts everything on the screen that changes by itself up to now.
func (a *desk) step() {
	a.Aged = a.Now
	if a.session != nil {
		a.usage = a.session.Client.Usage()
	}
}
