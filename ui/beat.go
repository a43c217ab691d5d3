package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/ui/kit"
)

type beatMsg struct{}

func beatCmd() tea.Cmd {
	return tea.Tick(kit.BeatTime, func(time.Time) tea.Msg { return beatMsg{} })
}

// ticking is a screen that does something periodically.
type ticking interface {
	Tick(now time.Time) tea.Cmd
}

// apply advances the clock: notices fade, the session does what is due, and the
// next beat is scheduled. Nothing else schedules a beat, so there is never more
// than one.
func (beatMsg) apply(a *composer) tea.Cmd {
	a.Now = time.Now().Round(0) // wall clock only: unlike the monotonic clock it keeps running during sleep
	cmds := []tea.Cmd{beatCmd()}
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
