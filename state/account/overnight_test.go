package account

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/state/tasks"
)

// For a full night: go test ./state/account -run Overnight -jobs 10000 -v.
var overnight = flag.Int("jobs", 80, "how many jobs an overnight test submits")

// chances says how often each thing goes wrong, in percent of the requests.
const (
	lostBefore = 10
	lostAfter  = 10
	acceptLate = 5
	serverErr  = 5
	killed     = 2
)

// weather is the network between the client and the account: it loses requests
// and answers, and kills the process.
type weather struct {
	account *simulator.Server
	next    http.RoundTripper

	mu     sync.Mutex
	random *rand.Rand
	calm   bool
	kill   chan struct{} // asks the process to end
	dead   chan struct{} // closed when the process is dead
}

func (w *weather) RoundTrip(r *http.Request) (*http.Response, error) {
	paid := r.Method == http.MethodPost && r.URL.Path == "/v2/generate" && !strings.Contains(r.Header.Get("Idempotency-Key"), " ")
	if !paid {
		return w.next.RoundTrip(r)
	}
	w.mu.Lock()
	fault, kill, dead := w.draw(), w.random.IntN(100) < killed && !w.calm, w.dead
	w.mu.Unlock()
	if fault != nil {
		fault.Times = 1
		w.account.Fault("POST /v2/generate", *fault)
	}
	if !kill {
		return w.next.RoundTrip(r)
	}
	res, err := w.next.RoundTrip(r) // nobody gets the answer
	if err == nil {
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
	select {
	case w.kill <- struct{}{}:
	case <-dead:
	}
	<-dead
	return nil, errors.New("the process is dead")
}

// draw returns what happens to the next request, nil for nothing.
func (w *weather) draw() *simulator.Fault {
	if w.calm {
		return nil
	}
	switch n := w.random.IntN(100); {
	case n < lostBefore:
		return &simulator.Fault{DropBefore: true}
	case n < lostBefore+lostAfter:
		return &simulator.Fault{DropAfter: true}
	case n < lostBefore+lostAfter+acceptLate:
		return &simulator.Fault{LateAccept: time.Duration(w.random.Int64N(int64(time.Minute)))}
	case n < lostBefore+lostAfter+acceptLate+serverErr:
		return &simulator.Fault{Status: 502, Body: `{"statusCode":502,"message":"Bad Gateway"}`, After: w.random.IntN(2) == 0}
	}
	return nil
}

// night is one account, one journal, and the processes that work on it, one
// after another.
type night struct {
	t                 *testing.T
	path              string
	weather           *weather
	intents           map[string]outbox.Submission // by key
	starts            int
	asked             int    // unknown outcomes that only the user could settle
	askedTwins, never int    // of them those with a twin, and those that created nothing
	between           func() // runs between two processes; may be nil
	unknown           int    // submissions that ever had an unknown outcome
	twins             int    // of them those with a twin
}

// open starts a process: a client and the journal.
func (n *night) open() tasks.Runner {
	n.t.Helper()
	w := n.weather
	w.mu.Lock()
	w.kill, w.dead = make(chan struct{}), make(chan struct{})
	w.mu.Unlock()
	client, err := api.New(api.Config{BaseURL: w.account.BaseURL(), Key: api.NewSecret(w.account.Key()), Transport: w})
	if err != nil {
		n.t.Fatal(err)
	}
	j, err := journal.Open(n.t.Context(), n.path)
	if err != nil {
		n.t.Fatal(err)
	}
	n.starts++
	return tasks.Runner{Client: client, Journal: j}
}

// agree creates confirmed submissions, a tenth of which are twins of another
// one.
func (n *night) agree(count int) {
	n.t.Helper()
	desk := n.open()
	defer desk.Journal.Close()
	now := time.Now()
	subs := make([]outbox.Submission, 0, count)
	for i := range count {
		take := i
		if i%10 == 9 {
			take = i - 1 // equal to the previous one in every way
		}
		p := inputs.Pricing{Draft: draft.Draft{
			Model: "lipsync-2", Visual: n.weather.account.StorageURL() + fmt.Sprintf("/media/take%d_28s.mp4", take),
			Audio: n.weather.account.StorageURL() + "/media/line_25s.wav",
		}}
		sub, err := outbox.NewSubmission(fmt.Sprintf("intent-%05d", i), p.Draft, draft.CheckEnv{Now: now})
		cost := api.Micros(1_250_000)
		err = errors.Join(err, sub.Estimate(outbox.Price{Cost: &cost, Seconds: 25}, now), sub.Confirm(now, fmt.Sprintf("key-%05d", i)))
		if err != nil {
			n.t.Fatal(err)
		}
		n.intents[sub.IdempotencyKey] = sub
		subs = append(subs, sub)
	}
	if err := desk.Journal.EnqueueAll(n.t.Context(), subs, nil, now); err != nil {
		n.t.Fatal(err)
	}
}

// work runs processes until the queue is empty, each until it ends or dies.
func (n *night) work() {
	n.t.Helper()
	for range 100 * len(n.intents) {
		desk := n.open()
		again := n.drain(desk)
		_ = desk.Journal.Close()
		if !again {
			return
		}
		if n.between != nil {
			n.between()
		}
	}
	n.t.Fatal("it never ends")
}

// drain runs one process, and reports whether another one has to continue.
func (n *night) drain(desk tasks.Runner) (again bool) {
	ctx, cancel := context.WithCancel(n.t.Context())
	defer cancel()
	var err error
	ended := make(chan struct{})
	d := Drain{Account: sessionOf(desk, Config{Slots: 50})}
	go func() {
		defer close(ended)
		_, err = d.Run(ctx)
	}()
	w := n.weather
	select {
	case <-ended:
		close(w.dead)
		return errors.Is(err, ErrPaused) || n.check(err)
	case <-w.kill:
		_ = desk.Journal.Close() // what is not written by now never will be
		close(w.dead)
		cancel()
		<-ended
		return true
	}
}

func (n *night) check(err error) bool {
	if err != nil {
		n.t.Fatal(err)
	}
	return false
}

// decide acts as the user, who knows the outcome of each request: unknown
// outcomes left at the end are linked or sent again.
func (n *night) decide() {
	n.t.Helper()
	n.weather.mu.Lock()
	n.weather.calm = true
	n.weather.mu.Unlock()
	n.weather.account.ClearFaults()
	desk := n.open()
	defer desk.Journal.Close()
	ctx := n.t.Context()
	if _, err := desk.Journal.Recover(ctx, time.Now()); err != nil {
		n.t.Fatal(err)
	}
	s, err := Snapshot(ctx, desk.Journal, 0)
	if err != nil {
		n.t.Fatal(err)
	}
	o := outbox.Outbox{Sender: true}
	o.Load(s)
	made := n.made()
	taken := make(map[string]bool)
	for id := range s.Claims {
		taken[string(id)] = true
	}
	for _, sub := range o.Unresolved() {
		n.asked++
		if !sub.Price.Fresh(time.Now()) {
			task, _ := o.Reprice(sub.ID)
			done := desk.Do(ctx, task)
			if done.Err != nil {
				n.t.Fatal(done.Err)
			}
			o.Apply(done, time.Now())
		}
		if twin(sub.ID) {
			n.askedTwins++
		} else if len(made[sub.IdempotencyKey]) == 0 {
			n.never++
		}
		choice, job := outbox.ChoiceResend, api.ID("")
		for _, id := range made[sub.IdempotencyKey] {
			if !taken[id] {
				choice, job = outbox.ChoiceLink, api.ID(id)
			}
		}
		for _, id := range n.equals(&sub, made) { // nobody can tell twins apart
			if choice == outbox.ChoiceResend && len(made[sub.IdempotencyKey]) > 0 && !taken[id] {
				choice, job = outbox.ChoiceLink, api.ID(id)
			}
		}
		taken[string(job)] = job != ""
		task, err := o.Choose(sub.ID, choice, job, time.Now())
		if err != nil {
			n.t.Fatal(err)
		}
		done := desk.Do(ctx, task)
		o.Apply(done, time.Now())
		if done.Submission.State != outbox.SubmissionSent {
			n.t.Fatalf("%s: %s: %v", choice, done.Submission.State, cmp.Or(done.Unrecorded, done.Err))
		}
	}
}

// made returns the accepted jobs by key.
func (n *night) made() map[string][]string {
	made := make(map[string][]string)
	for _, a := range n.weather.account.Accepted() {
		made[a.IdempotencyKey] = append(made[a.IdempotencyKey], a.ID)
	}
	return made
}

// twins returns the jobs of submissions with the same request.
func (n *night) equals(sub *outbox.Submission, made map[string][]string) (ids []string) {
	for key, other := range n.intents {
		if string(other.Body) == string(sub.Body) {
			ids = append(ids, made[key]...)
		}
	}
	return ids
}

// judge compares the journal with what the server accepted.
func (n *night) judge() {
	n.t.Helper()
	desk := n.open()
	defer desk.Journal.Close()
	ctx := n.t.Context()
	made, owner := n.made(), make(map[string]string)
	for key, ids := range made {
		if len(ids) != 1 {
			n.t.Errorf("%s was accepted %d times", key, len(ids))
		}
		for _, id := range ids {
			owner[id] = key
		}
	}
	if len(made) != len(n.intents) {
		n.t.Errorf("%d intents, %d of them accepted", len(n.intents), len(made))
	}
	subs, err := desk.Journal.Submissions(ctx)
	if err != nil || len(subs) != len(n.intents) {
		n.t.Fatalf("the journal has %d submissions (%v)", len(subs), err)
	}
	claimed := make(map[api.ID]bool)
	for _, s := range subs {
		intent := n.intents[s.IdempotencyKey]
		key := owner[string(s.GenerationID)]
		switch {
		case s.State != outbox.SubmissionSent:
			n.t.Errorf("%s is %s: %s", s.ID, s.State, s.Reason)
		case key == "":
			n.t.Errorf("%s says it was sent, and nothing was made of it", s.ID)
		case claimed[s.GenerationID]:
			n.t.Errorf("%s is claimed twice", s.GenerationID)
		case key != s.IdempotencyKey && string(n.intents[key].Body) != string(s.Body):
			n.t.Errorf("%s has the job of %s", s.ID, key)
		}
		if s.Draft.Visual != intent.Draft.Visual || string(s.Body) != string(intent.Body) {
			n.t.Errorf("%s: the draft is not what was typed", s.ID)
		}
		claimed[s.GenerationID] = true
		n.count(desk, &s)
	}
	entries, damage, err := desk.Journal.Entries(ctx)
	total := journal.LedgerOf(entries).Total()
	if err != nil || len(damage) > 0 || total.Jobs != len(n.intents) || total.Cost != api.Micros(1_250_000*len(n.intents)) {
		n.t.Errorf("the ledger: %d jobs, %s, damage %v (%v)", total.Jobs, total.Cost, damage, err)
	}
}

// twin reports whether another submission has the same request; see agree.
func twin(id string) bool { return strings.HasSuffix(id, "8") || strings.HasSuffix(id, "9") }

// count notes whether a submission ever had an unknown outcome.
func (n *night) count(desk tasks.Runner, s *outbox.Submission) {
	history, err := desk.Journal.History(n.t.Context(), s.ID)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, step := range history {
		if step.State == outbox.SubmissionUnknown {
			n.unknown++
			if twin(s.ID) {
				n.twins++
			}
			return
		}
	}
}

// A night of submissions on a bad network, with processes that die: every
// intent becomes exactly one job, and nothing is lost.
func TestOvernightEveryIntentBecomesOneJob(t *testing.T) {
	for _, ignored := range []bool{false, true} {
		name := "keys honoured"
		if ignored {
			name = "keys ignored"
		}
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal.db")
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC)))
				account := simulator.New(simulator.Options{Generations: 20, Reliable: true, Slots: 50, Speed: 20, IgnoreKeys: ignored})
				n := &night{
					t: t, path: path, intents: make(map[string]outbox.Submission),
					weather: &weather{account: account, next: account.RoundTripper(), random: rand.New(rand.NewPCG(7, 11))},
				}
				n.agree(*overnight)
				n.work()
				n.decide()
				n.judge()
				t.Logf("%s: %d jobs, %d processes, %d unknown (%d with a twin), %d left to the user (%d of them with a twin, %d never accepted), %s of the clock",
					name, *overnight, n.starts, n.unknown, n.twins, n.asked, n.askedTwins, n.never, time.Since(time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC)).Round(time.Minute))
				time.Sleep(time.Hour) // let remaining timers run out
			})
		})
	}
}
