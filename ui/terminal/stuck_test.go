package terminal_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/sys/unix"
)

// unending is a paste whose end got lost: a megabyte that includes keys with
// effects.
func unending() string {
	return ansi.BracketedPasteStart + strings.Repeat("2q\x03 pasted\r", 1<<20/11)
}

func TestPasteWithoutAnEndIsEnded(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{})
	w.keys(unending())
	time.Sleep(1500 * time.Millisecond) // longer than the second of silence that ends a paste
	if strings.Contains(w.screen(), "PROGRESS") && !strings.Contains(w.screen(), "STATUS") {
		t.Error("pasted text acted as keys")
	}
	pressed := time.Now()
	w.keys("4")
	w.until("a key works again", func() bool {
		if time.Since(pressed) > 3*time.Second { // on a busy machine it was still pasted
			pressed = time.Now()
			w.keys("4")
		}
		return w.told("BEST FOR") && w.told("lipsync-1.9.0-beta")
	})
	w.keys("q")
	w.ends(0)
	w.restored("after a paste without an end")
}

func TestCtrlCWorksInAPasteWithoutAnEnd(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"as a character": "\x03", "as a sequence": "\x1b[99;5u"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := demo(t, stage{})
			w.keys(unending() + "x")
			w.keys(key)
			w.ends(0)
			w.restored("after ctrl+c in a paste")
		})
	}
}

// A paste that pauses too long is given up. The rest of it still counts as text
// and not as keys.
func TestRestOfAPasteIsNoKeys(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{})
	w.keys("w")
	w.sees("note")
	w.keys(ansi.BracketedPasteStart + "the first half")
	time.Sleep(1300 * time.Millisecond)
	w.sees("the first half")
	w.keys(", the second\x03" + ansi.BracketedPasteEnd)
	w.sees("the first half, the second")
	w.keys("!")
	w.sees("the first half, the second!")
	w.keys("\x03")
	w.ends(0)
}

// deafen stops reading the program's output, fills its terminal and makes the
// program draw. The window stays deaf until hear is called.
func (w *window) deafen() (hear func()) {
	w.t.Helper()
	w.mu.Lock()
	full := func() bool {
		fds := []unix.PollFd{{Fd: int32(w.far.Fd()), Events: unix.POLLOUT}}
		n, err := unix.Poll(fds, 200)
		return err == nil && n == 0
	}
	stuck := func() bool { once := full(); return once && full() } // the read in progress makes room once more
	for !stuck() {
		_, err := w.far.Write([]byte{0}) // terminals ignore it
		must(w.t, err)
	}
	w.keys("2")
	time.Sleep(50 * time.Millisecond)
	return w.mu.Unlock
}

func TestSignalEndsAProgramWhoseTerminalDoesNotRead(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{})
	hear := w.deafen()
	must(t, w.cmd.Process.Signal(syscall.SIGTERM))
	took := w.leaves(5 * time.Second) // a second, and more on a busy machine
	hear()
	w.ends(143)
	w.restored("once it is read again")
	t.Logf("it took %s", took)
}

func TestCtrlCEndsAProgramWhoseTerminalDoesNotRead(t *testing.T) {
	t.Parallel()
	w := demo(t, stage{})
	hear := w.deafen()
	w.keys("\x03")
	w.leaves(patience)
	hear()
	w.ends(0)
	w.restored("once it is read again")
}

// What the demo saved goes with it, also when it is ended by force.
func TestDemoLeavesNoFilesWhenEndedByForce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := demo(t, stage{env: []string{"TMPDIR=" + dir}})
	left := func() []string {
		all, err := filepath.Glob(filepath.Join(dir, "dubtop-demo-*"))
		must(t, err)
		return all
	}
	w.keys("/completed\r")
	w.sees("in all")
	w.keys("d")
	w.until("it saves to one folder", func() bool { return len(left()) == 1 })
	hear := w.deafen()
	must(t, w.cmd.Process.Signal(syscall.SIGTERM))
	w.leaves(patience)
	hear()
	w.ends(143)
	if all := left(); len(all) > 0 {
		t.Errorf("left: %v", all)
	}
}
