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
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"dubtop/api"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/journal"
)

// Session is one account that is worked with.
type Session struct {
	Name       string // shown in the header
	KeyFrom    string // where its key was found; "" where it was pasted
	Client     *api.Client
	Journal    *journal.Journal // nil until OpenJournal has brought it
	JournalErr error            // why the journal can't be written: nothing can be spent then
	// OpenJournal opens the journal beside the first frame. The error says why
	// it can't be written; there is a journal all the same.
	OpenJournal func() (*journal.Journal, error)
	// Kin lists the profiles of other keys that may be this account's; nil
	// where there are none.
	Kin func(context.Context) ([]journal.Relative, error)
	// Join leads this key to the journal of such a profile, for good, and
	// gives the session on it.
	Join  func(ctx context.Context, profile string) (*Session, error)
	Demo  bool
	Close func() // releases what the session holds; may be nil
}

// Config is what the dashboard needs from its surroundings.
type Config struct {
	Session  *Session // nil: the first screen asks for a key
	Connect  func(key string) (*Session, error)
	SaveKey  func(key string) (path string, err error)
	Demo     func() (*Session, error)
	LookedUp []string // where a key was looked for, for the first screen
	// KeyVariable is the variable of the environment that held the key at the
	// start, "" where none did: it goes before a saved key at the next start.
	KeyVariable string

	Keys    keymap.Map
	Theme   string // auto, dark or light
	ASCII   bool   // borders and glyphs for terminals that are not UTF-8
	Pace    state.Pace
	Guard   state.Guard            // the budgets
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
	cfg    Config
	theme  *theme
	now    time.Time
	width  int
	height int

	session   *Session
	store     *state.Store
	poller    *state.Poller
	outbox    outboxState                 // what waits to be sent, is on its way or in doubt
	sending   map[string]state.Submission // paid requests on their way from here, by id
	draft     state.Draft                 // what was last typed into the form
	drafts    drafting                    // how that stands to the journal
	opened    func() tea.Cmd              // what waits for the journal; may be nil
	batchPath string                      // and into the batch form
	history   history                     // what the journal knows of the lists
	kinship   kinship                     // whether an older key was this account's
	books     books                       // how writing the ledger goes

	tabs  []tab
	tab   int
	stack []screen
	toast toast
	said  sayings // everything that was told
	keys  keylog
	frame frame
}

// New makes the dashboard. It touches nothing yet: Init begins.
func New(cfg Config) *App {
	a := &App{cfg: cfg, now: time.Now(), theme: newTheme(cfg.Theme != "light", cfg.ASCII)}
	a.enter(cfg.Session)
	a.announce()
	return a
}

// enter begins with an account, or with the first screen when there is none.
func (a *App) enter(s *Session) {
	if a.session != nil && a.session.Close != nil {
		a.session.Close()
	}
	a.session, a.store, a.poller = s, state.NewStore(), state.NewPoller(a.cfg.Pace)
	a.sending, a.outbox, a.opened = map[string]state.Submission{}, a.newOutbox(), nil
	a.history, a.books, a.kinship, a.drafts = history{}, books{}, kinship{}, drafting{}
	a.tabs, a.tab = newTabs(a), 0
	a.stack = []screen{a.tabs[0].screen}
	if s == nil {
		a.stack = []screen{newWelcome(a)}
	}
	a.layout()
}

// Init asks the terminal for its background, and to be told when that changes,
// and starts the clock.
func (a *App) Init() tea.Cmd {
	first := tea.Tick(firstFrame, func(time.Time) tea.Msg { return beginMsg{} })
	return tea.Batch(tea.RequestBackgroundColor, tea.Raw(ansi.SetModeLightDark), first, beatCmd())
}

// firstFrame is how long the first frame has the machine to itself: decoding a
// history beside it would hold it up.
const firstFrame = 2 * frameTime

type beginMsg struct{}

func (beginMsg) land(a *App) tea.Cmd { return a.begin() }

// begin starts a session: what the journal knows comes first, then the polls,
// unless it takes so long that the beat goes before.
func (a *App) begin() tea.Cmd {
	if a.session == nil {
		return nil
	}
	return tea.Sequence(recallCmd(a.session), pollCmd)
}

// Update lets a message land, and has the frame drawn if its time has come.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch m := msg.(type) {
	case reply:
		cmd = m.land(a)
	case tea.KeyPressMsg:
		cmd = a.press(m)
	case tea.WindowSizeMsg:
		a.width, a.height = m.Width, m.Height
		a.layout()
	case tea.BackgroundColorMsg:
		a.setDark(m.IsDark())
	case uv.DarkColorSchemeEvent, uv.LightColorSchemeEvent:
		_, dark := msg.(uv.DarkColorSchemeEvent)
		a.setDark(dark)
	case tea.FocusMsg, tea.BlurMsg:
		_, focused := msg.(tea.FocusMsg)
		a.poller.SetFocus(focused)
		cmd = a.poll()
	default:
		cmd = a.top().Update(msg)
	}
	return a, tea.Batch(cmd, a.draw(msg))
}

// setDark follows the terminal's background, unless the configuration chose.
func (a *App) setDark(dark bool) {
	if a.cfg.Theme == "auto" || a.cfg.Theme == "" {
		a.theme = newTheme(dark, a.cfg.ASCII)
		a.layout()
	}
}

// press gives a key to the first action of the top screen that claims it, and
// else to the screen itself as typing. ctrl+c always means to quit.
func (a *App) press(k tea.KeyPressMsg) tea.Cmd {
	if modifier(k) {
		return nil
	}
	a.keys.press(k)
	defer a.keys.done()
	if k.String() == "ctrl+c" {
		return a.quit()
	}
	top := a.top()
	for _, act := range top.Actions() {
		if !act.matches(k) {
			continue
		}
		if why := act.refusal(); why != "" {
			a.warn(why)
			return nil
		}
		return act.run()
	}
	return top.Update(k)
}

// poll sends what the poller says is due.
func (a *App) poll() tea.Cmd {
	if a.session == nil {
		return nil
	}
	var cmds []tea.Cmd
	for _, ask := range a.poller.Due(a.now, a.store) {
		cmds = append(cmds, askCmd(a.session, ask))
	}
	return tea.Batch(cmds...)
}
