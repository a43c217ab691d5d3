package ui

import (
	"context"
	"runtime/debug"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/state"
)

// pollMsg says that the first questions may be asked.
type pollMsg struct{}

func pollCmd() tea.Msg { return pollMsg{} }

func (pollMsg) land(a *App) tea.Cmd { return a.poll() }

// askCmd asks what the poller says is due. Answers are decoded and thinned
// down here, beside the screens; landing one is a merge of a page.
func askCmd(s *Session, ask state.Ask) tea.Cmd {
	return func() tea.Msg { return answerMsg{s, ask, answer(s.Client, ask)} }
}

func answer(c *api.Client, ask state.Ask) state.Result {
	ctx := api.Background(context.Background())
	switch ask.Topic {
	case state.Batches:
		return state.BatchesResult(c.Batches(ctx))
	case state.Models:
		return state.ModelsResult(c.Models(ctx))
	case state.Assets, state.AssetPages:
		return state.AssetsResult(c.Assets(ctx, ask.Assets))
	case state.UnitPrices:
		return state.EstimateResult(c.Estimate(ctx, ask.Estimate))
	}
	var r state.Result
	page, err := c.Generations(ctx, ask.Query, r.Collect)
	r.Page(page, err)
	return r
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
