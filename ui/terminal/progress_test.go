package terminal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// At a terminal of any width dubtop wait shows its progress on one line, without the
// bar if there is no room for it, and it is gone at the end; without a terminal there
// is none.
func TestProgressEndsClean(t *testing.T) {
	t.Parallel()
	a := simulated(t, "--profile", "current", "--plan", "scale", "--generations", "5")
	env := []string{"SYNC_BASE_URL=" + a.base, "SYNC_API_KEY=" + a.key}
	for _, width := range []uint16{40, 80, 200} {
		w := open(t, stage{
			env:    env,
			script: `exec "$0" submit --video "$1talk_28s.mp4" --audio "$1line_25s.wav" --name keynote --yes --wait`, args: []string{a.media()},
		})
		must(t, pty.Setsize(w.near, &pty.Winsize{Rows: rows, Cols: width}))
		w.sees("0 of 1 job ended, 1 ")
		if lines := strings.Count(w.screen(), "0 of 1"); lines != 1 || strings.Contains(w.screen(), "[  ") != (width > 40) {
			t.Errorf("at %d columns it is shown %d times:\n%s", width, lines, w.screen())
		}
		w.keys("\x03")
		w.ends(130)
		if now := w.screen(); strings.Contains(now, "0 of 1 job ended") || !strings.Contains(now, "is paid for") {
			t.Errorf("at %d columns the end is\n%s", width, now)
		}
	}
	w := open(t, stage{
		env:    env,
		script: `id=$("$0" submit --video "$1talk_28s.mp4" --audio "$1line_25s.wav" --name keynote --yes 2>first) && exec "$0" wait --timeout 2s "$id" 2>errors`, args: []string{a.media()},
	})
	w.ends(4)
	if said, err := os.ReadFile(filepath.Join(w.home, "errors")); err != nil || bytes.ContainsAny(said, "\r\x1b") || !bytes.Contains(said, []byte("dubtop wait ")) {
		t.Errorf("without a terminal it says %q, %v", said, err)
	}
}
