package account

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/tasks"
)

func TestMain(m *testing.M) {
	if rate := os.Getenv(storageVariable); rate != "" {
		n, _ := strconv.ParseInt(rate, 10, 64)
		storageChild(n)
		return
	}
	time.Local = time.UTC
	debug.SetGCPercent(800) // many small heaps
	m.Run()
}

// desk is what a drain works with: the real client on a simulated account, and
// a journal in memory.
func desk(t *testing.T, account *simulator.Server) tasks.Runner {
	t.Helper()
	client, err := api.New(api.Config{BaseURL: account.BaseURL(), Key: api.NewSecret(account.Key()), Transport: account.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return tasks.Runner{Client: client, Journal: j}
}

// agreed returns a priced and confirmed job with that name.
func agreed(t *testing.T, d tasks.Runner, account *simulator.Server, name string) outbox.Submission {
	t.Helper()
	p := inputs.Pricing{Draft: draft.Draft{
		Model: "lipsync-2", Visual: account.StorageURL() + "/media/talk_28s.mp4",
		Audio: account.StorageURL() + "/media/line_25s.wav", OutputFileName: name,
	}}
	sub, inputs, err := p.Price(t.Context(), d.Client)
	if err != nil || len(inputs) != 2 || sub.Price.Cost == nil || sub.Price.Cost.String() != "$1.25" {
		t.Fatalf("%+v, %+v, %v", sub.Price, inputs, err)
	}
	if err := sub.Confirm(time.Now(), "key-"+name); err != nil {
		t.Fatal(err)
	}
	return sub
}

func enqueue(t *testing.T, d tasks.Runner, account *simulator.Server, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := d.Journal.Enqueue(t.Context(), agreed(t, d, account, name), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
}

// accepted returns the output file names of the accepted jobs, in order.
func accepted(account *simulator.Server) (names []string) {
	for _, a := range account.Accepted() {
		_, name, _ := strings.Cut(string(a.Body), `"outputFileName":"`)
		name, _, _ = strings.Cut(name, `"`)
		names = append(names, name)
	}
	return names
}

func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("job_%02d", i))
	}
	return names
}

// virtual runs a test in virtual time.
func virtual(t *testing.T, o simulator.Options, f func(t *testing.T, account *simulator.Server, d tasks.Runner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.Reliable = true
		account := simulator.New(o)
		f(t, account, desk(t, account))
		time.Sleep(time.Hour) // let remaining timers run out
	})
}

func TestDrainSendsInOrderAndReports(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, numbered(7)...)
		var told []string
		sum, err := (&Drain{Account: sessionOf(d, Config{}), Notice: func(n Notice) { told = append(told, string(n.Name+" "+text.Of(string(n.State)))) }}).Run(t.Context())
		if err != nil || sum != (Sum{Sent: 7}) {
			t.Fatalf("%+v, %v", sum, err)
		}
		if got := accepted(account); !slices.Equal(got, numbered(7)) {
			t.Errorf("accepted %v", got)
		}
		// With three slots, a fourth job is tried once.
		if want := "job_02 sent, job_03 queued, job_03 sent, job_04 sent"; len(told) != 8 || strings.Join(told[2:6], ", ") != want {
			t.Errorf("told %v", told)
		}
	})
}

func TestDrainLeavesWhatNeedsTheUser(t *testing.T) {
	virtual(t, simulator.Options{Slots: 9}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, "paused", "refused", "fine")
		if err := d.Journal.PauseItem(t.Context(), journalID(t, d, "paused"), true); err != nil {
			t.Fatal(err)
		}
		account.Fault("POST /v2/generate", simulator.Fault{Times: 1, Status: 422, Body: `{"statusCode":422,"message":"No face."}`})
		var words []string
		sum, err := (&Drain{Account: sessionOf(d, Config{}), Notice: func(n Notice) { words = append(words, string(n.Words)) }}).Run(t.Context())
		if err != nil || sum != (Sum{Sent: 1, Refused: 1, Left: 1}) {
			t.Fatalf("%+v, %v", sum, err)
		}
		if !strings.Contains(words[0], "No face.") {
			t.Errorf("told %q", words)
		}
	})
}

func journalID(t *testing.T, d tasks.Runner, name string) string {
	t.Helper()
	items, err := d.Journal.Queue(t.Context())
	for _, i := range items {
		if string(i.Submission.Name) == name {
			return i.Submission.ID
		}
	}
	t.Fatalf("%s does not wait (%v)", name, err)
	return ""
}

// A job is sent again because its first answer was lost. The first request
// turns out to have been accepted before the second is sent.
func TestJobThatTurnsOutSentIsPausedAndTheNextIsSent(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		typed := time.Now()
		twin := func(id, warning string) outbox.Submission {
			sub := agreed(t, d, account, "twin")
			sub.ID, sub.IdempotencyKey = id, "key-"+id
			sub.Draft.ID, sub.Draft.UpdatedAt, sub.Draft.Unknown = "draft", typed, warning
			return sub
		}
		first, second := twin("first", ""), twin("second", "nobody knows")
		second.Draft.Base = outbox.SavedDraft{Became: &first}.Version()
		must(t, first.Send(time.Now()), d.Journal.BeginSending(t.Context(), first),
			first.Answer(api.Unknown, "", "lost", time.Now()), d.Journal.SaveSubmission(t.Context(), first),
			d.Journal.Enqueue(t.Context(), second, time.Now()),
			first.Link("job-1", time.Now()), d.Journal.SaveSubmission(t.Context(), first))
		enqueue(t, d, account, "next")
		sum, err := (&Drain{Account: sessionOf(d, Config{})}).Run(t.Context())
		if err != nil || sum != (Sum{Sent: 1, Left: 1}) || !slices.Equal(accepted(account), []string{"next"}) {
			t.Errorf("%+v, %v, accepted %v", sum, err, accepted(account))
		}
	})
}

func TestDrainEndsWithItsReason(t *testing.T) {
	budget := ledger.Guard{Daily: &ledger.Limit{Amount: 2_000_000, Hard: true}}
	for _, c := range []struct {
		name  string
		guard ledger.Guard
		begin func(*testing.T, *simulator.Server, tasks.Runner)
		want  func(error) bool
	}{
		{"held by the user", ledger.Guard{}, func(t *testing.T, _ *simulator.Server, d tasks.Runner) {
			if err := d.Journal.PauseQueue(t.Context(), true); err != nil {
				t.Fatal(err)
			}
		}, func(err error) bool { return errors.Is(err, ErrPaused) }},
		{"a hard budget", budget, func(*testing.T, *simulator.Server, tasks.Runner) {}, func(err error) bool {
			return errors.Is(err, ErrBudget) && strings.Contains(err.Error(), "$2.00")
		}},
		{"a revoked key", ledger.Guard{}, func(_ *testing.T, a *simulator.Server, _ tasks.Runner) { a.RevokeKey() }, isKind(api.KindAuth)},
		{"an unpaid bill", ledger.Guard{}, func(_ *testing.T, a *simulator.Server, _ tasks.Runner) {
			a.Fault("POST /v2/generate", simulator.Fault{Status: 402, Body: `{"statusCode":402,"message":"Pay first."}`})
		}, isKind(api.KindPayment)},
	} {
		t.Run(c.name, func(t *testing.T) {
			virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
				enqueue(t, d, account, "a", "b")
				c.begin(t, account, d)
				_, err := (&Drain{Account: sessionOf(d, Config{Guard: c.guard})}).Run(t.Context())
				if !c.want(err) || len(account.Accepted()) != 0 {
					t.Errorf("%v, %d accepted", err, len(account.Accepted()))
				}
			})
		})
	}
}

func isKind(k api.Kind) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[*api.Error](err)
		return ok && e.Kind == k
	}
}

// A stopped drain starts nothing new and waits for the answer to the current
// request.
func TestStoppedDrainLosesNoAnswer(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, "a", "b")
		account.Fault("POST /v2/generate", simulator.Fault{DelayAfter: 10 * time.Second})
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
		defer stop()
		sum, err := (&Drain{Account: sessionOf(d, Config{})}).Run(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || sum.Sent != 1 || sum.Left != 1 {
			t.Errorf("%+v, %v", sum, err)
		}
		subs, err := d.Journal.Unresolved(context.Background())
		if err != nil || len(subs) != 0 {
			t.Errorf("left unknown: %d, %v", len(subs), err)
		}
	})
}

func TestDrainResolvesALostAnswerBeforeItEnds(t *testing.T) {
	for _, ignore := range []bool{false, true} {
		virtual(t, simulator.Options{IgnoreKeys: ignore}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
			enqueue(t, d, account, "a", "b")
			account.Fault("POST /v2/generate", simulator.Fault{Times: 1, DropAfter: true})
			sum, err := (&Drain{Account: sessionOf(d, Config{Slots: 3})}).Run(t.Context())
			if err != nil || sum != (Sum{Sent: 2, Resolved: 1}) || len(account.Accepted()) != 2 {
				t.Errorf("ignored %t: %+v, %v, %d accepted", ignore, sum, err, len(account.Accepted()))
			}
		})
	}
}

func TestDrainLeavesUnacceptedRequestsToTheUserIfKeysAreIgnored(t *testing.T) {
	virtual(t, simulator.Options{IgnoreKeys: true}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, "a")
		account.Fault("POST /v2/generate", simulator.Fault{Times: 1, DropBefore: true})
		sum, err := (&Drain{Account: sessionOf(d, Config{})}).Run(t.Context())
		if err != nil || sum != (Sum{Unknown: 1}) || len(account.Accepted()) != 0 {
			t.Errorf("%+v, %v", sum, err)
		}
	})
}

// stranger takes the only slot again and again, each time after a while, and
// counts our tries for each slot that becomes free.
func stranger(account *simulator.Server, seed uint64, done <-chan struct{}) (worst func() int) {
	random := rand.New(rand.NewPCG(seed, 5))
	tries := func() (n int) {
		for _, r := range account.Requests() {
			if r.Method == http.MethodPost && r.Path == "/v2/generate" {
				n++
			}
		}
		return n
	}
	most, before, busy, theirs := 0, 0, true, account.Add(simulator.Job{Name: "theirs", Status: "PROCESSING"})
	until := time.Now().Add(time.Minute)
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(500 * time.Millisecond):
			}
			if theirs != "" && time.Now().After(until) {
				account.Finish(theirs, "COMPLETED", "")
				theirs = ""
			}
			free := account.Running() == 0
			if busy && free { // a slot became free
				most, before = max(most, tries()-before), tries()
				until = time.Now().Add(time.Duration(random.IntN(8)) * time.Second)
			}
			busy = !free
			if free && theirs == "" && time.Now().After(until) && random.IntN(3) > 0 {
				theirs = account.Add(simulator.Job{Name: "theirs", Status: "PROCESSING"})
				until = time.Now().Add(time.Duration(20+random.IntN(200)) * time.Second)
				busy = true
			}
		}
	}()
	return func() int { return most }
}

// Ten jobs on a plan with one slot that a stranger keeps taking are all sent
// once, in order, with at most three tries for each slot that becomes free.
func TestStrangerKeepsTakingTheOnlySlot(t *testing.T) {
	for seed := range uint64(5) {
		virtual(t, simulator.Options{Slots: 1, Seed: seed}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
			enqueue(t, d, account, numbered(10)...)
			done := make(chan struct{})
			worst := stranger(account, seed, done)
			sum, err := (&Drain{Account: sessionOf(d, Config{Slots: 1})}).Run(t.Context())
			close(done)
			synctest.Wait()
			if err != nil || sum.Sent != 10 || !slices.Equal(accepted(account), numbered(10)) {
				t.Errorf("seed %d: %+v, %v, accepted %v", seed, sum, err, accepted(account))
			}
			if n := worst(); n > 3 {
				t.Errorf("seed %d: %d tries for one slot", seed, n)
			}
		})
	}
}

// signedJob returns a priced and confirmed job whose video link expires after
// the given time.
func signedJob(t *testing.T, d tasks.Runner, account *simulator.Server, name string, left time.Duration) outbox.Submission {
	t.Helper()
	p := inputs.Pricing{Draft: draft.Draft{
		Model: "lipsync-2", Audio: account.StorageURL() + "/media/line_25s.wav", OutputFileName: name,
		Visual: fmt.Sprintf("%s/media/talk_28s.mp4?X-Amz-Date=%s&X-Amz-Expires=%d", account.StorageURL(), time.Now().Format("20060102T150405Z"), int(left.Seconds())),
	}}
	sub, _, err := p.Price(t.Context(), d.Client)
	must(t, err, sub.Confirm(time.Now(), "key-"+name))
	return sub
}

// The queue is left for longer than the link is valid: once while the price is
// still valid, once until it is stale.
func TestDrainDoesNotSendExpiredLinks(t *testing.T) {
	for _, later := range []time.Duration{80 * time.Second, time.Hour} {
		virtual(t, simulator.Options{Slots: 9}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
			must(t, d.Journal.Enqueue(t.Context(), signedJob(t, d, account, "ended", 75*time.Second), time.Now()))
			enqueue(t, d, account, "fine")
			time.Sleep(later)
			var told []string
			sum, err := (&Drain{Account: sessionOf(d, Config{}), Notice: func(n Notice) { told = append(told, string(n.Name+" "+text.Of(string(n.Kind))+": "+n.Words)) }}).Run(t.Context())
			if err != nil || sum != (Sum{Sent: 1, Left: 1}) || !slices.Equal(accepted(account), []string{"fine"}) {
				t.Errorf("%+v, %v, accepted %v", sum, err, accepted(account))
			}
			if !slices.Contains(told, "ended expired: the signed link of the video has expired; make a new one; nothing was charged") {
				t.Errorf("told %q", told)
			}
		})
	}
}

// No request with an expired link is sent, even if the task was handed out
// before it expired.
func TestRunnerDoesNotSendExpiredLinks(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		sub := signedJob(t, d, account, "ended", time.Minute)
		must(t, d.Journal.Enqueue(t.Context(), sub, time.Now()))
		time.Sleep(2 * time.Minute)
		must(t, sub.Send(time.Now()))
		done := d.Do(t.Context(), outbox.Task{Kind: outbox.TaskSend, Submission: sub})
		items, err := d.Journal.Queue(t.Context())
		must(t, err, done.Unrecorded)
		if !done.Unfit || done.Submission.State != outbox.SubmissionConfirmed || len(account.Accepted()) != 0 {
			t.Errorf("it is %s: %v", done.Submission.State, done.Err)
		}
		if len(items) != 1 || !items[0].Paused || items[0].Submission.Reason != "the signed link of the video has expired; make a new one" {
			t.Errorf("the journal has %+v", items)
		}
	})
}

// sessionOf returns a session on the desk's account and journal.
func sessionOf(d tasks.Runner, c Config) *Account {
	c.Client, c.Journal, c.Home, c.Pace = d.Client, d.Journal, d.Home, state.DefaultPace()
	return New(c, time.Now())
}
