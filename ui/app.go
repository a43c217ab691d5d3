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

	"dubtop/state/draft"
	"dubtop/state/ledger"
	"dubtop/state/outbox"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
)

// Config is what the dashboard needs from its surroundings.
type Config struct {
	Account  *account.Config // nil: the first screen asks for a key
	Connect  func(key string) (*account.Config, error)
	SaveKey  func(key string) (path string, err error)
	Demo     func() (*account.Config, error)
	LookedUp []string // where a key was looked for, for the first screen
	// KeyVariable is the variable of the environment that held the key at the
	// start, "" where none did: it goes before a saved key at the next start.
	KeyVariable string

	Keys    keymap.Map
	Theme   string // auto, dark or light
	ASCII   bool   // borders and glyphs for terminals that are not UTF-8
	Pace    state.Pace
	Guard   ledger.Guard           // the budgets
	Slots   int                    // of the plan, as configured; 0: they are to be learned
	Reserve int                    // of them left to others
	Open    func(url string) error // nil: there is no browser to open
	Suspend tea.Cmd                // stops the program as ctrl+z does; nil: nobody could continue it
	Home    string                 // for ~ in typed paths
	Notices []string               // problems of the configuration, in words
	Version string
}

// App is the dashboard as Bubble Tea runs it.
type App struct {
	*kit.Stage
	cfg Config

	session   *account.Account // nil until there is a key
	store     *state.Store     // of the session, as the next two are
	poller    *state.Poller
	outbox    outgoing
	draft     draft.Draft    // what was last typed into the form
	drafts    drafting       // how that stands to the journal
	opened    func() tea.Cmd // what waits for the journal; may be nil
	batchPath string         // and into the batch form
	offer     *kit.Confirm   // the question whether an older key was this account's, until it is answered

	tabs []tab
	tab  int
}

// New makes the dashboard. It touches nothing yet: Init begins.
func New(cfg Config) *App {
	a := &App{cfg: cfg, Stage: kit.NewStage(cfg.Keys, cfg.Theme != "light", cfg.ASCII)}
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
		a.Stack = []kit.Screen{newWelcome(a)}
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

func (beginMsg) land(a *App) tea.Cmd { return a.work() }

// Update lets a message land, and has the frame drawn if its time has come.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch m := msg.(type) {
	case reply:
		cmd = m.land(a)
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
