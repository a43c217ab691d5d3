package ui

import (
	"strings"

	"dubtop/state/table"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
)

// tab is one of the views at the top.
type tab struct {
	key    keymap.Name
	title  text.Text
	topic  state.Topic // what the poller asks more often while it is shown
	make   func(a *App) screen
	count  func(a *App) text.Text
	screen screen // once it is made
}

// views lists what stands at the top. A new view is a file of its own and a
// line here; keymap has spare names for nine.
func views() []tab {
	return []tab{
		{key: keymap.View1, title: "Generations", topic: state.Head, make: func(a *App) screen { return newGenerations(a) }, count: func(a *App) text.Text { return total(a, &a.store.Generations) }},
		{key: keymap.View2, title: "Batches", topic: state.Batches, make: func(a *App) screen { return newBatches(a) }, count: func(a *App) text.Text { return total(a, &a.store.Batches) }},
		{key: keymap.View3, title: "Assets", topic: state.Assets, make: func(a *App) screen { return newAssets(a) }, count: func(a *App) text.Text { return total(a, &a.store.Assets) }},
		{key: keymap.View4, title: "Models", topic: state.Models, make: func(a *App) screen { return newModels(a) }, count: func(a *App) text.Text { return total(a, &a.store.Models) }},
		{key: keymap.View5, title: "Queue", topic: state.Head, make: func(a *App) screen { return newQueue(a) }, count: func(a *App) text.Text { return text.Sprint(a.store.Queue.Len()) }},
		{key: keymap.View6, title: "Ledger", topic: state.Head, make: func(a *App) screen { return newLedger(a) }, count: func(*App) text.Text { return "" }},
	}
}

// newTabs makes the views.
func newTabs(a *App) []tab {
	tabs := views()
	for i := range tabs {
		tabs[i].screen = tabs[i].make(a)
	}
	return tabs
}

// total says how many there are, as far as is known: "≥ 200" while the past is
// still loading, nothing before the first answer.
func total[T any](a *App, c *table.Collection[T]) text.Text {
	switch {
	case !c.Known() && c.Len() == 0:
		return ""
	case a.partial(c) && a.inAll(c) > 0:
		return text.Sprintf("%d of %s", c.Len(), thousands(a.inAll(c)))
	case a.partial(c):
		return text.Sprintf("%s%d", a.theme.glyphs.least, c.Len())
	}
	return text.Sprint(c.Len())
}

// extent is what there is of a collection beyond what is loaded.
func (a *App) extent(rows any) extent {
	return extent{
		all:      func() int { return a.inAll(rows) },
		partial:  func() bool { return a.partial(rows) },
		unloaded: a.unloaded,
		version:  a.store.Prices.Version,
	}
}

// unloaded says why no rows could be loaded, and which key helps; nil while
// they are coming.
func (a *App) unloaded(err error) (words []text.Text) {
	switch {
	case err != nil:
		words = []text.Text{text.Of("Nothing could be loaded: " + err.Error()), "r  try again"}
	case a.cutOff() != "":
		words = []text.Text{"Nothing could be loaded: " + a.cutOff(), "r  try again"}
	}
	if a.keyRefused() {
		words = append(words, a.keyFor(keymap.ReplaceKey)+"  use another API key")
	}
	return words
}

// inAll is how many of a collection there are, as far as the server tells; 0
// where it does not.
func (a *App) inAll(c any) int {
	if c == any(&a.store.Assets) {
		return a.store.Beyond.Total
	}
	return 0
}

// partial reports whether more of a collection exists than is loaded.
func (a *App) partial(c any) bool {
	if known, ok := c.(interface{ Known() bool }); ok && !known.Known() {
		return true
	}
	if c == any(&a.store.Assets) {
		return a.store.Beyond.More || a.store.Beyond.Total > a.store.Assets.Len()
	}
	return c == any(&a.store.Generations) && (!a.store.History.Complete || a.session != nil && a.session.OlderLeft())
}

// show brings a tab to the front and drops whatever stood on the old one.
func (a *App) show(n int) tea.Cmd {
	var left []tea.Cmd
	for len(a.stack) > 1 {
		left = append(left, a.pop())
	}
	a.tab = n
	a.stack[0] = a.tabs[n].screen
	a.layout()
	a.poller.SetVisible(a.tabs[n].topic)
	return tea.Batch(append(left, a.work())...)
}

// actions are those that all views and details share.
func (a *App) actions() []action {
	acts := []action{
		a.does(keymap.NewGeneration, func() tea.Cmd { return a.newGeneration(nil) }).unless(a.unspendable),
		a.does(keymap.NewBatch, a.newBatch).unless(a.unspendable),
		a.does(keymap.Refresh, a.refreshNow).hinted("refresh"),
		a.does(keymap.Pause, plain(a.togglePause)).hinted("pause"),
		a.does(keymap.ReplaceKey, plain(func() { a.push(newKeyPrompt(a)) })).unless(a.irreplaceable),
		a.does(keymap.Palette, func() tea.Cmd { a.push(newPalette(a.stage)); return nil }),
		a.does(keymap.Messages, a.openMessages).hinted("messages"),
		a.does(keymap.Help, a.toggleHelp),
		a.does(keymap.Suspend, a.suspend).unless(a.unstoppable),
		a.does(keymap.Quit, a.quit),
	}
	return append(acts, a.elsewhere()...)
}

// ways are what is left of them on a screen that is only read.
func (a *App) ways() []action {
	acts := []action{a.does(keymap.Messages, a.openMessages), a.does(keymap.Quit, a.quit)}
	return append(acts, a.elsewhere()...)
}

// goodToKnow is what the help says beside the keys.
func (a *App) goodToKnow() []text.Text {
	return []text.Text{
		"Nothing is sent that costs money before its price was shown and confirmed.",
		"A running job can't be cancelled; pending for over five minutes is unusual: don't send it again.",
		"Amounts: $1.40 was billed, ~$1.40 is the server's estimate, ?$1.40 is worked out from length and list price; " + a.theme.glyphs.least + " before a sum says that something in it is unknown, – that nothing is known.",
		"Filters: words are ANDed; status:failed, model:sync-3, label:acme, note:retake, -word for not.",
	}
}

// elsewhere are the actions that lead to the views; there are none before there
// is an account.
func (a *App) elsewhere() (acts []action) {
	if a.session == nil {
		return nil
	}
	for i, v := range views() {
		act := a.does(v.key, func() tea.Cmd { return a.show(i) })
		act.key.SetHelp(act.key.Help().Key, strings.ToLower(string(v.title)))
		acts = append(acts, act)
	}
	step := func(by int) func() tea.Cmd {
		return func() tea.Cmd { return a.show((a.tab + by + len(a.tabs)) % len(a.tabs)) }
	}
	return append(acts, a.does(keymap.NextView, step(1)), a.does(keymap.PreviousView, step(-1)))
}

// suspend stops the program as ctrl+z does. Who stands still must not keep
// others from sending; afterwards this window asks for its turn anew.
func (a *App) suspend() tea.Cmd {
	if a.session == nil {
		return a.cfg.Suspend
	}
	return tea.Sequence(append(workCmds(a.session.YieldTurn(a.now)), a.cfg.Suspend)...)
}

// unstoppable says why the program can't be suspended.
func (a *App) unstoppable() text.Text {
	if a.cfg.Suspend == nil {
		return "no shell waits behind dubtop here that could bring it back"
	}
	return ""
}

// unspendable says why nothing that costs money can be begun.
func (a *App) unspendable() text.Text {
	switch {
	case a.session == nil:
		return "there is no account yet"
	case a.session.Unwritable() != nil:
		return "no journal, no spending: " + errorText(a.session.Unwritable())
	}
	return ""
}

// afterOpening does something that needs the journal as soon as it is open,
// which on a slow disk is a moment after the first frame.
func (a *App) afterOpening(do func() tea.Cmd) tea.Cmd {
	a.opened = do
	a.busy("opening the journal" + a.theme.glyphs.more)
	return nil
}

func (a *App) refreshNow() tea.Cmd {
	a.poller.Refresh(a.now)
	return a.work()
}

func (a *App) togglePause() {
	a.poller.Pause(!a.poller.Paused())
	if a.poller.Paused() {
		a.say(text.Of("paused: nothing is asked until " + a.cfg.Keys.Binding(keymap.Pause).Help().Key))
		return
	}
	a.say("refreshing again")
}

// quit ends the program, at once unless a paid request is on its way: that is
// waited for, or left as unknown, as the user says. Nor does it leave without a
// word what was agreed to and would be sent.
func (a *App) quit() tea.Cmd {
	leave := func() tea.Cmd { return tea.Sequence(a.leaveAll(), tea.Quit) }
	if c, ok := a.top().(*confirm); ok && c.leaving {
		return leave()
	}
	waiting := a.outbox.Queue.Sendable()
	unsaved := a.unsavedWords()
	switch {
	case len(unsaved) > 0:
		return a.askToLeave(unsavedTitle, unsaved, leave)
	case a.paid() > 0:
		return a.askToLeave(quitTitle, sentence(text.Count(a.paid(), "paid request is", "paid requests are")+
			" on the way. Waiting for the answer takes a few seconds. Leaving now keeps it in the journal as unknown: maybe charged, and looked for at the next start."), leave)
	case waiting > 0 && a.outbox.Sender && !a.session.Demo:
		return a.askToLeave(text.Count(waiting, "job waits", "jobs wait")+" in the queue",
			sentence("They are kept, but nothing is sent while dubtop is closed. They go on with the next start, or without a screen: dubtop queue drain."), leave)
	}
	return leave()
}

// askToLeave asks whether to leave all the same.
func (a *App) askToLeave(title text.Text, words []told, leave func() tea.Cmd) tea.Cmd {
	return a.ask(&confirm{
		title: title, leaving: true,
		body: func() []told { return words },
		yes:  "leave now", no: "wait here",
		answer: func(yes bool) tea.Cmd {
			if yes {
				return leave()
			}
			return nil
		},
	})
}

const quitTitle = "A paid request is on its way"

// paid is how many requests that cost money are on their way.
func (a *App) paid() int {
	if a.session == nil {
		return 0
	}
	return a.session.Paid()
}

// answered takes the question about leaving away once there is no reason for it.
func (a *App) answered() {
	c, ok := a.top().(*confirm)
	if ok && (c.title == quitTitle && a.paid() == 0 || c.title == unsavedTitle && len(a.unsavedWords()) == 0) {
		a.remove(c)
	}
}

// leaveAll lets every screen keep what it must before the end.
func (a *App) leaveAll() tea.Cmd {
	var cmds []tea.Cmd
	if a.session != nil {
		cmds = workCmds(a.session.SaveLast())
	}
	for _, s := range a.stack {
		if l, ok := s.(leaving); ok {
			cmds = append(cmds, l.Leave())
		}
	}
	return tea.Sequence(cmds...)
}
