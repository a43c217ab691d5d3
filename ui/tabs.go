package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/ui/kit"
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
		{key: keymap.ViewGenerations, title: "Generations", topic: state.Head, make: func(a *composer) kit.Screen { return newGenerations(a) }, count: func(a *desk) text.Text { return total(a, &a.store.Generations) }},
		{key: keymap.ViewBatches, title: "Batches", topic: state.Batches, make: func(a *composer) kit.Screen { return newBatches(a) }, count: func(a *desk) text.Text { return total(a, &a.store.Batches) }},
		{key: keymap.ViewAssets, title: "Assets", topic: state.Assets, make: func(a *composer) kit.Screen { return newAssets(a) }, count: func(a *desk) text.Text { return total(a, &a.store.Assets) }},
		{key: keymap.ViewModels, title: "Models", topic: state.Models, make: func(a *composer) kit.Screen { return newModels(a) }, count: func(a *desk) text.Text { return total(a, &a.store.Models) }},
		{key: keymap.ViewQueue, title: "Queue", topic: state.Head, make: func(a *composer) kit.Screen { return newQueue(a) }, count: func(a *desk) text.Text { return text.Sprint(a.store.Queue.Len()) }},
		{key: keymap.ViewLedger, title: "Ledger", topic: state.Head, make: func(a *composer) kit.Screen { return newLedger(a) }, count: func(*desk) text.Text { return "" }},
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

// show switches to the view of an action.
func (a *App) show(view keymap.Name) tea.Cmd {
	return a.switchTo(slices.IndexFunc(a.tabs, func(t tab) bool { return t.key == view }))
}

// jobs returns the list of the generations view.
func (a *App) jobs() *kit.List[state.Generation] {
	for i := range a.tabs {
		if v, ok := a.tabs[i].screen.(*kit.ListView[state.Generation]); ok {
			return &v.List
		}
	}
	return nil
}

// switchTo switches to a tab and closes all screens opened from the previous
// one.
func (a *App) switchTo(n int) tea.Cmd {
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
		a.Does(keymap.NewSet, a.newJobSet).Unless(a.unspendable),
		a.Does(keymap.Refresh, a.refreshNow).Hinted("refresh"),
		a.Does(keymap.Pause, kit.Plain(a.togglePause)).Hinted("pause"),
		a.Does(keymap.ReplaceKey, kit.Plain(func() { a.Push(newKeyPrompt(a.desk)) })).Unless(a.irreplaceable),
		a.accountAction(),
		a.Does(keymap.Palette, func() tea.Cmd { a.Push(kit.NewPalette(a.Stage)); return nil }),
		a.Does(keymap.Messages, a.openMessages).Hinted("messages"),
		a.MouseAction(),
		a.Does(keymap.Picture, a.togglePictures),
		a.Does(keymap.Notices, kit.Plain(a.toggleNotices)),
		a.Undoing(),
		a.pageAction(),
		a.Does(keymap.Help, a.ToggleHelp),
		a.Does(keymap.Suspend, a.suspend).Unless(a.unstoppable),
		a.Does(keymap.Quit, a.quit),
	}
	return append(acts, a.elsewhere()...)
}

// ways returns the subset for screens that are only read.
func (a *App) ways() []kit.Action {
	acts := []kit.Action{a.Does(keymap.Messages, a.openMessages), a.pageAction(), a.Does(keymap.Quit, a.quit)}
	return append(acts, a.elsewhere()...)
}

// goodToKnow returns the tips at the end of the help.
func (a *App) goodToKnow() []text.Text {
	return []text.Text{
		"Nothing that costs money is sent until you have seen and confirmed its price.",
		"A running job can't be cancelled. Pending for more than five minutes is unusual; don't send it again.",
		"Amounts: $1.40 was billed, ~$1.40 is the server's estimate, ?$1.40 is computed from length and list price. " + a.Theme.Glyphs.Least + " before a sum means that some costs are unknown, – that none is known.",
		"Filters: all words must match, or one side of an \"or\"; status:failed, model:sync-3, label:acme, note:noisy, verdict:retake; cost:>1, age:<2h, len:>30s, took:>10m; -word excludes, (a or b) groups, \"two words\" belong together, label:none finds those without; hidden:yes shows what was hidden.",
	}
}

// elsewhere returns the actions that switch views; none without an account.
func (a *App) elsewhere() (acts []kit.Action) {
	if a.session == nil {
		return nil
	}
	for i, v := range views() {
		act := a.Does(v.key, func() tea.Cmd { return a.switchTo(i) })
		act.Key.SetHelp(act.Key.Help().Key, strings.ToLower(string(v.title)))
		acts = append(acts, act)
	}
	step := func(by int) func() tea.Cmd {
		return func() tea.Cmd { return a.switchTo((a.tab + by + len(a.tabs)) % len(a.tabs)) }
	}
	return append(acts, a.Does(keymap.NextView, step(1)), a.Does(keymap.PreviousView, step(-1)))
}
