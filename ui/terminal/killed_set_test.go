package terminal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/state/outbox"
)

// rowsOfSet is the number of jobs in a set that is killed again and again.
const rowsOfSet = 6

// However and whenever the program is killed while a job set is confirmed and
// sent, the set is there whole or not at all, and in the end each of its rows
// was made once.
func TestSetIsWholeWhenKilled(t *testing.T) {
	t.Parallel()
	var f figures
	for from := 0; from < *kills && !t.Failed(); from += perAccount {
		t.Run(fmt.Sprintf("from %d", from), func(t *testing.T) {
			c := newCrash(t, &f, uint64(from), "--speed", "200", "--plan", "scale")
			c.sendsSet(min(perAccount, *kills-from))
		})
	}
	f.report(t)
}

// sendsSet confirms a set, and kills the program so many times from then on.
func (c *crash) sendsSet(times int) {
	c.t.Helper()
	media, list := c.a.media(), filepath.Join(c.home, "acme.csv")
	rows := []string{"video,audio,language,name"}
	for i := range rowsOfSet {
		rows = append(rows, fmt.Sprintf("%stalk_10s.mp4,%sline%d_7s.wav,de,take%d", media, media, i, i))
	}
	must(c.t, os.WriteFile(list, []byte(strings.Join(rows, "\n")), 0o600))
	whole := false
	for range times {
		c.start()
		c.w.sees("completed", "n new", "4 Models 5")
		if !whole {
			c.w.keys("N")
			c.w.sees("Videos or a list")
			c.w.keys("\x15" + list)
			c.w.keys("\x13")
			c.w.sees(fmt.Sprintf("%d jobs to send", rowsOfSet), "bounce ends it")
			c.w.loses("measuring")
			c.w.keys("\x13")
			c.w.sees("continue", "total")
			c.w.keys("\t\r") // all at once
			c.w.sees("y send them  n no, go back")
			c.w.keys("y")
		}
		c.lives(400 * time.Millisecond)
		h := c.kill()
		whole = c.wholeSet(h)
	}
	if !whole {
		return // it was always killed before the yes was saved
	}
	c.start()
	h := c.settles("the whole set was sent", func(s *outbox.Submission, _ *holding) bool { return s.State == outbox.SubmissionSent })
	c.wholeSet(h)
	c.honest(h)
	c.jobs += len(h.subs)
	c.w.sees(fmt.Sprintf("acme %d: %d", rowsOfSet, rowsOfSet), "all ended")
	c.w.keys("q")
	c.w.ends(0)
}

// wholeSet checks that the journal has all rows of the set once, or nothing of
// it, and reports which.
func (c *crash) wholeSet(h holding) bool {
	c.t.Helper()
	j := c.journal()
	defer j.Close()
	sets, err := j.Sets(c.t.Context())
	must(c.t, err)
	members, _, err := j.Members(c.t.Context(), 0)
	must(c.t, err)
	if len(sets) == 0 && len(members) == 0 && len(h.subs) == 0 {
		return false
	}
	rows := map[string]int{}
	for _, m := range members {
		rows[m.ID] = m.Row
	}
	seen := map[int]bool{}
	for id, s := range h.subs {
		seen[rows[id]] = true
		if rows[id] == 0 || s.Draft.Set != "acme" || s.Draft.Row != rows[id] || s.State == outbox.SubmissionSent && rows[string(s.GenerationID)] != rows[id] {
			c.t.Fatalf("%s is %s, row %d of %q", s.Name, s.State, rows[id], s.Draft.Set)
		}
	}
	if len(sets) != 1 || sets[0].Name != "acme" || sets[0].Rows != rowsOfSet || len(h.subs) != rowsOfSet || len(seen) != rowsOfSet {
		c.t.Fatalf("of the set %+v there are %d submissions in %d rows", sets, len(h.subs), len(seen))
	}
	return true
}
