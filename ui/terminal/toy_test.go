package terminal_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/creack/pty"

	"dubtop/ui/painter"
	"dubtop/ui/terminal"
)

// asToy is the variable that makes the test binary a toy on the real terminal,
// for what the dashboard never does.
const asToy = "DUBTOP_TOY"

// toy is a program whose keys panic and run an editor.
type toy struct{ said string }

func runToy() int {
	status, err := terminal.Run(toy{}, os.Environ(), nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, "toy:", err)
	}
	return status
}

func (toy) Init() tea.Cmd { return nil }

func (m toy) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case error:
		m.said = msg.Error()
	case tea.KeyPressMsg:
		switch msg.String() {
		case "u":
			panic("a bad update")
		case "c":
			return m, func() tea.Msg { panic("a bad command") }
		case "e":
			// A late answer of the terminal may stand before the keys.
			edit := exec.Command("sh", "-c", "echo in the editor; read line; test \"${line%done}\" != \"$line\"")
			edit.Stdin, edit.Stdout, edit.Stderr = os.Stdin, os.Stdout, os.Stderr
			return m, painter.Outside(edit.Run, func(err error) tea.Msg {
				return cmp.Or(err, fmt.Errorf("edited"))
			})
		case "q":
			return m, tea.Quit
		}
		m.said += " " + msg.String()
	}
	return m, nil
}

func (m toy) View() tea.View {
	v := tea.NewView("toy says:" + m.said)
	v.AltScreen, v.ReportFocus, v.WindowTitle = true, true, "toy"
	v.ProgressBar = &tea.ProgressBar{State: tea.ProgressBarDefault, Value: 50}
	v.Cursor = tea.NewCursor(3, 4)
	v.Cursor.Shape = tea.CursorBar
	return v
}

// toyed opens a window with the toy.
func toyed(t *testing.T, s stage) *window {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	s.program, s.env = self, append(s.env, asToy+"=1")
	w := open(t, s)
	w.sees("toy says:")
	return w
}

func TestPanicIsToldOnTheScreenThatStays(t *testing.T) {
	t.Parallel()
	for key, words := range map[string]string{"u": "a bad update", "c": "a bad command"} {
		t.Run(words, func(t *testing.T) {
			w := toyed(t, stage{})
			w.keys(key)
			w.ends(70)
			w.restored("after a panic")
			if got := w.screen(); !strings.Contains(got, "panic: "+words) || !strings.Contains(string(w.bytes()), "toy_test.go") {
				t.Errorf("the screen shows\n%s", got)
			}
		})
	}
}

func TestEditorHasTheTerminalToItself(t *testing.T) {
	t.Parallel()
	w := toyed(t, stage{})
	w.keys("ab")
	w.sees("a b") // and what the terminal was asked at the start is answered
	w.keys("e")
	w.sees("in the editor")
	w.restored("while an editor runs")
	w.keys("done\n")
	w.sees("toy says:edited")
	w.keys("x")
	w.sees("toy says:edited x")
	w.keys("q")
	w.ends(0)
	w.restored("after an editor")
	if raw := string(w.bytes()); strings.LastIndex(raw, "\x1b[0 q") < strings.LastIndex(raw, "\x1b[5 q") {
		t.Error("the cursor keeps its shape")
	}
}

// ctrl+c in an editor is meant for the editor.
func TestInterruptedEditorIsNotTheEnd(t *testing.T) {
	t.Parallel()
	w := toyed(t, stage{})
	w.keys("e")
	w.sees("in the editor")
	w.keys("\x03")
	w.sees("toy says:signal: interrupt")
	w.keys("q")
	w.ends(0)
	w.restored("after an interrupted editor")
}

// A window changes its size again and again; the last one counts.
func TestLastOfManySizesCounts(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{})
	for n := range 50 {
		w.resize(30+n%50, 10+n%20)
		time.Sleep(2 * time.Millisecond)
	}
	w.resize(columns, rows)
	w.keys("2")
	w.sees("PROGRESS", "nothing here is real")
	w.keys("q")
	w.ends(0)
}

// On a connection of 1 kB a second the last of many keys is on the screen after
// two frames' time, and ctrl+c ends the program at once.
func TestSlowTerminalIsKeptUpWith(t *testing.T) {
	t.Parallel()
	const slow = 1000 // bytes a second
	w := demo(t, stage{})
	w.mu.Lock()
	w.rate = slow
	w.mu.Unlock()
	for range 8 {
		w.keys("2")
		time.Sleep(40 * time.Millisecond)
		w.keys("3")
		time.Sleep(40 * time.Millisecond)
	}
	// What it has taken says how much time has passed for it: on a busy machine
	// it takes less than its rate.
	w.keys("2")
	before := len(w.bytes())
	w.sees("PROGRESS")
	if took := len(w.bytes()) - before; took > 12*slow {
		t.Errorf("the last key took %d bytes, two frames have fewer", took)
	}
	w.keys("3\x03")
	before = len(w.bytes())
	w.leaves(patience)
	if took := len(w.bytes()) - before; took > 2*slow {
		t.Errorf("it took %d bytes to end", took)
	}
	w.mu.Lock()
	w.rate = 0
	w.mu.Unlock()
	w.ends(0)
	w.restored("after a slow connection")
}

// In a terminal multiplexer the dashboard is drawn, and leaves the inner
// terminal in order.
func TestMultiplexersShowTheDashboard(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ begin, end string }{
		"tmux":   {`exec tmux -S "$HOME/socket" -f /dev/null new-session "$0 --demo; echo left with \$?; read line"`, `tmux -S "$HOME/socket" kill-server`},
		"screen": {`exec screen -c /dev/null sh -c "$0 --demo; echo left with \$?; read line"`, `screen -X quit`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath(name); err != nil {
				t.Skip(err)
			}
			s := stage{script: c.begin, home: t.TempDir()}
			sockets := filepath.Join(s.home, "screens")
			must(t, os.Mkdir(sockets, 0o700))
			s.env = []string{"SCREENDIR=" + sockets}
			w := open(t, s)
			t.Cleanup(func() { // its server would go on
				s.script = c.end
				_ = s.command(s.home).Run() // fails if it has ended
			})
			w.sees("nothing here is real", "completed")
			w.keys("2")
			w.sees("PROGRESS")
			w.keys(strings.Repeat("j", 200) + "1")
			w.sees("STATUS")
			w.keys("q")
			w.sees("left with 0")
			w.keys("\n")
			w.ends(0)
		})
	}
}

// resize changes the size of the window.
func (w *window) resize(width, height int) {
	w.t.Helper()
	w.mu.Lock()
	w.emulator.Resize(width, height)
	w.mu.Unlock()
	must(w.t, pty.Setsize(w.near, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}))
}
