package ui

import (
	"strings"

	"dubtop/ui/kit"
	"dubtop/ui/paint"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
)

// tab is one of the views named at the top.
type tab struct {
	key    keymap.Name
	title  text.Text
	topic  state.Topic // polled more often while the view is visible
	make   func(a *composer) kit.Screen
	count  func(a *desk) text.Text
	screen kit.Screen // created at the start
}

// views lists the views. A new view is a file of its own and a line here;
// keymap has names for up to nine.
func views() []tab {
	return []tab{
		{key: keymap.View1, title: "Generations", topic: state.Head, make: func(a *composer) kit.Screen { return newGenerations(a) }, count: func(a *desk) text.Text { return total(a, &a.store.Generations) }},
		{key: keymap.View2, title: "Batches", topic: state.Batches, make: func(a *composer) kit.Screen { return newBatches(a) }, count: func(a *desk) text.Text { return total(a, &a.store.Batches) }},
		{key: keymap.View3, title: "Assets", topic: state.Assets, make: func(a *composer) kit.Screen { return newAssets(a) }, count: func(a *desk) text.Text { return total(a, &a.store.Assets) }},
		{key: keymap.View4, title: "Models", topic: state.Models, make: func(a *composer) kit.Screen { return newModels(a) }, count: func(a *desk) text.Text { return total(a, &a.store.Models) }},
		{key: keymap.View5, title: "Queue", topic: state.Head, make: func(a *composer) kit.Screen { return newQueue(a) }, count: func(a *desk) text.Text { return text.Sprint(a.store.Queue.Len()) }},
		{key: keymap.View6, title: "Ledger", topic: state.Head, make: func(a *composer) kit.Screen { return newLedger(a) }, count: func(*desk) text.Text { return "" }},
	}
}

// newTabs creates the views.
func newTabs(a *App) []tab {
	tabs := views()
	for i := range tabs {
		tabs[i].screen = tabs[i].make(a.composer)
	}
	return tabs
}

// show switches to a view and closes all screens opened from the previous one.
func (a *App) show(n int) tea.Cmd {
	var left []tea.Cmd
	for len(a.Stack) > 1 {
		left = append(left, a.Pop())
	}
	a.tab = n
	a.Stack[0] = a.tabs[n].screen
	a.Layout()
	a.poller.SetVisible(a.tabs[n].topic)
	return tea.Batch(append(left, a.work())...)
}

// actions returns those shared by all views and details.
func (a *App) actions() []kit.Action {
	acts := []kit.Action{
		a.Does(keymap.NewGeneration, func() tea.Cmd { return a.newGeneration(nil) }).Unless(a.unspendable),
		a.Does(keymap.NewBatch, a.newBatch).Unless(a.unspendable),
		a.Does(keymap.Refresh, a.refreshNow).Hinted("refresh"),
		a.Does(keymap.Pause, kit.Plain(a.togglePause)).Hinted("pause"),
		a.Does(keymap.ReplaceKey, kit.Plain(func() { a.Push(newKeyPrompt(a.desk)) })).Unless(a.irreplaceable),
		a.Does(keymap.Palette, func() tea.Cmd { a.Push(kit.NewPalette(a.Stage)); return nil }),
		a.Does(keymap.Messages, a.openMessages).Hinted("messages"),
		a.Does(keymap.Help, a.ToggleHelp),
		a.Does(keymap.Suspend, a.suspend).Unless(a.unstoppable),
		a.Does(keymap.Quit, a.quit),
	}
	return append(acts, a.elsewhere()...)
}

// ways returns the subset for screens that are only read.
func (a *App) ways() []kit.Action {
	acts := []kit.Action{a.Does(keymap.Messages, a.openMessages), a.Does(keymap.Quit, a.quit)}
	return append(acts, a.elsewhere()...)
}

// goodToKnow returns the tips at the end of the help.
func (a *App) goodToKnow() []text.Text {
	return []text.Text{
		"Nothing that costs money is sent until you have seen and confirmed its price.",
		"A running job can't be cancelled. Pending for more than five minutes is unusual; don't send it again.",
		"Amounts: $1.40 was billed, ~$1.40 is the server's estimate, ?$1.40 is computed from length and list price. " + a.Theme.Glyphs.Least + " before a sum means that some costs are unknown, – that none is known.",
		"Filters: all words must match; status:failed, model:sync-3, label:acme, note:retake; -word excludes.",
	}
}

// elsewhere returns the actions that switch views; none without an account.
func (a *App) elsewhere() (acts []kit.Action) {
	if a.session == nil {
		return nil
	}
	for i, v := range views() {
		act := a.Does(v.key, func() tea.Cmd { return a.show(i) })
		act.Key.SetHelp(act.Key.Help().Key, strings.ToLower(string(v.title)))
		acts = append(acts, act)
	}
	step := func(by int) func() tea.Cmd {
		return func() tea.Cmd { return a.show((a.tab + by + len(a.tabs)) % len(a.tabs)) }
	}
	return append(acts, a.Does(keymap.NextView, step(1)), a.Does(keymap.PreviousView, step(-1)))
}

// suspend stops the program like ctrl+z. A stopped process must not keep others
// from sending, so it first gives up its turn.
func (a *App) suspend() tea.Cmd {
	if a.session == nil {
		return a.cfg.Suspend
	}
	return tea.Sequence(append(workCmds(a.session.YieldTurn(a.Now)), a.cfg.Suspend)...)
}

// unstoppable returns why the program cannot be suspended, or "".
func (a *App) unstoppable() text.Text {
	if a.cfg.Suspend == nil {
		return "there is no shell to return to"
	}
	return ""
}

// quit ends the program. It asks first if an answer is not saved, a paid
// request is being sent, or confirmed jobs are waiting in the queue.
func (a *App) quit() tea.Cmd {
	leave := func() tea.Cmd { return tea.Sequence(a.leaveAll(), tea.Quit) }
	if c, ok := a.Top().(*kit.Confirm); ok && c.Leaving {
		return leave()
	}
	waiting := a.outbox.Queue.Sendable()
	unsaved := a.unsavedWords()
	switch {
	case len(unsaved) > 0:
		return a.askToLeave(unsavedTitle, unsaved, leave)
	case a.paid() > 0:
		return a.askToLeave(quitTitle, paint.Sentence(text.Count(a.paid(), "paid request is", "paid requests are")+
			" being sent. Waiting for the answer takes a few seconds. If you leave now, the outcome is unknown: it may have been charged, and the next start looks for it."), leave)
	case waiting > 0 && a.outbox.Sender && !a.session.Demo:
		return a.askToLeave(text.Count(waiting, "job waits", "jobs wait")+" in the queue",
			paint.Sentence("They are saved, but nothing is sent while dubtop is closed. Sending continues at the next start, or without a screen: dubtop queue drain."), leave)
	}
	return leave()
}

// askToLeave asks whether to quit anyway.
func (a *App) askToLeave(title text.Text, words []paint.Told, leave func() tea.Cmd) tea.Cmd {
	return a.Ask(&kit.Confirm{
		Heading: title, Leaving: true,
		Body: func() []paint.Told { return words },
		Yes:  "leave now", No: "wait here",
		Answer: func(yes bool) tea.Cmd {
			if yes {
				return leave()
			}
			return nil
		},
	})
}

const quitTitle = "A paid request is being sent"

// answered closes the question about quitting when its reason is gone.
func (a *App) answered() {
	c, ok := a.Top().(*kit.Confirm)
	if ok && (c.Heading == quitTitle && a.paid() == 0 || c.Heading == unsavedTitle && len(a.unsavedWords()) == 0) {
		a.Remove(c)
	}
}

// leaveAll lets every screen save its state before the end.
func (a *App) leaveAll() tea.Cmd {
	var cmds []tea.Cmd
	if a.session != nil {
		cmds = workCmds(a.session.SaveLast())
	}
	for _, s := range a.Stack {
		if l, ok := s.(kit.Leaving); ok {
			cmds = append(cmds, l.Leave())
		}
	}
	return tea.Sequence(cmds...)
}
