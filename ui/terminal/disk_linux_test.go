package terminal_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// More is for the night: go test ./ui/terminal -run Disk -fulls 100.
var fulls = flag.Int("fulls", 4, "at how many sizes the journal can't grow any more while a job is sent")

// The system lets no file grow beyond ever larger sizes, from the moment of the
// yes: whatever can still be written then, nothing leaves that is not in the
// journal, and the screen says what is wrong.
func TestTheDiskIsFullAtEveryPointOfASubmission(t *testing.T) {
	t.Parallel()
	const span = 256 << 10 // what a submission writes, and what comes beside it
	var (
		a     *account
		g     *gate
		media string
	)
	ends := map[string]int{}
	for i := range *fulls {
		if i%perAccount == 0 {
			a = simulated(t, "--speed", "5000", "--plan", "scale")
			g, media = a.gate(0), a.media()
		}
		name := fmt.Sprintf("full%d", i)
		w := open(t, stage{env: a.env(g.URL)})
		w.sees("completed", "n new", "4 Models 5")
		w.fill(media, name)
		w.price()
		log, err := os.Stat(kept(t, w.home) + "-wal")
		must(t, err)
		w.limit(uint64(log.Size()) + uint64(span*i / *fulls))
		w.keys("y")
		w.until("it is settled", func() bool { return w.told("accepted") || w.told("disk") })
		end := "refused"
		switch {
		case w.told("not saved yet"):
			end = "accepted, and the answer not saved"
		case w.told("accepted"):
			end = "accepted"
		}
		ends[end]++
		w.close()
		sent := g.arrivals(name)
		if n := intents(t, w.home, name); sent > n || sent > 1 || end == "refused" && sent > 0 {
			t.Errorf("%s (%s): %d paid requests left, %d are in the journal", name, end, sent, n)
		}
	}
	t.Log(ends)
	if ends["refused"] == 0 {
		t.Errorf("the disk was never full: %v", ends)
	}
}

// From the moment in which the paid request arrives nothing can be written any
// more: the answer is told with its id until it is saved, the ledger marks it and
// quitting asks. With room again it is saved, and the next start knows the job.
func TestAPaidAnswerOnAFullDiskIsTold(t *testing.T) {
	t.Parallel()
	a := simulated(t)
	g := a.gate(0)
	w := open(t, stage{env: a.env(g.URL)})
	w.sees("completed", "n new", "4 Models 5")
	w.fill(a.media(), "kept")
	w.price()
	full := make(chan error, 1)
	g.onPaid(func() { full <- w.room(1) })
	w.keys("y")
	must(t, <-full)
	g.onPaid(nil)
	id := ""
	w.until("the answer is told", func() bool {
		for _, key := range g.keys("kept_28s") {
			id = strings.Join(g.made(key), " ")
		}
		return id != "" && w.told("sent, id "+id+", not saved yet: the disk")
	})
	w.keys("6")
	w.sees("! not saved", "sent, id "+id)
	w.keys("q")
	w.sees("An answer is not saved yet", "leave now", "wait here")
	w.until("it says what is not saved", func() bool { return w.told("because it could not be written down: the disk") })
	must(t, w.room(unix.RLIM_INFINITY))
	w.loses("An answer is not saved yet")
	w.loses("! not saved")
	if n := g.arrivals("kept_28s"); n != 1 {
		t.Errorf("%d paid requests left", n)
	}
	w.keys("q")
	w.ends(0)
	if n := intents(t, w.home, "kept_28s"); n != 1 {
		t.Errorf("%d paid requests are in the journal", n)
	}
	again := open(t, stage{home: w.home, env: a.env(g.URL)})
	again.sees("kept_28s", "n new")
	if again.told("maybe charged") {
		t.Errorf("what was saved is in doubt\n%s", again.screen())
	}
}

// onPaid has something done as paid requests arrive.
func (g *gate) onPaid(do func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.coming = do
}

// limit lets no file of the program grow beyond so many bytes.
func (w *window) limit(most uint64) {
	w.t.Helper()
	must(w.t, w.room(most))
}

// room is how many bytes every file of the program may hold from now on.
func (w *window) room(most uint64) error {
	return unix.Prlimit(w.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: most, Max: unix.RLIM_INFINITY}, nil)
}
