package ui

import (
	"context"
	"runtime/debug"

	tea "charm.land/bubbletea/v2"

	"dubtop/state"
	"dubtop/state/account"
)

// pollMsg says that the first questions may be asked.
type pollMsg struct{}

func pollCmd() tea.Msg { return pollMsg{} }

func (pollMsg) land(a *App) tea.Cmd { return a.poll() }

// askCmd asks what the poller says is due. Answers are decoded and thinned
// down here, beside the screens; landing one is a merge of a page.
func askCmd(s *Session, ask state.Ask) tea.Cmd {
	return func() tea.Msg { return answerMsg{s, ask, account.Answer(context.Background(), s.Client, ask)} }
}

// answerMsg is an answer to one of the poller's questions.
type answerMsg struct {
	session *Session
	ask     state.Ask
	result  state.Result
}

func (m answerMsg) land(a *App) tea.Cmd {
	if m.session != a.session {
		return nil
	}
	complete := a.store.History.Complete
	a.poller.Landed(a.now, a.store, m.ask, m.result)
	a.overhear(m.ask.Topic, m.result.Err)
	a.yieldIntents()
	if m.result.Whole || a.store.History.Complete && !complete {
		return tea.Batch(a.poll(), releaseCmd)
	}
	return a.poll()
}

// releaseCmd gives back to the system what a history took on its way in,
// several times what is kept of it.
func releaseCmd() tea.Msg {
	debug.FreeOSMemory()
	return nil
}
