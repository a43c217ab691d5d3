package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/state"
	"dubtop/state/instant"
	"dubtop/state/table"
	"dubtop/ui/kit"
)

// Time advances in beats, one second apart while something on the screen counts
// seconds. At rest, beats at which nothing would happen are left out, and
// nextBeat returns the time of the next. A message that arrives during a rest
// is preceded by a beat, so that nothing works with an old time.

// nextBeat returns when the next beat is due: a whole number of seconds after
// the last one, when there is something to do or to see, or earlier when running
// jobs are asked for.
func (a *composer) nextBeat() time.Time {
	next := minuteOf(a.Now).Add(time.Minute) // the clock, and the ages
	if a.counting() {
		next = a.Now
	}
	if a.session != nil {
		next = instant.Earlier(next, a.session.Next(a.Now))
		next = instant.Earlier(next, a.notices.Next())
	}
	next = instant.Earlier(next, a.Toast.Until)
	wait := next.Sub(a.Now) + kit.BeatTime - 1
	beat := a.Now.Add(max(kit.BeatTime, wait.Truncate(kit.BeatTime)))
	if at, ok := a.poller.NextRunning(a.Now); ok && at.After(a.Now) && at.Before(beat) {
		return at // a job that has ended must not wait for the second to be full
	}
	return beat
}

// counting reports whether anything counts seconds: jobs, the queue, the
// screens above the view, rows being loaded, a wait for the server, or the age
// of a new row.
func (a *composer) counting() bool {
	loading := a.session != nil && !a.store.History.Complete
	return len(a.Stack) > 1 || len(a.pilots) > 0 || a.offer != nil || loading || a.running() || a.waiting() || a.young()
}

// running reports whether jobs are running or about to.
func (a *desk) running() bool {
	jobs, batches := a.store.Counts(), &a.store.Batches
	return jobs.Running+jobs.Pending > 0 || batches.Count(table.ClassRunning)+batches.Count(table.ClassWaiting) > 0 ||
		a.paid() > 0 || a.outbox.Queue.Sendable() > 0 || a.uploadRuns() || a.saveRuns()
}

// uploadRuns reports whether a file is on its way to the storage.
func (a *desk) uploadRuns() bool {
	if a.session == nil {
		return false
	}
	n, _ := a.session.Uploading()
	return n > 0
}

// saveRuns reports whether a file is being saved.
func (a *desk) saveRuns() bool {
	return a.session != nil && a.session.SaveSum().Running > 0
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

// beatMsg is the beat due at a time. It is void if another one was requested
// since.
type beatMsg struct{ due time.Time }

// askBeat requests the next beat, unless one is due earlier.
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

// catchUp runs the beat before a message that arrives during a rest.
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

// beat advances the clock: notices fade, and the session does the work that is due.
func (a *composer) beat() tea.Cmd {
	a.Now = time.Now().Round(0) // wall clock only: unlike the monotonic clock it keeps running during sleep
	var cmds []tea.Cmd
	if a.session != nil {
		a.session.Beat(a.Now)
		a.tellPilots()
		a.keepOffer()
		cmds = append(cmds, a.work(), a.tellEnds(), a.fetchPicture())
	}
	a.Toast.Fade(a.Now)
	for _, s := range a.Stack {
		if t, ok := s.(ticking); ok {
			cmds = append(cmds, t.Tick(a.Now))
		}
	}
	return tea.Batch(cmds...)
}

// stepAges updates all ages on the screen together: with every key and every
// event, while anything counts seconds, and otherwise once a minute. Without it
// each row would change at a different second.
func (a *composer) stepAges(msg tea.Msg) {
	_, key := msg.(tea.KeyPressMsg)
	if key || a.counting() || !minuteOf(a.Now).Equal(minuteOf(a.Aged)) {
		a.step()
	}
}

// step updates everything on the screen that changes by itself.
func (a *desk) step() {
	a.Aged = a.Now
	if a.session != nil {
		a.usage = a.session.Client.Usage()
	}
}
