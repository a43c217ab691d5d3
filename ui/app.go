// Package ui is the dashboard: screens, and the commands that touch the world
// for them. It knows what is drawn, what a key does and which effect follows.
// It never parses JSON, never decides when to poll, and never sends a paid
// request that the journal does not hold.
//
// Five ideas carry it:
//
//   - Screens are a stack; the top one owns the keyboard. What takes text is a
//     screen of its own, so typing can never press a key of a view.
//   - An action is a row of data: keys, words, what it does, why it may not be
//     done now. Dispatch, hints, help and palette read the same rows.
//   - There is one store; screens read it. What comes from the world is a
//     reply, a message that knows how to land.
//   - Effects happen in commands only. Update and View never block.
//   - Time is data: one beat a second drives polling, ages and notices.
package ui

import (
	"time"

	"dubtop/ui/kit"

	"dubtop/state/outbox"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"dubtop/state"
	"dubtop/state/account"
)

// App is the dashboard as Bubble Tea runs it: the desk with what is made on it,
// the views, and what stands around them.
type App struct {
	*composer
	tabs []tab
	tab  int
}

// New makes the dashboard. It touches nothing yet: Init begins.
func New(cfg Config) *App {
	a := &App{composer: &composer{desk: &desk{Stage: kit.NewStage(cfg.Keys, cfg.Theme != "light", cfg.ASCII), cfg: cfg}}}
	a.host = a
	a.Chrome, a.Notices, a.Tips = a, cfg.Notices, a.goodToKnow
	a.Everywhere, a.Anywhere = a.actions, a.ways
	a.enter(cfg.Account)
	a.Announce()
	return a
}

// enter begins with an account, or with the first screen when there is none.
func (a *App) enter(c *account.Config) {
	if a.session != nil {
		_ = a.session.Close() // nothing can be done about it
	}
	a.session, a.store, a.poller = nil, state.NewStore(), state.NewPoller(a.cfg.Pace)
	a.outbox = outgoing{Outbox: new(outbox.Outbox)}
	if c != nil {
		a.session = account.New(a.configured(*c), a.Now)
		a.store, a.poller = a.session.Store, a.session.Poller
		a.outbox.Outbox = &a.session.Outbox
	}
	a.opened, a.offer, a.drafts = nil, nil, drafting{}
	a.tabs, a.tab = newTabs(a), 0
	a.Stack = []kit.Screen{a.tabs[0].screen}
	if c == nil {
		a.Stack = []kit.Screen{newWelcome(a.desk)}
	}
	a.Layout()
}

// configured is an account as the dashboard works with it.
func (a *App) configured(c account.Config) account.Config {
	c.Lists, c.Pace, c.Guard, c.Home = true, a.cfg.Pace, a.cfg.Guard, a.cfg.Home
	c.Slots, c.Reserve = a.cfg.Slots, a.cfg.Reserve
	return c
}

// Init asks the terminal for its background, and to be told when that changes,
// and starts the clock.
func (a *App) Init() tea.Cmd {
	first := tea.Tick(firstFrame, func(time.Time) tea.Msg { return beginMsg{} })
	return tea.Batch(tea.RequestBackgroundColor, tea.Raw(ansi.SetModeLightDark), first, beatCmd())
}

// firstFrame is how long the first frame has the machine to itself: decoding a
// history beside it would hold it up.
const firstFrame = 2 * kit.FrameTime

type beginMsg struct{}

func (beginMsg) land(a *desk) tea.Cmd { return a.work() }

// Update lets a message land, and has the frame drawn if its time has come.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch m := msg.(type) {
	case reply, composed:
		cmd, _ = a.landed(m)
	case tea.KeyPressMsg:
		cmd = a.Press(m, a.quit)
	case tea.BackgroundColorMsg:
		a.setDark(m.IsDark())
	case uv.DarkColorSchemeEvent, uv.LightColorSchemeEvent:
		_, dark := msg.(uv.DarkColorSchemeEvent)
		a.setDark(dark)
	case tea.FocusMsg, tea.BlurMsg:
		_, focused := msg.(tea.FocusMsg)
		a.poller.SetFocus(focused)
		cmd = a.work()
	default:
		cmd = a.Stage.Update(msg)
	}
	return a, tea.Batch(cmd, a.Draw(msg))
}

// setDark follows the terminal's background, unless the configuration chose.
func (a *App) setDark(dark bool) {
	if a.cfg.Theme == "auto" || a.cfg.Theme == "" {
		a.Redraw(dark)
	}
}
