package terminal_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// For a long run: go test ./ui/terminal -run Killed -kills 500 -v -timeout 0.
var kills = flag.Int("kills", 5, "how often to kill the program around paid requests, and again on its queue")

// figures are the results of many kills.
type figures struct {
	kills, away, told int // kills in total, with a request under way, right after an acknowledgement
	jobs, twice       int
	frames            []float64 // ms from a start after a kill to the first frame
}

func (f *figures) report(t *testing.T) {
	t.Helper()
	if len(f.frames) == 0 {
		return
	}
	slices.Sort(f.frames)
	t.Logf("%d kills, %d with a request on its way, %d right after something was acknowledged; %d starts that drew, "+
		"the first frame after a median of %.0f ms, at most %.0f ms; %d jobs accepted, %d of them twice",
		f.kills, f.away, f.told, len(f.frames), f.frames[len(f.frames)/2], f.frames[len(f.frames)-1], f.jobs, f.twice)
}

// crash is an account and a home in which the program is killed again and
// again.
type crash struct {
	*figures
	t      *testing.T
	a      *account
	g      *gate
	home   string
	random *rand.Rand
	w      *window
}

func newCrash(t *testing.T, f *figures, seed uint64, args ...string) *crash {
	t.Helper()
	a := simulated(t, args...)
	return &crash{
		figures: f, t: t, a: a, g: a.gate(60 * time.Millisecond), home: t.TempDir(),
		random: rand.New(rand.NewPCG(seed, uint64(*kills))),
	}
}

// start opens a window, which must draw at once whatever was left behind.
func (c *crash) start() {
	c.t.Helper()
	c.w = open(c.t, stage{home: c.home, env: c.a.env(c.g.URL)})
	took := c.w.starts()
	if c.kills > 0 {
		c.frames = append(c.frames, milliseconds(took))
	}
}

// state returns the directory of the profiles.
func (c *crash) state() string { return filepath.Join(c.home, ".local/state") }

// journal opens the journal beside the running program.
func (c *crash) journal() *journal.Journal {
	c.t.Helper()
	return c.journalIn(c.state())
}

func (c *crash) journalIn(dir string) *journal.Journal {
	c.t.Helper()
	j, err := journal.OpenProfile(c.t.Context(), filepath.Join(dir, "dubtop"),
		journal.ProfileName(api.NewSecret(c.a.key).Fingerprint(), c.g.URL))
	must(c.t, err)
	return j
}

// kill kills the program and reads a copy of what it left, because the next
// start must find it untouched.
func (c *crash) kill() holding {
	c.t.Helper()
	c.w.kill()
	c.kills++
	dir := c.t.TempDir()
	must(c.t, os.CopyFS(dir, os.DirFS(c.state())))
	j := c.journalIn(dir)
	h := readHolding(c.t, j)
	must(c.t, j.Close())
	if slices.ContainsFunc(slices.Collect(maps.Values(h.subs)), func(s outbox.Submission) bool { return s.State == outbox.SubmissionSending }) {
		c.away++
	}
	c.listed(dir, h)
	must(c.t, os.RemoveAll(dir)) // there are many copies
	return h
}

// listed compares the output of `dubtop queue ls` with the journal.
func (c *crash) listed(dir string, h holding) {
	c.t.Helper()
	cmd := exec.Command(built, "queue", "ls", "--json")
	cmd.Env = append([]string{"HOME=" + c.home, "XDG_STATE_HOME=" + dir}, c.a.env(c.g.URL)...)
	out, err := cmd.Output()
	must(c.t, err)
	var said struct {
		Items []struct {
			ID, State string
			Place     *int
		}
	}
	must(c.t, json.Unmarshal(out, &said))
	var got, want []string
	var left, away []string // submissions in the listing: refused, under way or unknown
	for _, i := range said.Items {
		if i.Place != nil {
			got = append(got, fmt.Sprint(i.ID, " ", i.State == "paused"))
		} else {
			left = append(left, i.ID+" "+i.State)
		}
	}
	for _, i := range h.queue {
		if i.Submission.State == outbox.SubmissionRejected {
			away = append(away, i.Submission.ID+" refused")
		} else {
			want = append(want, fmt.Sprint(i.Submission.ID, " ", i.Paused))
		}
	}
	for _, sub := range h.subs {
		if sub.State == outbox.SubmissionSending || sub.State == outbox.SubmissionUnknown {
			away = append(away, sub.ID+" "+string(sub.State))
		}
	}
	slices.Sort(left)
	slices.Sort(away)
	if !slices.Equal(got, want) || !slices.Equal(left, away) {
		c.t.Fatalf("dubtop queue ls says %q and %q, the journal %q and %q", got, left, want, away)
	}
}

// holding is everything in a journal that was ever acknowledged.
type holding struct {
	subs    map[string]outbox.Submission
	queue   []journal.QueueItem
	held    bool
	draft   draft.Draft
	entries []journal.Entry
}

func readHolding(t *testing.T, j *journal.Journal) holding {
	t.Helper()
	h := holding{subs: make(map[string]outbox.Submission)}
	all, err := j.Submissions(t.Context())
	must(t, err)
	for _, s := range all {
		h.subs[s.ID] = s
	}
	h.queue, err = j.Queue(t.Context())
	must(t, err)
	h.held, err = j.QueuePaused(t.Context())
	must(t, err)
	drafts, err := j.Drafts(t.Context())
	must(t, err)
	if len(drafts) > 0 {
		h.draft = drafts[0]
	}
	var damage []journal.Damage
	h.entries, damage, err = j.Entries(t.Context())
	must(t, err)
	if len(damage) > 0 {
		t.Fatalf("the ledger is damaged: %v", damage)
	}
	return h
}

// named returns the submission of a job.
func (h *holding) named(name string) (sub outbox.Submission, ok bool) {
	for _, s := range h.subs {
		if strings.Contains(string(s.Body), name) {
			return s, true
		}
	}
	return outbox.Submission{}, false
}

// place returns the position of a submission in the queue, -1 if it is not
// there, and whether it is paused.
func (h *holding) place(id string) (place int, paused bool) {
	for i, item := range h.queue {
		if item.Submission.ID == id {
			return i, item.Paused
		}
	}
	return -1, false
}

// honest compares the journal with the server: no submission led to two jobs,
// none recorded as free led to any, and each recorded job is the right one and
// counted once.
func (c *crash) honest(h holding) {
	c.t.Helper()
	booked := make(map[string]int)
	for _, e := range h.entries {
		if e.Kind == journal.EntryAccepted {
			booked[e.Submission+" "+string(e.Job)]++
		}
	}
	for id, s := range h.subs {
		made := c.g.made(s.IdempotencyKey)
		if len(made) > 1 {
			c.twice++
			c.t.Errorf("%s was made %d times", s.Name, len(made))
		}
		switch {
		case s.State == outbox.SubmissionSent && (!slices.Contains(made, string(s.GenerationID)) || booked[id+" "+string(s.GenerationID)] != 1):
			c.t.Errorf("%s is said to be the job %s, booked %d times; the server made %q",
				s.Name, s.GenerationID, booked[id+" "+string(s.GenerationID)], made)
		case !s.MayHaveCost() && s.IdempotencyKey != "" && len(made) > 0:
			c.t.Errorf("%s is said to be %s, and the server made %q", s.Name, s.State, made)
		}
	}
	if c.t.Failed() {
		c.t.FailNow()
	}
}

// settles waits until every submission in the journal is in its final state,
// and returns the journal.
func (c *crash) settles(what string, done func(*outbox.Submission, *holding) bool) (h holding) {
	c.t.Helper()
	j := c.journal()
	defer j.Close()
	late := time.After(3 * patience) // several may have to be sent or repeated, one after the other
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		h = readHolding(c.t, j)
		open := ""
		for _, s := range h.subs {
			if !done(&s, &h) {
				open += fmt.Sprintf("%s is %s: %s\n", s.Name, s.State, s.Reason)
			}
		}
		if open == "" && c.g.idle() {
			return h
		}
		select {
		case <-look.C:
		case <-late:
			c.t.Fatalf("never came true: %s\n%s%s", what, open, c.w.screen())
		}
	}
}

// However and whenever the program is killed around a paid request, the server
// accepts it once and under one key, provided that it was confirmed. Before
// that, its draft is in the form.
func TestNothingIsLostOrPaidTwiceWhenKilled(t *testing.T) {
	t.Parallel()
	var f figures
	for from := 0; from < *kills && !t.Failed(); from += perAccount {
		t.Run(fmt.Sprintf("from %d", from), func(t *testing.T) {
			c := newCrash(t, &f, uint64(from), "--speed", "5000", "--plan", "scale")
			c.submits(min(perAccount, *kills-from))
		})
	}
	f.report(t)
}

// submits fills in several forms and kills the program around each
// confirmation.
func (c *crash) submits(times int) {
	c.t.Helper()
	media := c.a.media()
	c.start()
	for i := range times {
		name := fmt.Sprintf("kill%d_28s", i)
		c.w.sees("completed", "n new", "4 Models 5")
		c.w.fill(media, fmt.Sprintf("kill%d", i))
		c.w.price()
		c.agrees(name)
		left := c.kill()
		c.start()
		c.remembers(name, left)
	}
	h := c.settles("all that was agreed to is a job", func(s *outbox.Submission, _ *holding) bool { return s.State == outbox.SubmissionSent })
	c.honest(h)
	c.jobs += len(h.subs)
	for i := range times {
		name := fmt.Sprintf("kill%d_28s", i)
		if keys := c.g.keys(name); len(keys) > 1 {
			c.t.Errorf("%s left under %d keys", name, len(keys))
		}
	}
	c.w.keys("q")
	c.w.ends(0)
}

// agrees confirms, or is about to, and lets some time pass: from before the
// journal knows of it until after the answer.
func (c *crash) agrees(name string) {
	c.t.Helper()
	if c.random.IntN(8) == 0 {
		return
	}
	c.w.keys("y")
	if c.random.IntN(2) == 0 { // on a busy machine little happens in a fixed time
		c.w.until("the request is on its way", func() bool { return c.g.arrivals(name) > 0 })
	}
	c.lives(3 * c.g.hold)
}

// lives lets the program run for a random time.
func (c *crash) lives(most time.Duration) { time.Sleep(time.Duration(c.random.Int64N(int64(most)))) }

// remembers compares what a new start shows with what the last one left.
func (c *crash) remembers(name string, left holding) {
	c.t.Helper()
	c.honest(left)
	c.w.sees("completed", "n new", "4 Models 5")
	if _, agreed := left.named(name); agreed {
		c.w.sees(name)
		return
	}
	if n := c.g.arrivals(name); n > 0 {
		c.t.Fatalf("%s: %d paid requests left that were written down nowhere", name, n)
	}
	c.w.keys("n")
	c.w.sees("Output file name", name+".mp4", "line_25s.wav")
	c.w.keys("\x1b")
	c.w.loses("Output file name")
}
