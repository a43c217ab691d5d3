package ui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
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

// desk is what all screens share: the stage they stand on, the session with what
// it knows, and what is asked just now.
type desk struct {
	*kit.Stage
	cfg Config

	session *account.Account // nil until there is a key
	store   *state.Store     // of the session, as the next two are
	poller  *state.Poller
	outbox  outgoing
	opened  func() tea.Cmd // what waits for the journal; may be nil
	offer   *kit.Confirm   // the question whether an older key was this account's, until it is answered

	host host
}

// outgoing is what waits to be sent, is on its way or in doubt, and what the
// screens know of it besides.
type outgoing struct {
	*outbox.Outbox
	end    time.Time // when the last one should be done
	wanted string    // what somebody waits to see the new price of
}

// host is the whole that a desk is a part of.
type host interface {
	enter(c *account.Config)        // begins anew with an account
	show(view int) tea.Cmd          // brings a view to the front
	quit() tea.Cmd                  // leaves, if need be after a question
	answered()                      // takes the question about leaving away once it is needless
	event(e *account.Event) tea.Cmd // shows what happened in the session
}

// A command touches the world for a screen. It is given values, never the desk,
// and ends in a reply.

// reply is a message from the world that knows how to land.
type reply interface{ land(a *desk) tea.Cmd }

// extent is what there is of a collection beyond what is loaded.
func (a *desk) extent(rows any) kit.Extent {
	return kit.Extent{
		All:      func() int { return a.inAll(rows) },
		Partial:  func() bool { return a.partial(rows) },
		Unloaded: a.unloaded,
		Version:  a.store.Prices.Version,
	}
}

// unloaded says why no rows could be loaded, and which key helps; nil while
// they are coming.
func (a *desk) unloaded(err error) (words []text.Text) {
	switch {
	case err != nil:
		words = []text.Text{text.Of("Nothing could be loaded: " + err.Error()), "r  try again"}
	case a.cutOff() != "":
		words = []text.Text{"Nothing could be loaded: " + a.cutOff(), "r  try again"}
	}
	if a.keyRefused() {
		words = append(words, a.KeyFor(keymap.ReplaceKey)+"  use another API key")
	}
	return words
}

// inAll is how many of a collection there are, as far as the server tells; 0
// where it does not.
func (a *desk) inAll(c any) int {
	if c == any(&a.store.Assets) {
		return a.store.Beyond.Total
	}
	return 0
}

// partial reports whether more of a collection exists than is loaded.
func (a *desk) partial(c any) bool {
	if known, ok := c.(interface{ Known() bool }); ok && !known.Known() {
		return true
	}
	if c == any(&a.store.Assets) {
		return a.store.Beyond.More || a.store.Beyond.Total > a.store.Assets.Len()
	}
	return c == any(&a.store.Generations) && (!a.store.History.Complete || a.session != nil && a.session.OlderLeft())
}

// unspendable says why nothing that costs money can be begun.
func (a *desk) unspendable() text.Text {
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
func (a *desk) afterOpening(do func() tea.Cmd) tea.Cmd {
	a.opened = do
	a.Busy("opening the journal" + a.Theme.Glyphs.More)
	return nil
}

func (a *desk) togglePause() {
	a.poller.Pause(!a.poller.Paused())
	if a.poller.Paused() {
		a.Say(text.Of("paused: nothing is asked until " + a.cfg.Keys.Binding(keymap.Pause).Help().Key))
		return
	}
	a.Say("refreshing again")
}

// paid is how many requests that cost money are on their way.
func (a *desk) paid() int {
	if a.session == nil {
		return 0
	}
	return a.session.Paid()
}

// total says how many there are, as far as is known: "≥ 200" while the past is
// still loading, nothing before the first answer.
func total[T any](a *desk, c *table.Collection[T]) text.Text {
	switch {
	case !c.Known() && c.Len() == 0:
		return ""
	case a.partial(c) && a.inAll(c) > 0:
		return text.Sprintf("%d of %s", c.Len(), paint.Thousands(a.inAll(c)))
	case a.partial(c):
		return text.Sprintf("%s%d", a.Theme.Glyphs.Least, c.Len())
	}
	return text.Sprint(c.Len())
}

// cutOff says why nothing can be asked at all, "" when it can.
func (a *desk) cutOff() text.Text {
	switch p := a.poller.Phase(a.Now); p.Kind {
	case state.PhaseOffline, state.PhaseRejected:
		return text.Of(p.Words)
	}
	return ""
}

// refusedKey says which key the server refuses, and the keys that help.
func (a *desk) refusedKey(refresh text.Text) text.Text {
	words := fmt.Sprintf("the API key was refused (%s: use another, %s: try again)", a.KeyFor(keymap.ReplaceKey), refresh)
	if from := a.session.KeyFrom; from != "" {
		words += ": the one from " + from
	}
	return text.Of(words)
}

// keyRefused reports whether the server refuses the key of this session.
func (a *desk) keyRefused() bool {
	return a.session != nil && a.poller.Phase(a.Now).Kind == state.PhaseRejected
}

// irreplaceable says why the key can't be replaced now: what is on its way
// belongs to the account of this one.
func (a *desk) irreplaceable() text.Text {
	switch {
	case a.session.Demo:
		return "the demo has no key; start dubtop without --demo"
	case a.paid() > 0:
		return "a job is being sent: wait for its answer"
	}
	return ""
}

// sender names the process that sends, when it is not this one.
func (a *desk) sender() string { return a.session.Holder().String() }
