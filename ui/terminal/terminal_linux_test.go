package terminal_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// These tests need /proc, or Linux's way to stop a terminal's output.

// jobControl is a shell with job control that runs the program. While the
// program is stopped the shell waits for a line, then continues it.
const jobControl = `set -m; "$0" "$@"; echo "stopped with $?"; read line; echo "got $line"; fg >/dev/null; echo "ended with $?"`

func TestShellGetsTheTerminalWhileStopped(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(w *window){
		"by ctrl+z":  func(w *window) { w.keys("\x1a") },
		"by SIGTSTP": func(w *window) { must(w.t, syscall.Kill(w.child(), syscall.SIGTSTP)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := demo(t, stage{script: jobControl})
			stop(w)
			w.sees("stopped with 1") // 128 plus the number of SIGSTOP
			w.restored("while it is stopped")
			w.keys("once\n")
			w.sees("nothing here is real", "n new")
			w.keys("2")
			w.sees("PROGRESS")
			w.keys("q")
			w.sees("got once", "ended with 0")
			w.ends(0)
			w.restored("after its end")
		})
	}
}

// child returns the pid of the program run by the window's shell.
func (w *window) child() int {
	w.t.Helper()
	pid := w.cmd.Process.Pid
	var children string
	w.until("the shell has a child", func() bool {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		children = strings.TrimSpace(string(text))
		return err == nil && children != ""
	})
	child, err := strconv.Atoi(children)
	must(w.t, err)
	return child
}

func TestStoppedTerminalDelaysNothing(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{})
	must(t, unix.IoctlSetInt(int(w.far.Fd()), unix.TCXONC, unix.TCOOFF))
	w.keys("2") // so that there is something to draw
	must(t, w.cmd.Process.Signal(syscall.SIGTERM))
	w.ends(143)
	w.restored("once it takes something again")
}
