package terminal_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// demo opens a window with the demo and waits for its data.
func demo(t *testing.T, s stage) *window {
	t.Helper()
	s.args = append(s.args, "--demo")
	w := open(t, s)
	w.sees("nothing here is real", "completed", "n new")
	return w
}

func TestDemoDrawsItsViewsAndQuits(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{})
	for _, v := range []struct{ key, heading, row string }{
		{"2", "PROGRESS", "batch"}, {"3", "TYPE", "video"}, {"4", "MODEL", "lipsync-2"}, {"1", "STATUS", "completed"},
	} {
		w.keys(v.key)
		w.sees(v.heading, v.row, "nothing here is real")
	}
	w.until("progress is shown, which the tests below look for", func() bool { return strings.Contains(string(w.bytes()), "\x1b]9;4;1;") })
	w.keys("?")
	w.sees("/ search")
	w.keys("/suspend")
	w.sees("ctrl+z", "suspend")
	w.keys("\x1b")
	w.loses("ctrl+z")
	w.keys("q") // closes the help if it is still there
	if !w.on(ansi.ModeAltScreenSaveCursor) || !w.on(ansi.ModeBracketedPaste) {
		t.Error("the emulator does not see the modes that the tests below look for")
	}
	w.keys("q")
	w.ends(0)
	w.restored("after q")
}

func (w *window) on(m ansi.Mode) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.modes[m]
}

func TestCtrlCQuits(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{})
	w.keys("\x03")
	w.ends(0)
	w.restored("after ctrl+c")
}

func TestEverySignalRestoresTheTerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		signal syscall.Signal
		status int
	}{
		{syscall.SIGHUP, 129}, {syscall.SIGINT, 130}, {syscall.SIGQUIT, 131}, {syscall.SIGTERM, 143},
	} {
		t.Run(c.signal.String(), func(t *testing.T) {
			w := demo(t, stage{})
			must(t, w.cmd.Process.Signal(c.signal))
			w.ends(c.status)
			w.restored("after " + c.signal.String())
			if strings.Contains(string(w.bytes()), "goroutine ") {
				t.Error("it printed a stack trace")
			}
		})
	}
}

func TestNoSuspendWithoutAShell(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{})
	w.keys("\x1a")
	w.sees("there is no shell")
	must(t, w.cmd.Process.Signal(syscall.SIGTSTP))
	w.keys("2")
	w.sees("PROGRESS")
	w.keys("q")
	w.ends(0)
}

func TestProgramEndsWithItsTerminal(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{aside: true})
	must(t, w.far.Close())
	// The reader keeps the near end open as long as it waits there.
	must(t, w.near.SetReadDeadline(time.Now()))
	<-w.drawn
	must(t, w.near.Close())
	w.leaves(5 * time.Second) // at once, but for a busy machine
	w.ends(129)
}

func TestDumbTerminalIsRefused(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"dumb", ""} {
		w := open(t, stage{args: []string{"--demo"}, env: []string{"TERM=" + kind}})
		w.ends(2)
		if got := string(w.bytes()); !strings.Contains(got, "TERM is") || strings.Count(got, "\n") != 1 || strings.Contains(got, "\x1b") {
			t.Errorf("TERM=%q: it said %q", kind, got)
		}
	}
}

func TestHTTPTracingIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t, stage{args: []string{"--demo"}, env: []string{"GODEBUG=http2debug=2"}})
	w.ends(2)
	if !strings.Contains(string(w.bytes()), "http2debug") {
		t.Errorf("it said %q", w.bytes())
	}
}
