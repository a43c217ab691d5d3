package ui

import (
	"time"

	"dubtop/ui/kit"

	tea "charm.land/bubbletea/v2"
)

type beatMsg struct{}

func beatCmd() tea.Cmd {
	return tea.Tick(kit.BeatTime, func(time.Time) tea.Msg { return beatMsg{} })
}

// ticking is a screen that does something as time goes by.
type ticking interface {
	Tick(now time.Time) tea.Cmd
}

// land takes the time on: notices fade, the session does what is due, the next
// beat is set. Nothing else sets a beat, so there is only ever one on its way.
func (beatMsg) land(a *composer) tea.Cmd {
	a.Now = time.Now().Round(0) // the wall clock: it goes on while the machine sleeps
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
