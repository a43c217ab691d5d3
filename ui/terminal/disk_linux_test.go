package terminal_test

import (
	"flag"
	"fmt"
	"os"
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

// limit lets no file of the program grow beyond so many bytes.
func (w *window) limit(most uint64) {
	w.t.Helper()
	must(w.t, unix.Prlimit(w.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: most, Max: most}, nil))
}
