// Package settings reads the configuration file and finds the API key. It
// reports mistakes in either, by file, line and name, and continues with
// defaults. It never touches the network and never prints a key.
package settings

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/hook"
	"dubtop/state/ledger"
	"dubtop/state/notify"
	"dubtop/state/outbox"
)

// Theme is the choice of colours.
type Theme string

// The themes. Auto asks the terminal for its background.
const (
	ThemeAuto  Theme = "auto"
	ThemeDark  Theme = "dark"
	ThemeLight Theme = "light"
)

// Choice is a choice that the program makes by itself if it is Auto.
type Choice string

// The choices.
const (
	Auto Choice = "auto"
	On   Choice = "on"
	Off  Choice = "off"
)

// Settings are the user's choices. A zero duration means the program's default.
type Settings struct {
	BaseURL string // https, or http on loopback
	Theme   Theme
	ASCII   bool // plain ASCII borders and marks
	// Pictures shows small pictures beside the lists.
	Pictures Choice
	Mouse    bool
	Views    map[string]map[string]string // filters by list and name
	Project  string                       // of new jobs: its name or id; "" for none
	Refresh  Refresh
	Queue    Queue
	Upload   Upload
	Notify   notify.Wish
	Output   Output
	Hook     hook.Command // run for saved files or ended jobs
	Guard    ledger.Guard // has a Fault if a budget cannot be read; nothing may be spent then
	Keys     []Binding    // in file order

	Accounts     []Account // of the configuration, by name
	Account      *Account  // the chosen account; nil for the one without a name
	AccountFault error     // why the chosen one can't be used, an [*AccountError]; no other is used then
}

// Binding assigns other keys to an action. Settings cannot tell whether the
// action exists and the keys are free; Problem reports it if not.
type Binding struct {
	Action, Keys string // "refresh", "ctrl+x,f5"
	File         string
	Line         int // counted from 1
}

// Problem returns err as a problem at the binding's line.
func (b Binding) Problem(err error) Problem {
	return Problem{File: b.File, Line: b.Line, Key: "keys." + b.Action, Words: err.Error()}
}

// Queue limits how many jobs may run at once.
type Queue struct {
	Slots   int // slots of the plan; 0 means unknown
	Reserve int // slots left to others; below Slots if that is set
	Fair    bool
	Start   outbox.Start // the time of day from which jobs are sent
}

// Upload says how local files become assets.
type Upload struct {
	Visibility string // USER or ORGANIZATION; "" for the default, USER
}

// Refresh is how often the server is asked, no more often than
// [state.ShortestPace] says.
type Refresh struct {
	Running time.Duration // running jobs
	Rest    time.Duration // the newest jobs
	Batches time.Duration // while one runs
}

// Pace returns the user's choice for the poller.
func (r Refresh) Pace() state.Pace {
	p := state.DefaultPace()
	p.Running, p.Rest, p.Batches = r.Running, r.Rest, r.Batches
	return p
}

// Problem is a mistake in a file or in the environment, and its consequence.
type Problem struct {
	File  string // or the name of an environment variable
	Line  int    // counted from 1; 0 if unknown
	Key   string // such as "refresh.running"; "" for the whole file
	Words string

	// Spending means that nothing may be spent until this is fixed, because it
	// concerns a budget.
	Spending bool
}

// String returns the problem in one line.
func (p Problem) String() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d", at, p.Line)
	}
	if p.Key != "" {
		return fmt.Sprintf("%s: %s: %s", at, p.Key, p.Words)
	}
	return at + ": " + p.Words
}

// Shown returns the problem in one line, with a short path.
func (p Problem) Shown(env Env) string {
	p.File = Short(env, p.File)
	return p.String()
}

// Short abbreviates the home directory in a path to ~.
func Short(env Env, path string) string {
	if rest, ok := strings.CutPrefix(path, env.Home+string(filepath.Separator)); ok && env.Home != "" {
		return filepath.Join("~", rest)
	}
	return path
}

// Env is the part of the process's environment that settings use.
type Env struct {
	Getenv func(string) string
	Home   string // "" if unknown
	UID    int    // required owner of the key file; negative for any

	// Keyring is the system's keyring; nil if there is none.
	Keyring Keyring
}

// System returns the real environment.
func System() Env {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	return Env{Getenv: os.Getenv, Home: home, UID: os.Getuid(), Keyring: systemKeyring{}}
}

// The variables that take precedence over the usual file and over its base URL.
const (
	configVariable = "DUBTOP_CONFIG"
	baseVariable   = "SYNC_BASE_URL"
)

// ErrNoHome means that there is no known directory for the user's files.
var ErrNoHome = errors.New("there is no home directory: set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME")

// ConfigPath returns the path of the configuration file: $DUBTOP_CONFIG, else
// config.toml in the configuration directory, the same on every Unix.
func ConfigPath(env Env) (string, error) {
	if p := env.Getenv(configVariable); p != "" {
		return p, nil
	}
	dir, err := configDir(env)
	return filepath.Join(dir, "config.toml"), err
}

// StateDir returns the directory of the journals, which has one directory per
// account.
func StateDir(env Env) (string, error) { return userDir(env, "XDG_STATE_HOME", ".local", "state") }

func configDir(env Env) (string, error) { return userDir(env, "XDG_CONFIG_HOME", ".config") }

// userDir follows the XDG base directory specification, which says to ignore
// relative paths.
// https://specifications.freedesktop.org/basedir-spec/
func userDir(env Env, name string, under ...string) (string, error) {
	if base := env.Getenv(name); filepath.IsAbs(base) {
		return filepath.Join(base, "dubtop"), nil
	}
	if env.Home == "" {
		return "", ErrNoHome
	}
	return filepath.Join(append(append([]string{env.Home}, under...), "dubtop")...), nil
}

// Load reads the configuration. No mistake in it prevents the start: a bad
// value becomes a Problem and its default is used. There are two exceptions. A
// bad base URL is kept for the client to refuse, since falling back to the
// production server could cost money. A budget that cannot be read does not
// mean "no limit": it becomes the Guard's Fault. SYNC_BASE_URL takes precedence
// over the file.
//
// DUBTOP_ACCOUNT chooses an account; see Settings.AccountFault.
func Load(env Env) (Settings, []Problem) {
	s := Settings{BaseURL: api.DefaultBaseURL, Theme: ThemeAuto, Output: DefaultOutput()}
	problems := loadFile(env, &s)
	if base := strings.TrimSpace(env.Getenv(baseVariable)); base != "" {
		s.BaseURL = base
		if err := checkBase(base); err != nil {
			problems = append(problems, Problem{File: baseVariable, Words: err.Error()})
		}
	}
	s.AccountFault = s.chooseAccount(env)
	for _, p := range slices.Backward(problems) {
		if p.Spending {
			s.Guard.Fault = p.Shown(env)
		}
	}
	return s, problems
}

// maxFile is larger than any configuration, in bytes.
const maxFile = 1 << 20

func loadFile(env Env, s *Settings) []Problem {
	path, err := ConfigPath(env)
	if err != nil {
		return nil // without a home directory there is no file
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && env.Getenv(configVariable) == "":
		return nil
	case err == nil && (!info.Mode().IsRegular() || info.Size() > maxFile):
		err = errors.New("it is not a configuration file")
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			err = p.Err
		}
		return []Problem{{
			File: path, Spending: true, // it may contain budgets
			Words: fmt.Sprintf("it can't be read (%v): the defaults are used, and nothing can be spent", err),
		}}
	}
	problems := slices.Concat(parse(string(text), s), guardHook(env, path, s), guardAccounts(env, path, s))
	for i := range problems {
		problems[i].File = path
	}
	for i := range s.Keys {
		s.Keys[i].File = path
	}
	return problems
}

// parse sets the values found in text. A bad value spoils no other. After a
// syntax error nothing can be told apart, but values above it count.
func parse(text string, s *Settings) []Problem {
	md, top, wrong := decode(text)
	problems := take(md, top, s)
	if wrong != nil {
		problems = append(problems, *wrong)
	}
	return problems
}

// decode tells the values in text apart, down to a syntax error.
func decode(text string) (md toml.MetaData, top map[string]toml.Primitive, wrong *Problem) {
	md, err := toml.Decode(text, &top)
	if err == nil {
		return md, top, nil
	}
	wrong = new(syntaxProblem(err))
	lines := strings.Split(text, "\n")
	n := min(max(wrong.Line-1, 0), len(lines))
	top = nil
	if md, err = toml.Decode(strings.Join(lines[:n], "\n"), &top); err != nil {
		n, top = 0, nil
		wrong.Words += ": the defaults are used"
	} else {
		wrong.Words += ": from here on the defaults are used"
	}
	if isBudget(wrong.Key) || mentionsBudget(strings.Join(lines[n:], "\n")) {
		wrong.Spending = true
		wrong.Words += ", and nothing can be spent until it is fixed, because it may contain a budget"
	}
	return md, top, wrong
}

// shares returns the budgets of labels and projects by their tables.
func (s *Settings) shares() map[string]*[]ledger.Share {
	return map[string]*[]ledger.Share{"budget.label": &s.Guard.Labels, "budget.project": &s.Guard.Projects}
}

func take(md toml.MetaData, top map[string]toml.Primitive, s *Settings) []Problem {
	p := parser{md: md, known: known(s), read: make(map[string]toml.Primitive), shares: s.shares()}
	p.table("", top)
	p.reserve(&s.Queue)
	p.keys(s, top)
	p.views(s, top)
	if v, ok := top["accounts"]; ok {
		p.accounts(s, v)
	}
	slices.SortStableFunc(p.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return p.problems
}

func syntaxProblem(err error) Problem {
	e, ok := errors.AsType[toml.ParseError](err)
	if !ok {
		return Problem{Words: err.Error()}
	}
	return Problem{Line: e.Position.Line, Key: e.LastKey, Words: e.Message}
}

// checkBase explains why a base URL cannot be used. The key is sent there, so
// it must be encrypted unless it stays on this machine.
func checkBase(base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return fmt.Errorf("%q is not an address: write it like %s", base, api.DefaultBaseURL)
	}
	switch {
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("an address with a user name, a query or a fragment can't be used")
	case u.Scheme == "https", u.Scheme == "http" && api.IsLoopback(u.Hostname()):
		return nil
	}
	return errors.New("the address must begin with https:// (http:// on this machine only)")
}
