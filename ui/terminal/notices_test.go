package terminal_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// world is a simulated account in this process, whose jobs end when the test
// wants it.
type world struct {
	*simulator.Server
	env []string
}

// playedOut is the hostile name of a job, and as it is told.
const (
	playedOut = "promo;\x1b]52;c;aGk=\a\x1b\\\u202e 4;1;50"
	told      = "promo, 4,1,50 is done, none is running"
)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Server: simulator.New(simulator.Options{Key: simulator.NewKey(), Generations: 3, Seed: 1, Reliable: true})}
	running, err := w.Listen("127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = running.Close() })
	w.env = running.Environment()
	w.Add(simulator.Job{ID: job, Name: playedOut, Status: "PROCESSING"})
	return w
}

const job = "00000001-0000-4000-8000-000000000000"

// The exact bytes of a notice and of progress, from a terminal's point of view:
// alone, in tmux with and without passing on, and in screen.
func TestTerminalIsToldInExactBytes(t *testing.T) {
	t.Parallel()
	const notice = "\x1b]777;notify;dubtop;" + told + "\x1b\\"
	for name, c := range map[string]struct {
		env     []string
		config  string // dubtop's
		begin   string // a script around the program, "" for none
		needs   string
		wants   []string
		refuses []string
	}{
		"alone":            {env: []string{"TERM=xterm-ghostty"}, wants: []string{notice, "\x1b]9;4;1;"}, refuses: []string{"Ptmux"}},
		"an old terminal":  {wants: []string{"\a"}, refuses: []string{"\x1b]777", "\x1b]9;", "\x1b]99"}},
		"only the bell":    {env: []string{"TERM=xterm-ghostty"}, config: `how = "bell"`, wants: []string{"\a", "\x1b]9;4;1;"}, refuses: []string{"\x1b]777"}},
		"off":              {env: []string{"TERM=xterm-ghostty"}, config: `how = "off"`, refuses: []string{"\a", "\x1b]777", "\x1b]9;"}},
		"without progress": {env: []string{"TERM=xterm-ghostty"}, config: "progress = false", wants: []string{notice}, refuses: []string{"\x1b]9;"}},
		"in tmux": {
			env: []string{"GHOSTTY_RESOURCES_DIR=/nowhere"}, needs: "tmux",
			begin: `printf 'set -g focus-events on\nset -g allow-passthrough on\nset -g status off\n' > "$HOME/conf"; exec tmux -S "$HOME/socket" -f "$HOME/conf" new-session "$0"`,
			wants: []string{notice, "\a", "\x1b]9;4;1;"}, refuses: []string{"Ptmux"},
		},
		"in tmux that passes nothing on": {
			env: []string{"GHOSTTY_RESOURCES_DIR=/nowhere"}, needs: "tmux",
			begin: `printf 'set -g focus-events on\nset -g status off\n' > "$HOME/conf"; exec tmux -S "$HOME/socket" -f "$HOME/conf" new-session "$0"`,
			wants: []string{"\a"}, refuses: []string{"\x1b]777", "\x1b]9;", "Ptmux"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(c.needs); err != nil && c.needs != "" {
				t.Skip(err)
			}
			a := newWorld(t)
			s := stage{env: append(a.env, append(c.env, "ConEmuANSI=")...), script: c.begin, home: home(t, map[string]string{configFile: "[notify]\n" + c.config + "\n"})}
			w := open(t, s)
			if c.needs != "" {
				t.Cleanup(func() { // its server would go on
					s.script = `tmux -S "$HOME/socket" kill-server`
					_ = s.command(s.home).Run() // fails if it has ended
				})
			}
			w.sees("running 1", "promo")
			w.keys("\x1b[O") // it loses the focus
			time.Sleep(300 * time.Millisecond)
			a.Finish(job, "COMPLETED", "")
			w.sees("running 0")
			for _, want := range c.wants {
				w.until(fmt.Sprintf("it is told %q", want), func() bool { return strings.Contains(w.commands(), want) })
			}
			if len(c.wants) == 0 {
				time.Sleep(4 * time.Second) // longer than a notice is put off
			}
			w.keys("q")
			w.ends(0)
			w.restored("after a notice")
			got := w.commands()
			for _, never := range append(c.refuses, "]52;", "\u202e") {
				if strings.Contains(got, never) {
					t.Errorf("%q is in %q", never, got)
				}
			}
			if n := strings.Count(got, notice); n > 1 {
				t.Errorf("it was told %d times", n)
			}
		})
	}
}

// commands returns the operating system commands and bells that the program has
// written, without titles and questions about colours.
func (w *window) commands() string {
	var out bytes.Buffer
	for _, m := range regexp.MustCompile("\x1b\\][^\a\x1b]*(\a|\x1b\\\\)|\x1bP[^\x1b]*|\a").FindAll(w.bytes(), -1) {
		if !bytes.HasPrefix(m, []byte("\x1b]0;")) && !bytes.HasPrefix(m, []byte("\x1b]2;")) && !bytes.HasPrefix(m, []byte("\x1b]1")) {
			out.Write(m)
		}
	}
	return out.String()
}

// The exact bytes of a picture from a terminal's point of view, and none where it
// is not wanted: two pixels in a cell, each in its own colour.
func TestPicturesAreDrawnInHalfBlocks(t *testing.T) {
	t.Parallel()
	half := regexp.MustCompile("\x1b\\[38;2;[0-9]+;[0-9]+;[0-9]+;48;2;[0-9]+;[0-9]+;[0-9]+m▀")
	for name, c := range map[string]struct {
		env    []string
		config string
		begin  string
		needs  string
		drawn  bool
	}{
		"alone":        {drawn: true},
		"off":          {config: `pictures = "off"`},
		"NO_COLOR":     {env: []string{"NO_COLOR=1"}},
		"ASCII":        {env: []string{"LANG=C"}},
		"through ssh":  {env: []string{"SSH_CONNECTION=192.0.2.1 1 192.0.2.2 22"}},
		"on, over ssh": {env: []string{"SSH_CONNECTION=192.0.2.1 1 192.0.2.2 22"}, config: `pictures = "on"`, drawn: true},
		"in tmux":      {needs: "tmux", begin: `printf 'set -g status off\nset -ga terminal-features ",*:RGB"\nset -g default-terminal tmux-256color\n' > "$HOME/conf"; exec tmux -u -S "$HOME/socket" -f "$HOME/conf" new-session "$0"`, drawn: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(c.needs); err != nil && c.needs != "" {
				t.Skip(err)
			}
			a := newWorld(t)
			asset := a.AddAsset(simulator.Asset{Name: "portrait.mp4", Type: "VIDEO"})
			s := stage{env: append(a.env, c.env...), script: c.begin, home: home(t, map[string]string{configFile: c.config + "\n"})}
			w := open(t, s)
			if c.needs != "" {
				t.Cleanup(func() {
					s.script = `tmux -S "$HOME/socket" kill-server`
					_ = s.command(s.home).Run() // fails if it has ended
				})
			}
			w.sees("running 1", "promo")
			w.keys("3")
			w.sees("portrait.mp4", asset[:8])
			if c.drawn {
				w.sees("▀▀▀▀▀▀▀▀")
			} else {
				time.Sleep(time.Second) // much longer than the cursor must rest
			}
			w.keys("q")
			w.ends(0)
			raw := w.bytes()
			if got := half.Match(raw) || c.needs != "" && bytes.Contains(raw, []byte("▀")); got != c.drawn {
				t.Errorf("drawn: %v", got)
			}
		})
	}
}
