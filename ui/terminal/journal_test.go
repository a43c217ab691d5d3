package terminal_test

import (
	"bytes"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// For a long run: go test ./ui/terminal -run Windows -races 200.
var races = flag.Int("races", 3, "how often two windows race for one draft")

// perAccount is how many starts the limit on an account's requests permits.
const perAccount = 10

// kept returns the path of the account's journal in a home.
func kept(t *testing.T, home string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(home, ".local/state/dubtop/*/journal.db"))
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("there are journals in %q, want one", found)
	}
	return found[0]
}

// used creates a home in which dubtop has run once.
func (a *account) used(base string) (home string) {
	a.t.Helper()
	w := open(a.t, stage{env: a.env(base)})
	w.sees("completed", "n new")
	w.keys("n")
	w.sees("Output file name") // the journal is open
	w.keys("\x1b")
	w.loses("Output file name")
	w.keys("q")
	w.ends(0)
	j, err := journal.Open(a.t.Context(), kept(a.t, w.home))
	must(a.t, err)
	must(a.t, j.Close()) // there must be nothing in the log that could repair the file
	return w.home
}

// If the journal cannot be written, the dashboard works, says why, sends
// nothing and does not touch the file.
func TestWithoutAWorkingJournalNothingCanBeSpent(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	g := a.gate(0)
	change := func(statements ...string) func(string) {
		return func(path string) {
			db, err := sql.Open("sqlite", "file:"+path)
			must(t, err)
			for _, s := range statements {
				_, err := db.Exec(s)
				must(t, err)
			}
			must(t, db.Close())
		}
	}
	for name, c := range map[string]struct {
		spoil func(path string)
		words []string
	}{
		"of a newer version that we can read": {change("PRAGMA user_version = 99"), []string{"newer dubtop", "update"}},
		"of a newer version that we can't read": {
			change("PRAGMA user_version = 99", "UPDATE meta SET value = '99' WHERE name = 'readable_from'"), []string{"newer dubtop", "update"},
		},
		"truncated": {func(path string) { must(t, os.Truncate(path, 5000)) }, []string{"damaged"}},
		"with a flipped head": {func(path string) {
			text, err := os.ReadFile(path)
			must(t, err)
			text[3] ^= 0x10
			must(t, os.WriteFile(path, text, 0o600))
		}, []string{"damaged"}},
	} {
		t.Run(name, func(t *testing.T) {
			home := a.used(g.URL)
			path := kept(t, home)
			c.spoil(path)
			before, err := os.ReadFile(path)
			must(t, err)
			w := open(t, stage{home: home, env: a.env(g.URL)})
			w.refusesToSpend(c.words...)
			after, err := os.ReadFile(path)
			must(t, err)
			if !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
	if n := g.arrivals(""); n > 0 {
		t.Errorf("%d paid requests left", n)
	}
}

// refusesToSpend checks that browsing works and that the reason why nothing can
// be sent is shown.
func (w *window) refusesToSpend(words ...string) {
	w.t.Helper()
	w.sees("completed", "4 Models 5")
	w.keys("n")
	w.sees("can't send")
	for _, word := range words {
		w.until("it says "+word, func() bool { return w.told(word) })
	}
	w.keys("2")
	w.sees("PROGRESS")
	w.keys("1q")
	w.ends(0)
}

func TestInAReadOnlyHomeNothingCanBeSpent(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	g := a.gate(0)
	dir, err := os.MkdirTemp("", "dubtop-read-only-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	program := filepath.Join(dir, "dubtop")           // executable by every user
	must(t, exec.Command("cp", built, program).Run()) // a file written here may be open in a child that starts just now
	must(t, os.Chmod(program, 0o755))
	home := filepath.Join(dir, "home")
	must(t, os.Mkdir(home, 0o555))
	must(t, os.Chmod(dir, 0o755))
	s := stage{home: home, env: a.env(g.URL), program: program}
	if os.Getuid() == 0 {
		const nobody = 65534
		s.user = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	w := open(t, s)
	w.refusesToSpend("XDG_STATE_HOME")
	if n := g.arrivals(""); n > 0 {
		t.Errorf("%d paid requests left", n)
	}
}

// intents counts the submissions in a home that may have been sent: no more
// than these can have been paid for.
func intents(t *testing.T, home, name string) int {
	t.Helper()
	j, err := journal.Open(t.Context(), kept(t, home))
	must(t, err)
	defer j.Close()
	_, err = j.Recover(t.Context(), time.Now())
	must(t, err)
	all, err := j.Submissions(t.Context())
	must(t, err)
	n := 0
	for i := range all {
		if strings.Contains(string(all[i].Body), name) && (all[i].State == outbox.SubmissionUnknown || all[i].State == outbox.SubmissionSent) {
			n++
		}
	}
	return n
}

// Two windows show one draft, and the user confirms in both at once.
func TestTwoWindowsRaceForOneDraft(t *testing.T) {
	t.Parallel()
	var (
		a           *account
		g           *gate
		home, media string
	)
	for i := range *races {
		if i%perAccount == 0 {
			a = simulated(t, "--speed", "5000", "--plan", "scale")
			g, home, media = a.gate(0), t.TempDir(), a.media()
		}
		name := fmt.Sprintf("race%d", i)
		first := open(t, stage{home: home, env: a.env(g.URL)})
		first.sees("completed", "n new", "4 Models 5")
		first.fill(media, name)
		first.keys("\x1b") // the draft is kept
		first.loses("Output file name")
		first.keys("q")
		first.ends(0)
		both := []*window{open(t, stage{home: home, env: a.env(g.URL)}), open(t, stage{home: home, env: a.env(g.URL)})}
		for _, w := range both {
			w.sees("completed", "n new", "4 Models 5")
			w.keys("n")
			w.sees("Output file name", name+"_28s.mp4", "line_25s.wav")
			w.price()
		}
		var group sync.WaitGroup
		for _, w := range both {
			group.Go(func() { _, _ = w.near.WriteString("y") })
		}
		group.Wait()
		// Which window sends it does not matter: one process sends for both.
		refused := func() (n int) {
			for _, w := range both {
				if w.told("already sent or queued") {
					n++
				}
			}
			return n
		}
		both[0].until("one window is refused, and a request is paid", func() bool { return refused() == 1 && g.arrivals(name) > 0 })
		for _, w := range both {
			w.sees(name + "_28s")
		}
		if n := refused(); n > 1 { // the words go after a while
			t.Errorf("%s: %d windows were refused", name, n)
		}
		for _, w := range both {
			w.close()
		}
		if n := g.arrivals(name); n != 1 {
			t.Fatalf("%s: %d paid requests left", name, n)
		}
		if n := intents(t, home, name); n != 1 {
			t.Errorf("%s: %d are in the journal", name, n)
		}
	}
}

// told reports whether the screen shows words, however they are wrapped.
func (w *window) told(words string) bool {
	return strings.Contains(strings.Join(strings.Fields(w.screen()), " "), words)
}
