// Package ui is the dashboard: its screens, the effects of the keys, and the
// commands that act on the outside world. It does not parse JSON, does not decide
// when to poll, and sends no paid request that the journal does not hold.
//
// Five ideas carry it:
//
//   - Screens form a stack; the top one owns the keyboard. Everything that takes
//     text is a screen of its own, so typing never triggers a key of a view.
//   - An action is a row of data: its keys, its words, its effect, and the reason
//     why it is refused now. Dispatch, hints, help and palette read the same rows.
//   - There is one store, and screens read from it. News from the outside world is
//     a reply: a message that knows how to apply itself.
//   - Effects happen only in commands. Update and View never block.
//   - Time is data: beats drive polling, ages and notices. At rest there is none
//     until something is due.
package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
	"dubtop/ui/painter"
)

// App is the dashboard that Bubble Tea runs: a composer, plus the tabs and
// everything else around the screens.
type App struct {
	*composer
	tabs []tab
	tab  int

	parting parting // the question about quitting asked last
}

// New returns the dashboard. It has no effects; Init starts it.
func New(cfg Config) *App {
	a := &App{composer: &composer{desk: &desk{Stage: kit.NewStage(cfg.Keys, cfg.Theme != "light", cfg.ASCII), cfg: cfg}}}
	a.host = a
	a.pictures.on = cfg.Pictures
	a.Chrome, a.Notices, a.Tips = a, cfg.Notices, a.goodToKnow
	a.Everywhere, a.Anywhere = a.actions, a.ways
	a.account = cfg.Current
	a.Mouse.On = cfg.Mouse
	a.Habits.Keep, a.Habits.Views = a.keepHabit, configuredViews(cfg.Views)
	a.enter(cfg.Account)
	a.Announce()
	return a
}

// serving is a screen that serves a page.
type serving interface{ stopServing() }

// enter starts over with an account, or with the welcome screen if c is nil.
// Nothing of the account before is left.
func (a *App) enter(c *account.Config) {
	for _, s := range a.Stack {
		if p, ok := s.(serving); ok {
			p.stopServing()
		}
	}
	if a.session != nil {
		_ = a.session.Close() // there is nothing we could do about an error
	}
	before := *a.desk
	*a.composer = composer{desk: a.desk, nextDue: a.nextDue}
	*a.desk = desk{Stage: before.Stage, cfg: before.cfg, account: before.account, host: before.host, store: state.NewStore(), poller: state.NewPoller(before.cfg.Pace)}
	a.outbox = outgoing{Outbox: new(outbox.Outbox)}
	a.notices.eyes, a.notices.off, a.pictures.on = before.notices.eyes, before.notices.off, before.pictures.on
	a.Progress = nil
	a.ForgetChanges()
	a.Calm()
	if c != nil {
		if a.account != c.Account {
			a.Messages = kit.Messages{} // they name jobs of the other
		}
		a.account = c.Account
		a.session = account.New(a.configured(*c), a.Now)
		a.store, a.poller = a.session.Store, a.session.Poller
		a.outbox.Outbox = &a.session.Outbox
	}
	a.notices.eyes.Key(a.Now)
	a.Habits.Lists = nil
	a.tabs, a.tab, a.parting = newTabs(a), 0, parting{}
	a.step()
	a.Stack = []kit.Screen{a.tabs[0].screen}
	if c == nil {
		a.Stack = []kit.Screen{newWelcome(a.desk)}
	} else {
		a.startView()
	}
	a.Layout()
}

// configured adds the dashboard's own settings to an account.
func (a *App) configured(c account.Config) account.Config {
	c.Lists, c.Pace, c.Guard, c.Home = true, a.cfg.Pace, a.cfg.Guard, a.cfg.Home
	c.Slots, c.Reserve, c.Fair, c.Start = a.cfg.Slots, a.cfg.Reserve, a.cfg.Fair, a.cfg.Start
	return c
}

// Init starts the clock.
func (a *App) Init() tea.Cmd {
	first := tea.Tick(firstFrame, func(time.Time) tea.Msg { return beginMsg{} })
	return tea.Batch(first, a.askBeat())
}

// firstFrame is how long the first frame has the machine to itself. Decoding
// the history at the same time would delay it.
const firstFrame = 16 * time.Millisecond

type beginMsg struct{}

func (beginMsg) apply(a *desk) tea.Cmd { return a.work() }

// Update applies a message.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmds := []tea.Cmd{a.catchUp(msg), a.handle(msg)}
	a.stepAges(msg)
	a.Frame.Fresh = false
	return a, tea.Batch(append(cmds, a.countViews(), a.askBeat())...)
}

func (a *App) handle(msg tea.Msg) (cmd tea.Cmd) {
	switch m := msg.(type) {
	case reply, composed:
		cmd, _ = a.applied(m)
	case tea.KeyPressMsg:
		a.notices.eyes.Key(time.Now())
		if a.session != nil {
			a.session.Pressed(time.Now())
		}
		cmd = tea.Batch(a.Press(m, a.quit), a.pictureSoon())
	case tea.BackgroundColorMsg:
		a.setDark(m.IsDark())
	case uv.DarkColorSchemeEvent, uv.LightColorSchemeEvent:
		_, dark := msg.(uv.DarkColorSchemeEvent)
		a.setDark(dark)
	case painter.SlowMsg:
		a.slowed()
	case tea.FocusMsg, tea.BlurMsg:
		_, focused := msg.(tea.FocusMsg)
		a.poller.SetFocus(focused)
		a.notices.eyes.Focus(focused)
		cmd = a.work()
	default:
		cmd = a.Stage.Update(msg)
	}
	return cmd
}

// setDark follows the terminal's background, unless the configuration sets a
// theme.
func (a *App) setDark(dark bool) {
	if a.cfg.Theme == "auto" || a.cfg.Theme == "" {
		a.Redraw(dark)
	}
}
