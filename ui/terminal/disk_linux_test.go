package terminal_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// For a long run: go test ./ui/terminal -run Disk -fulls 100.
var fulls = flag.Int("fulls", 4, "at how many sizes the journal can't grow any more while a job is sent")

// From the moment of the yes, no file can grow beyond a limit, which is larger
// in each round. Whatever can still be written, nothing is sent that is not in
// the journal, and the screen says what is wrong.
func TestDiskIsFullAtEveryPointOfASubmission(t *testing.T) {
	t.Parallel()
	const span = 256 << 10 // bytes written by a submission and the activity beside it
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

// Nothing can be written any more from the moment the paid request arrives. The
// answer's id is shown until it is saved, the ledger marks it, and quitting
// asks first. Once there is room again it is saved, and the next start knows
// the job.
func TestPaidAnswerOnAFullDiskIsReported(t *testing.T) {
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
	w.sees("An answer is not saved yet", "quit now", "stay")
	w.until("it says what is not saved", func() bool { return w.told("because it could not be saved: the disk") })
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
		t.Errorf("the outcome of what was saved is unknown\n%s", again.screen())
	}
}

// limit sets the largest file that the program may write.
func (w *window) limit(most uint64) {
	w.t.Helper()
	must(w.t, w.room(most))
}

// room sets the largest size of the program's files from now on.
func (w *window) room(most uint64) error {
	return unix.Prlimit(w.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: most, Max: unix.RLIM_INFINITY}, nil)
}
