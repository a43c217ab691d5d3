package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/ledger"
	"dubtop/state/notify"
	"dubtop/state/outbox"
	"dubtop/state/output"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
	"dubtop/ui/review"
)

// Config holds everything the dashboard gets from outside.
type Config struct {
	Place    Place           // where the dashboard opens
	Account  *account.Config // nil: the welcome screen asks for a key
	Current  string          // the name of that account in the configuration, "" if it has none
	Accounts []AccountChoice // of the configuration
	// Connect makes an account's config with a typed key, and SaveKey stores that
	// key. Switch reads the key of another account, which may take a while.
	Connect  func(account, key string) (*account.Config, error)
	SaveKey  func(account, key string) (path string, err error)
	Switch   func(ctx context.Context, account string) (*account.Config, error)
	Demo     func() (*account.Config, error)
	LookedUp []string // places searched for a key, for the welcome screen
	// KeyVariable is the environment variable that held the key, or "". It
	// takes precedence over a saved key at the next start.
	KeyVariable string

	Keys    keymap.Map
	Theme   string // auto, dark or light
	ASCII   bool   // for terminals that do not use UTF-8
	Pace    state.Pace
	Guard   ledger.Guard                                               // the budgets
	Slots   int                                                        // jobs at once as configured; 0: find out
	Project string                                                     // of new jobs: its name or id; "" for none
	Fair    bool                                                       // the labels in the queue take turns
	Start   outbox.Start                                               // the time of day from which the queue is sent
	Reserve int                                                        // slots of the plan left to others
	Open    func(url string) error                                     // nil: there is no browser
	Edit    editor                                                     // nil: there is no terminal for one
	Review  func(context.Context, review.Config) (ReviewServer, error) // serves the review page; nil: none
	SSH     string                                                     // user and host of this machine as seen over SSH; "" without SSH
	Suspend tea.Cmd                                                    // stops the program like ctrl+z; nil: there is no shell to resume it
	Home    string                                                     // replaces ~ in typed paths
	// Pictures shows small pictures in the panes. FFmpeg means that it can take a
	// frame of a video.
	Pictures, FFmpeg bool
	Mouse            bool                         // from the start
	Views            map[string]map[string]string // filters by list and name

	Notify  notify.Wish // notices for a user who looks elsewhere
	Notices []string    // problems of the configuration
	Version string
}

// editor is the user's text editor. Edit returns the text as it was saved; the
// file is called name.
type editor interface {
	Edit(name, text string) (string, error)
}

// ReviewServer serves the page on which videos are watched and judged, until the
// context that it was started with ends.
type ReviewServer interface {
	URL() string
	Port() int
	Set(items []review.Item)
}

// desk is what all screens share: the stage, the session and its data.
type desk struct {
	*kit.Stage
	cfg Config

	account string           // its name in the configuration, "" if it has none; also before there is a key
	session *account.Account // nil until there is a key
	store   *state.Store     // of the session, like the next two
	poller  *state.Poller
	outbox  outgoing
	usage   api.Usage      // of the API's quota, at the time of Aged
	opened  func() tea.Cmd // runs once the journal is open; may be nil
	page    string         // the page about plan or bills that an error named last; "" for none
	offer   *kit.Confirm   // the open question whether an older key belongs to this account

	host      host
	sets      setWatch
	saving    savesWatch
	notices   noticing
	pilots    pilots
	pictures  pictures
	noBatches text.Text // why the server takes no batches, once it has said so
}

// outgoing is the outbox: submissions that are waiting, being sent or of
// unknown outcome. It adds state for the screens.
type outgoing struct {
	*outbox.Outbox
	endOf   queueVersions        // of the next two
	end     time.Time            // when the last queued job should be done
	setEnds map[string]time.Time // the same for each job set with queued jobs
	wanted  string               // id of a submission whose new price the user is waiting for
}

// host is the program around a desk.
type host interface {
	enter(c *account.Config) // starts over with an account
	// move does so as quitting would end, after a question if needed, and then
	// goes on.
	move(c *account.Config, then func() tea.Cmd) tea.Cmd
	show(view keymap.Name) tea.Cmd     // switches to a view
	jobs() *kit.List[state.Generation] // of the generations view
	quit() tea.Cmd                     // quits, after a question if needed
	answered()                         // closes the question about quitting if its reason is gone
	event(e *account.Event) tea.Cmd    // shows an event of the session
	tellEnds() tea.Cmd                 // tells a user who looks elsewhere about ended jobs
}

// noticing tells what ends to a user who looks elsewhere.
type noticing struct {
	notify.Teller
	eyes notify.Eyes
	off  bool // until the end of the session
}

// savesWatch is about the files that the user has asked for.
type savesWatch struct {
	preview bool               // the names are shown even of a single file
	saved   int                // since something was asked for
	none    int                // jobs without such a file
	last    output.File        // saved last
	asked   map[text.Text]bool // messages about failures that were shown
}

// setWatch holds the counts of the job sets to watch. Counting goes through all
// their rows, so it is done again only after a change.
type setWatch struct {
	of     setVersions
	counts []state.SetCount
	ends   map[string]time.Time // when the running jobs of each set should be done
	vague  map[string]bool      // sets with a batch whose end can't be told
}

// setVersions are the versions of all that the counts depend on.
type setVersions struct {
	sets, jobs, queue, batches, ledger uint64
	minute                             time.Time
}

// A command acts on the outside world for a screen. It gets values, never the
// desk, and returns a reply.

// reply is a message from outside that applies itself to the desk.
type reply interface{ apply(a *desk) tea.Cmd }

// extent describes the rows of a collection that are not loaded.
func (a *desk) extent(rows any) kit.Extent {
	return kit.Extent{
		All:      func() int { return a.inAll(rows) },
		Partial:  func() bool { return a.partial(rows) },
		Unloaded: a.unloaded,
		Version:  a.drawnFrom,
	}
}

// drawnFrom changes with everything that rows are drawn from beside themselves.
func (a *desk) drawnFrom() uint64 {
	version := a.store.Prices.Version() + a.store.Saved.Version()
	if a.session != nil {
		version += a.session.SavesVersion()
	}
	return version
}

// unloaded says why no rows could be loaded and which key helps. It returns nil
// while they are loading.
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

// inAll returns the size of a collection as told by the server, or 0 if it does
// not tell.
func (a *desk) inAll(c any) int {
	if c == any(&a.store.Assets) {
		return a.store.Library.Total
	}
	return 0
}

// partial reports whether a collection has more rows than are loaded.
func (a *desk) partial(c any) bool {
	if known, ok := c.(interface{ Known() bool }); ok && !known.Known() {
		return true
	}
	if c == any(&a.store.Assets) {
		return a.store.Library.Partial()
	}
	return c == any(&a.store.Generations) && (!a.store.History.Complete || a.session != nil && a.session.OlderLeft())
}

// unspendable returns why nothing that costs money can be started, or "".
func (a *desk) unspendable() text.Text {
	switch {
	case a.session == nil:
		return "there is no account yet"
	case a.session.Unwritable() != nil:
		return "can't send: " + errorText(a.session.Unwritable())
	}
	return ""
}

// afterOpening runs do as soon as the journal is open. On a slow disk that is
// some time after the first frame.
func (a *desk) afterOpening(do func() tea.Cmd) tea.Cmd {
	a.opened = do
	a.Busy("opening the journal" + a.Theme.Glyphs.More)
	return nil
}

// uploads tells whether the server takes local files as assets, as far as it is
// known.
func (a *desk) uploads() api.Support {
	if a.session == nil {
		return api.SupportUnknown
	}
	return a.session.Uploads()
}

// askUploads returns a function that does the same on any goroutine.
func (a *desk) askUploads() func() api.Support {
	if a.session == nil {
		return nil
	}
	return a.session.Uploads
}

func (a *desk) togglePause() {
	a.poller.Pause(!a.poller.Paused())
	if a.poller.Paused() {
		a.Say("refreshing is paused (" + a.KeyFor(keymap.Pause) + " resumes it)")
		return
	}
	a.Say("refreshing again")
}

// paid returns the number of paid requests being sent.
func (a *desk) paid() int {
	if a.session == nil {
		return 0
	}
	return a.session.Paid()
}

// total returns the number of rows, as far as it is known: "≥ 200" while older
// rows are loading, "" before the first answer.
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

// cutOff returns why nothing can be requested at all, or "".
func (a *desk) cutOff() text.Text {
	switch p := a.poller.Phase(a.Now); p.Kind {
	case state.PhaseOffline, state.PhaseRejected:
		return text.Of(p.Words)
	}
	return ""
}

// refusedKey says that the server refuses the key, and which keys help.
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

// irreplaceable returns why the key cannot be replaced now, or "". A request
// being sent belongs to the account of the current key.
func (a *desk) irreplaceable() text.Text {
	switch {
	case a.session.Demo:
		return "the demo has no key; start dubtop without --demo"
	case a.paid() > 0:
		return "a job is being sent: wait for its answer"
	}
	return ""
}

// sender names the process that sends, if it is another one.
func (a *desk) sender() string { return a.session.Holder().String() }

// AccountChoice is an account of the configuration.
type AccountChoice struct {
	Name   string
	Server string // as it is shown
	Key    string // where its key is, in a word or two
}

// short is a path for display, with ~ for the home directory.
func (a *desk) short(path string) text.Text {
	if rest, err := filepath.Rel(a.cfg.Home, path); err == nil && a.cfg.Home != "" && filepath.IsLocal(rest) {
		return text.Of(filepath.Join("~", rest))
	}
	return text.Of(path)
}

// Place is where the dashboard opens. The zero Place is the list of jobs.
type Place struct {
	View   string // one of ViewNames; "" for the first
	Filter string // of the jobs; "" for all
	Job    api.ID // a job or a request, whose details open; "" for none
}
