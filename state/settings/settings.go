// Package settings reads the configuration file and finds the API key. It
// explains what is wrong with either, by file, line and name, and goes on
// with defaults. It never touches the network, and never prints a key.
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

	"dubtop/state/ledger"

	"github.com/BurntSushi/toml"

	"dubtop/api"
)

// Theme says which colours to use.
type Theme string

// The themes. Auto asks the terminal.
const (
	ThemeAuto  Theme = "auto"
	ThemeDark  Theme = "dark"
	ThemeLight Theme = "light"
)

// Settings are what the user may choose. The zero value of a duration stands
// for the program's own.
type Settings struct {
	BaseURL string // https, or http on loopback
	Theme   Theme
	ASCII   bool // borders and marks of plain ASCII
	Refresh Refresh
	Queue   Queue
	Guard   ledger.Guard // with a Fault where a budget can't be read: nothing is spent then
	Keys    []Binding    // in the order of the file
}

// Binding gives an action other keys. Whether there is such an action, and
// whether the keys are free, settings can't know; Problem says where it stands.
type Binding struct {
	Action, Keys string // "refresh", "ctrl+x,f5"
	File         string
	Line         int // from 1
}

// Problem says what is wrong with it.
func (b Binding) Problem(err error) Problem {
	return Problem{File: b.File, Line: b.Line, Key: "keys." + b.Action, Words: err.Error()}
}

// Queue is how many jobs may run at once.
type Queue struct {
	Slots   int // of the plan; 0: it is to be learned
	Reserve int // of them left to others; below Slots where those are set
}

// Refresh is how often to ask the server.
type Refresh struct {
	Running time.Duration // for running jobs, at least 2s
	Rest    time.Duration // for new jobs when none runs, at least 5s
	Batches time.Duration // at least 10s
	Assets  time.Duration // at least 30s
	Models  time.Duration // at least 1m
}

// Problem is something in a file or in the environment that is not as it
// should be, and what was done about it.
type Problem struct {
	File  string // or the name of an environment variable
	Line  int    // from 1; 0 where there is none
	Key   string // "refresh.running"; "" where it is about the whole
	Words string

	// Spending says that nothing may be spent until it is mended: it is about a
	// budget.
	Spending bool
}

// String is the problem in one line.
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

// Short is a path as people write it, with ~ for their home.
func Short(env Env, path string) string {
	if rest, ok := strings.CutPrefix(path, env.Home+string(filepath.Separator)); ok && env.Home != "" {
		return filepath.Join("~", rest)
	}
	return path
}

// Env is what settings may know of the process and its user.
type Env struct {
	Getenv func(string) string
	Home   string // "" if there is none
	UID    int    // who may own the key file; negative: anybody
}

// System is the real environment.
func System() Env {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	return Env{Getenv: os.Getenv, Home: home, UID: os.Getuid()}
}

// ErrNoHome says that no directory is known for files of the user's.
var ErrNoHome = errors.New("there is no home directory: set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME")

// ConfigPath is where the configuration lies: $DUBTOP_CONFIG, else config.toml
// in the configuration directory, on every Unix alike.
func ConfigPath(env Env) (string, error) {
	if p := env.Getenv("DUBTOP_CONFIG"); p != "" {
		return p, nil
	}
	dir, err := configDir(env)
	return filepath.Join(dir, "config.toml"), err
}

// StateDir is where the journals lie, one directory for each account.
func StateDir(env Env) (string, error) { return userDir(env, "XDG_STATE_HOME", ".local", "state") }

func configDir(env Env) (string, error) { return userDir(env, "XDG_CONFIG_HOME", ".config") }

// userDir follows the XDG base directory specification, by which relative
// paths are to be ignored: https://specifications.freedesktop.org/basedir-spec/
func userDir(env Env, name string, under ...string) (string, error) {
	if base := env.Getenv(name); filepath.IsAbs(base) {
		return filepath.Join(base, "dubtop"), nil
	}
	if env.Home == "" {
		return "", ErrNoHome
	}
	return filepath.Join(append(append([]string{env.Home}, under...), "dubtop")...), nil
}

// Load reads the configuration. Nothing in it stops the start: a bad value is
// a Problem, and its default is used. Only a bad base URL is kept as it is
// written, for the client to refuse: it must not turn into the production
// server, where jobs cost money. A budget that can't be read is no "no limit":
// it is the Guard's Fault. SYNC_BASE_URL goes before the file.
func Load(env Env) (Settings, []Problem) {
	s := Settings{BaseURL: api.DefaultBaseURL, Theme: ThemeAuto}
	problems := loadFile(env, &s)
	if base := strings.TrimSpace(env.Getenv("SYNC_BASE_URL")); base != "" {
		s.BaseURL = base
		if err := checkBase(base); err != nil {
			problems = append(problems, Problem{File: "SYNC_BASE_URL", Words: err.Error()})
		}
	}
	for _, p := range slices.Backward(problems) {
		if p.Spending {
			p.File = Short(env, p.File)
			s.Guard.Fault = p.String()
		}
	}
	return s, problems
}

// maxFile is more than any configuration needs, in bytes.
const maxFile = 1 << 20

func loadFile(env Env, s *Settings) []Problem {
	path, err := ConfigPath(env)
	if err != nil {
		return nil // without a home there is no file to read
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && env.Getenv("DUBTOP_CONFIG") == "":
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
			File: path, Spending: true, // whatever budgets it holds
			Words: fmt.Sprintf("it can't be read (%v): the defaults are used, and nothing can be spent", err),
		}}
	}
	problems := parse(string(text), s)
	for i := range problems {
		problems[i].File = path
	}
	for i := range s.Keys {
		s.Keys[i].File = path
	}
	return problems
}

// parse fills s in from the text, value by value, so that a bad one spoils no
// other. After a mistake of syntax nothing can be told apart any more; what
// stands above it still counts.
func parse(text string, s *Settings) []Problem {
	var top map[string]toml.Primitive
	md, err := toml.Decode(text, &top)
	if err == nil {
		return take(md, top, s)
	}
	wrong := syntaxProblem(err)
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
		wrong.Words += ", and nothing can be spent until it is mended, since a budget may stand there"
	}
	return append(take(md, top, s), wrong)
}

func take(md toml.MetaData, top map[string]toml.Primitive, s *Settings) []Problem {
	p := parser{md: md, known: known(s), read: make(map[string]toml.Primitive)}
	p.table("", top)
	p.reserve(&s.Queue)
	p.keys(s, top)
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

// checkBase says why a base URL can't be used. The key goes there, so it must
// be encrypted beyond this machine.
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
