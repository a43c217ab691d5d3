package terminal_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/outbox"
)

// deed is a user's action on the queue before the program is killed.
type deed struct {
	name  string
	keys  string
	asks  string // hint of the dialog that y answers; "" if there is none
	tells []string
}

func deeds() []deed {
	return []deed{
		{name: "nothing"},
		{name: "sooner", keys: "K"},
		{name: "later", keys: "J"},
		{name: "hold", keys: "p", tells: []string{"paused: 1 job", "resumed: 1 job"}},
		{name: "hold all", keys: "P", tells: []string{"queue paused; P resumes it", "queue resumed"}},
		{name: "drop", keys: "x", asks: "y drop", tells: []string{"dropped: 1 job"}},
		{name: "edit", keys: "e", tells: []string{"its price is void"}},
	}
}

// However often and whenever the program is killed while its queue drains,
// everything acknowledged is still there in a possible state, and in the end
// every job that was neither dropped nor paused was created once.
func TestQueueLosesNothingWhenKilled(t *testing.T) {
	t.Parallel()
	t.Run("keys honoured", func(t *testing.T) {
		t.Parallel()
		drains(t, (*kills+1)/2, true)
	})
	t.Run("keys ignored", func(t *testing.T) {
		t.Parallel()
		drains(t, *kills/2, false, "--ignore-keys")
	})
}

// drains kills the program so many times, spread over several accounts.
func drains(t *testing.T, times int, honours bool, args ...string) {
	t.Helper()
	var f figures
	for from := 0; from < times && !t.Failed(); from += perAccount {
		t.Run(fmt.Sprintf("from %d", from), func(t *testing.T) {
			account := from / perAccount
			// A job takes about a second, so that slots are scarce.
			c := newCrash(t, &f, uint64(account), append([]string{"--speed", "200", "--seed", fmt.Sprint(account)}, args...)...)
			if account%2 == 0 { // one too many, so that the server refuses; otherwise the number must be learned
				c.configures("[queue]\nslots = 4\n[refresh]\nrunning = \"2s\"\n")
			}
			last := c.fills(min(12, 4+*kills/2))
			for range min(perAccount, times-from) {
				last = c.goesOn(last)
			}
			c.ends(last, honours)
		})
	}
	f.report(t)
}

func (c *crash) configures(text string) {
	c.t.Helper()
	dir := filepath.Join(c.home, ".config/dubtop")
	must(c.t, os.MkdirAll(dir, 0o700))
	must(c.t, os.WriteFile(filepath.Join(dir, "config.toml"), []byte(text), 0o600))
}

// fills adds confirmed jobs to the queue.
func (c *crash) fills(n int) holding {
	c.t.Helper()
	j := c.journal()
	defer j.Close()
	media, now, cost := c.a.media(), time.Now(), api.Micros(1_250_000)
	subs := make([]outbox.Submission, n)
	for i := range subs {
		name := fmt.Sprintf("take%02d", i)
		s, err := outbox.NewSubmission("intent-"+name, draft.Draft{
			ID: "draft-" + name, Model: "lipsync-2", Visual: media + name + "_28s.mp4", Audio: media + "line_25s.wav", UpdatedAt: now,
		}, draft.CheckEnv{Now: now})
		must(c.t, err)
		must(c.t, s.Estimate(outbox.Price{Cost: &cost, Seconds: 25}, now))
		must(c.t, s.Confirm(now, "key-"+name))
		subs[i] = s
	}
	must(c.t, j.EnqueueAll(c.t.Context(), subs, nil, now))
	return readHolding(c.t, j)
}

// goesOn starts the program, acts on the queue, and kills it: at any time after
// the start, in the middle of the action, or as soon as it was acknowledged.
func (c *crash) goesOn(before holding) (after holding) {
	c.t.Helper()
	c.start()
	d, told := deed{name: "nothing"}, ""
	if c.random.IntN(5) == 0 {
		c.lives(300 * time.Millisecond)
	} else {
		c.looksAtQueue(before)
		all := deeds()
		d = all[c.random.IntN(len(all))]
		if told = c.does(d); told != "" {
			c.told++
		}
	}
	after = c.kill()
	c.follows(before, after, d, told)
	c.honest(after)
	return after
}

// looksAtQueue opens view 5, which must show everything that cannot have left
// it, and clears the form.
func (c *crash) looksAtQueue(h holding) {
	c.t.Helper()
	c.w.sees("completed", "n new", "4 Models 5")
	if !h.draft.Empty() {
		c.w.keys("n")
		c.w.sees("Output file name", filepath.Base(h.draft.Visual))
		c.w.clears()
		c.w.keys("\x1b")
		c.w.loses("Output file name")
	}
	c.w.keys("5")
	c.w.sees("STATUS", "PRICE")
	for _, item := range h.queue {
		if h.held || item.Paused {
			c.w.sees(string(item.Submission.Name))
		}
	}
}

// does performs an action on some row and returns its acknowledgement, "" if
// there was no time for one.
func (c *crash) does(d deed) (told string) {
	c.t.Helper()
	for range c.random.IntN(4) {
		c.w.keys("j")
	}
	c.lives(200 * time.Millisecond)
	c.w.keys(d.keys)
	if d.asks != "" {
		if c.w.told(d.asks) || c.soon(d.asks) == "" {
			return ""
		}
		c.w.keys("y")
	}
	if len(d.tells) == 0 || c.random.IntN(3) == 0 {
		c.lives(200 * time.Millisecond)
		return ""
	}
	return c.soon(d.tells...)
}

// soon waits briefly for one of several texts. They may never come, because the
// row may not permit the action.
func (c *crash) soon(words ...string) (told string) {
	late := time.After(time.Second)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		for _, w := range words {
			if c.w.told(w) {
				return w
			}
		}
		select {
		case <-look.C:
		case <-late:
			return ""
		}
	}
}

// changes are the user's changes to the queue between two looks.
type changes struct {
	dropped, edited, paused, resumed []string
	moved, held, released            bool
}

// follows checks that the journal follows from its earlier state and the action
// taken.
func (c *crash) follows(before, after holding, d deed, told string) {
	c.t.Helper()
	ch := c.changed(before, after)
	allowed := changes{}
	switch d.name {
	case "drop":
		allowed.dropped = ch.dropped
	case "edit":
		allowed.edited = ch.edited
	case "hold":
		allowed.paused, allowed.resumed = ch.paused, ch.resumed
	case "hold all":
		allowed.held, allowed.released = ch.held, ch.released
	case "sooner", "later":
		allowed.moved = ch.moved
	}
	if fmt.Sprint(ch) != fmt.Sprint(allowed) || len(ch.dropped)+len(ch.edited)+len(ch.paused)+len(ch.resumed) > 1 {
		c.t.Fatalf("after %q the queue went through %+v\nbefore %s\nafter  %s", d.name, ch, before.line(), after.line())
	}
	kept := map[string]bool{
		"":                           true,
		"paused: 1 job":              len(ch.paused) == 1,
		"resumed: 1 job":             len(ch.resumed) == 1,
		"dropped: 1 job":             len(ch.dropped) == 1,
		"queue paused; P resumes it": after.held,
		"queue resumed":              !after.held,
		"its price is void":          true, // the form shows it before it leaves the queue, so either may be there
	}
	if !kept[told] {
		c.t.Fatalf("it said %q and died, and did not do it: %+v\nbefore %s\nafter  %s", told, ch, before.line(), after.line())
	}
	for _, item := range after.queue {
		if after.draft.Visual == item.Submission.Draft.Visual {
			c.t.Fatalf("%s stands in line and in the form", item.Submission.Name)
		}
	}
	for _, id := range ch.edited {
		if was := before.subs[id]; after.draft.Visual != was.Draft.Visual {
			c.t.Fatalf("%s was edited, and is nowhere: the form holds %q", was.Name, after.draft.Visual)
		}
	}
}

// changed determines the user's changes, and fails if something vanished or
// went back.
func (c *crash) changed(before, after holding) (ch changes) {
	c.t.Helper()
	for _, id := range slices.Sorted(maps.Keys(before.subs)) {
		was := before.subs[id]
		now, there := after.subs[id]
		switch {
		case !there:
			c.t.Fatalf("%s is gone", was.Name)
		case was.State != now.State && now.State == outbox.SubmissionDropped && !was.State.AtStake():
			ch.dropped = append(ch.dropped, id)
		case was.State != now.State && now.State == outbox.SubmissionDraft && !was.State.AtStake():
			ch.edited = append(ch.edited, id)
		case !leads(was.State, now.State) || was.IdempotencyKey != now.IdempotencyKey || string(was.Body) != string(now.Body):
			c.t.Fatalf("%s was %s under %s, and is %s under %s", was.Name, was.State, was.IdempotencyKey, now.State, now.IdempotencyKey)
		}
		place, paused := before.place(id)
		stands, still := after.place(id)
		switch {
		case place < 0 || now.State == outbox.SubmissionDropped || now.State == outbox.SubmissionDraft:
		case paused && !still:
			ch.resumed = append(ch.resumed, id) // it may have been sent at once
		case stands >= 0 && still && !paused:
			ch.paused = append(ch.paused, id)
		}
	}
	if len(after.subs) > len(before.subs) {
		c.t.Fatalf("there are %d intents, of %d", len(after.subs), len(before.subs))
	}
	for i, e := range before.entries {
		if i >= len(after.entries) || after.entries[i].Job != e.Job || after.entries[i].Kind != e.Kind {
			c.t.Fatalf("entry %d of the ledger is not as it was", e.Seq)
		}
	}
	ch.moved = c.moved(before, after)
	ch.held, ch.released = after.held && !before.held, before.held && !after.held
	return ch
}

// leads reports whether a submission may get from one state to another without
// a user's decision.
func leads(from, to outbox.SubmissionState) bool {
	switch from {
	case outbox.SubmissionConfirmed, outbox.SubmissionQueued:
		return to != outbox.SubmissionDraft && to != outbox.SubmissionDropped
	case outbox.SubmissionSending:
		return to != outbox.SubmissionDraft && to != outbox.SubmissionDropped && to != outbox.SubmissionEstimated
	case outbox.SubmissionUnknown:
		return to == from || to == outbox.SubmissionSending || to == outbox.SubmissionSent
	}
	return from == to
}

// moved compares the order of the rows present before and after. At most two
// neighbours can have been swapped.
func (c *crash) moved(before, after holding) bool {
	c.t.Helper()
	order := func(h, other *holding) (ids []string) {
		for _, item := range h.queue {
			if place, _ := other.place(item.Submission.ID); place >= 0 {
				ids = append(ids, item.Submission.ID)
			}
		}
		return ids
	}
	was, now := order(&before, &after), order(&after, &before)
	at := slices.IndexFunc(was, func(id string) bool { return id != now[slices.Index(was, id)] })
	if at < 0 {
		return false
	}
	if at+1 < len(was) {
		was[at], was[at+1] = was[at+1], was[at]
	}
	if !slices.Equal(was, now) {
		c.t.Fatalf("the order is lost:\nbefore %s\nafter  %s", before.line(), after.line())
	}
	return true
}

// line returns the queue as one line of text.
func (h *holding) line() string {
	out := ""
	for _, item := range h.queue {
		out += fmt.Sprintf("%s %s", item.Submission.Name, cmp.Or(map[bool]string{true: "paused"}[item.Paused], string(item.Submission.State))) + ", "
	}
	if h.held {
		out += "all held"
	}
	return out
}

// ends lets the queue drain and compares the jobs created with those wanted.
func (c *crash) ends(last holding, honours bool) {
	c.t.Helper()
	c.start()
	c.looksAtQueue(last)
	if last.held {
		c.w.keys("P")
	}
	h := c.settles("the queue is empty, but for what is held back", func(s *outbox.Submission, h *holding) bool {
		_, paused := h.place(s.ID)
		switch s.State {
		case outbox.SubmissionSent, outbox.SubmissionDropped, outbox.SubmissionDraft:
			return true
		case outbox.SubmissionUnknown:
			return !honours // it is searched for later, and not sent again before that
		}
		return paused
	})
	c.honest(h)
	for _, s := range h.subs {
		keys, made := c.g.keys(string("/"+s.Name)), c.g.made("key-"+strings.TrimPrefix(s.ID, "intent-"))
		c.jobs += len(made)
		if len(keys) > 1 || s.State == outbox.SubmissionSent && len(keys) == 0 {
			c.t.Errorf("%s left under the keys %q", s.Name, keys)
		}
		if s.State != outbox.SubmissionSent && s.State != outbox.SubmissionUnknown && len(made) > 0 {
			c.t.Errorf("%s is %s, and was made", s.Name, s.State)
		}
	}
	c.w.keys("q")
	c.w.ends(0)
}
