package account

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/tasks"
)

// told collects the notices of a drain as "name event".
type told struct {
	words []string
	all   []Notice
}

func (l *told) hear(n Notice) {
	l.words = append(l.words, strings.TrimSpace(string(n.Name+" "+text.Of(string(n.Kind)))))
	l.all = append(l.all, n)
}

// heard runs a drain and returns all its notices.
func heard(t *testing.T, d Drain) (Sum, *told, error) {
	t.Helper()
	var l told
	then := d.Notice
	d.Notice = func(n Notice) {
		l.hear(n)
		if then != nil {
			then(n)
		}
	}
	sum, err := d.Run(t.Context())
	return sum, &l, err
}

// once does something at the first notice of an event.
func once(event NoticeKind, do func()) func(Notice) {
	return func(n Notice) {
		if n.Kind == event && do != nil {
			do()
			do = nil
		}
	}
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestDrainReportsWhatItMaySpendFirst(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, "a", "paused", "c")
		must(t, d.Journal.PauseItem(t.Context(), journalID(t, d, "paused"), true))
		var may []string
		run := Drain{Account: sessionOf(d, Config{}), Begin: func(waiting []outbox.Submission) {
			if n := len(account.Accepted()); n > 0 {
				t.Errorf("%d were sent before", n)
			}
			for i := range waiting {
				may = append(may, string(waiting[i].Name))
			}
		}}
		if _, err := run.Run(t.Context()); err != nil || !slices.Equal(may, []string{"a", "c"}) {
			t.Errorf("%v, %v", may, err)
		}
		rows := run.Rows()
		if len(rows) != 1 || rows[0].Name != "paused" || rows[0].State != outbox.QueuePaused {
			t.Errorf("left: %+v", rows)
		}
	})
}

func TestFullSlotsAreReportedOncePerJob(t *testing.T) {
	virtual(t, simulator.Options{Slots: 1}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, "a")
		theirs := account.Add(simulator.Job{Name: "theirs", Status: "PROCESSING"})
		time.AfterFunc(5*time.Minute, func() { account.Finish(theirs, "COMPLETED", "") })
		sum, l, err := heard(t, Drain{Account: sessionOf(d, Config{Slots: 3})})
		if err != nil || sum.Sent != 1 || !slices.Equal(l.words, []string{"a waits", "a sent"}) {
			t.Errorf("%+v, %v, %v", sum, err, l.words)
		}
		if !strings.Contains(string(l.all[0].Words), "slots are taken") || l.all[1].Job == "" {
			t.Errorf("%+v", l.all)
		}
		s := recallSlots(t.Context(), d.Journal)
		if n, by := s.Known(time.Now()); n != 1 || by != outbox.SlotsNamed {
			t.Errorf("the plan's slots are kept as %d", n)
		}
		if n, _ := s.Known(time.Now().Add(25 * time.Hour)); n != 0 {
			t.Errorf("a day later they are still %d", n)
		}
	})
}

// What an earlier run or a window learned about the plan is used.
func TestDrainUsesLearnedSlots(t *testing.T) {
	virtual(t, simulator.Options{Slots: 3}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, "a", "b", "c")
		must(t, storeSlots(t.Context(), d.Journal, outbox.Slots{Named: outbox.Learned{N: 3, At: time.Now()}}))
		began := time.Now()
		if sum, err := (&Drain{Account: sessionOf(d, Config{})}).Run(t.Context()); err != nil || sum.Sent != 3 || time.Since(began) > 10*time.Second {
			t.Errorf("%+v, %v, after %s", sum, err, time.Since(began))
		}
	})
}

func TestHigherPriceIsReportedAndNotSent(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		sub := agreed(t, d, account, "dear")
		sub.Price.Cost = new(api.Micros(1_000_000))
		must(t, d.Journal.Enqueue(t.Context(), sub, time.Now()))
		time.Sleep(6 * time.Minute)
		sum, l, err := heard(t, Drain{Account: sessionOf(d, Config{})})
		if err != nil || sum != (Sum{Left: 1}) || !slices.Equal(l.words, []string{"dear price_up"}) || len(account.Accepted()) > 0 {
			t.Fatalf("%+v, %v, %v", sum, err, l.words)
		}
		if l.all[0].Words != "it costs $1.25 now, and you agreed to $1.00" {
			t.Errorf("%q", l.all[0].Words)
		}
	})
}

// A price that the server refuses for good does not keep a drain from ending. A
// temporary failure is waited for.
func TestDrainWithoutAPrice(t *testing.T) {
	for status, want := range map[int]Sum{422: {Left: 1}, 503: {Sent: 1}} {
		virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
			enqueue(t, d, account, "a")
			time.Sleep(6 * time.Minute)
			for _, route := range []string{"POST /v2/generations/estimate", "POST /v2/generate/estimate-cost", "POST /v2/analyze/cost"} {
				account.Fault(route, simulator.Fault{Times: 12, Status: status, Body: `{"message":"No price today."}`})
			}
			sum, l, err := heard(t, Drain{Account: sessionOf(d, Config{})})
			if err != nil || sum != want || l.words[0] != "a no_price" || !strings.Contains(string(l.all[0].Words), "No price today.") {
				t.Errorf("%d: %+v, %v, %+v", status, sum, err, l.all)
			}
		})
	}
}

func TestOnlyLongOutagesAreReported(t *testing.T) {
	for minutes, want := range map[time.Duration][]string{0: nil, 20: {"offline", "online"}} {
		virtual(t, simulator.Options{Slots: 1}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
			enqueue(t, d, account, "a", "b")
			down := func() {
				time.AfterFunc(10*time.Second, func() { account.Fault("*", simulator.Fault{Refuse: true}) })
				time.AfterFunc(minutes*time.Minute+14*time.Second, account.ClearFaults)
			}
			sum, l, err := heard(t, Drain{Account: sessionOf(d, Config{Slots: 1}), Notice: once(NoticeSent, down)})
			got := slices.DeleteFunc(l.words, func(w string) bool { return strings.HasPrefix(w, "a ") || strings.HasPrefix(w, "b ") })
			if err != nil || sum != (Sum{Sent: 2}) || !slices.Equal(got, want) {
				t.Errorf("%d minutes: %+v, %v, %v", minutes, sum, err, got)
			}
		})
	}
}

func TestFoundJobsAreReported(t *testing.T) {
	for ignore, want := range map[bool][]string{true: {"a maybe_charged", "a found"}, false: {"a maybe_charged", "a sent"}} {
		virtual(t, simulator.Options{IgnoreKeys: ignore}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
			enqueue(t, d, account, "a")
			account.Fault("POST /v2/generate", simulator.Fault{Times: 1, DropAfter: true})
			sum, l, err := heard(t, Drain{Account: sessionOf(d, Config{})})
			if err != nil || sum != (Sum{Sent: 1, Resolved: 1}) || !slices.Equal(l.words, want) {
				t.Fatalf("%+v, %v, %v", sum, err, l.words)
			}
			if job := string(l.all[1].Job); job == "" || job != account.Accepted()[0].ID || !strings.Contains(string(l.all[1].Words), "lost") {
				t.Errorf("%+v", l.all[1])
			}
		})
	}
}

// Three lost answers in a row pause the queue. The pause ends if the reconciler
// finds out what happened to them.
func TestDrainContinuesOnceLostAnswersAreFound(t *testing.T) {
	for _, made := range []bool{true, false} {
		virtual(t, simulator.Options{IgnoreKeys: true}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
			enqueue(t, d, account, numbered(6)...)
			account.Fault("POST /v2/generate", simulator.Fault{DropAfter: made, DropBefore: !made})
			lost := 0
			clear := func(n Notice) {
				if n.Kind == NoticeUnknown {
					lost++
				}
				if lost == 3 {
					account.ClearFaults()
				}
			}
			sum, l, err := heard(t, Drain{Account: sessionOf(d, Config{Slots: 9}), Notice: clear})
			if made && (err != nil || sum != (Sum{Sent: 6, Resolved: 3}) || len(account.Accepted()) != 6) {
				t.Errorf("%+v, %v, %d accepted", sum, err, len(account.Accepted()))
			}
			if made {
				return
			}
			if !errors.Is(err, ErrPaused) || errors.Is(err, ErrPausedByUser) || sum != (Sum{Left: 3, Unknown: 3}) || len(account.Accepted()) != 0 {
				t.Errorf("%+v, %v, %d accepted", sum, err, len(account.Accepted()))
			}
			if !slices.Contains(l.words, "job_00 asks") {
				t.Errorf("told %v", l.words)
			}
		})
	}
}

func TestWindowPausesTheQueueOfADrain(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, numbered(4)...)
		hold := func() { must(t, d.Journal.PauseQueue(context.Background(), true)) }
		sum, _, err := heard(t, Drain{Account: sessionOf(d, Config{Slots: 9}), Notice: once(NoticeSent, hold)})
		if !errors.Is(err, ErrPausedByUser) || sum != (Sum{Sent: 1, Left: 3}) || len(account.Accepted()) != 1 {
			t.Fatalf("%+v, %v, %d accepted", sum, err, len(account.Accepted()))
		}
		if who, held, err := d.Journal.Holder(); held || err != nil {
			t.Errorf("it keeps the turn: %s, %v", who, err)
		}
		if sum, err := (&Drain{Account: sessionOf(d, Config{})}).Run(t.Context()); !errors.Is(err, ErrPausedByUser) || sum != (Sum{Left: 3}) {
			t.Fatalf("held from the start: %+v, %v", sum, err)
		}
		if who, held, err := d.Journal.Holder(); held || err != nil {
			t.Errorf("it keeps the turn from the start: %s, %v", who, err)
		}
		if sum, err := (&Drain{Account: sessionOf(d, Config{}), Resume: true}).Run(t.Context()); err != nil || sum != (Sum{Sent: 3}) {
			t.Errorf("let go on: %+v, %v", sum, err)
		}
	})
}

func TestDrainFollowsChangesByAWindow(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, "first", "dropped", "paused", "last")
		change := func() {
			enqueue(t, d, account, "added")
			ctx := context.Background()
			must(t, d.Journal.Drop(ctx, journalID(t, d, "dropped"), time.Now()),
				d.Journal.PauseItem(ctx, journalID(t, d, "paused"), true),
				d.Journal.Reorder(ctx, []string{journalID(t, d, "added"), journalID(t, d, "last")}))
		}
		sum, _, err := heard(t, Drain{Account: sessionOf(d, Config{Slots: 1}), Notice: once(NoticeSent, change)})
		if err != nil || sum != (Sum{Sent: 3, Left: 1}) || !slices.Equal(accepted(account), []string{"first", "added", "last"}) {
			t.Errorf("%+v, %v, accepted %v", sum, err, accepted(account))
		}
	})
}

// A drain waits for requests of another process, and resolves them if that
// process dies.
func TestDrainResolvesRequestsOfADeadWindow(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		path := filepath.Join(t.TempDir(), "journal.db")
		window, err := journal.Open(t.Context(), path)
		must(t, err)
		d.Journal, err = journal.Open(t.Context(), path)
		must(t, err)
		defer d.Journal.Close()
		sub := agreed(t, d, account, "theirs")
		must(t, window.Enqueue(t.Context(), sub, time.Now()), sub.Send(time.Now()), window.BeginSending(t.Context(), sub))
		died := time.Now().Add(5 * time.Minute)
		time.AfterFunc(5*time.Minute, func() { _ = window.Close() })
		sum, err := (&Drain{Account: sessionOf(d, Config{})}).Run(t.Context())
		if err != nil || sum != (Sum{Sent: 1, Resolved: 1}) || len(account.Accepted()) != 1 || time.Now().Before(died) {
			t.Errorf("%+v, %v, %d accepted, at %s", sum, err, len(account.Accepted()), time.Now())
		}
	})
}

// After a sleep, the prices from before it are stale.
func TestPricesAreStaleAfterASleep(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, "a", "b")
		var woke time.Time
		sleep := func() { time.Sleep(sleepGap + time.Second); woke = time.Now() }
		sum, _, err := heard(t, Drain{Account: sessionOf(d, Config{Slots: 9}), Notice: once(NoticeSent, sleep)})
		if err != nil || sum.Sent != 2 {
			t.Fatalf("%+v, %v", sum, err)
		}
		subs, err := d.Journal.Submissions(t.Context())
		must(t, err)
		for _, sub := range subs {
			if fresh := !sub.Price.At.Before(woke); fresh != (sub.Name == "b") {
				t.Errorf("%s was priced at %s, and the machine woke at %s", sub.Name, sub.Price.At, woke)
			}
		}
	})
}

func TestDrainEndsWithTheJournalsError(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, "a", "b")
		sum, _, err := heard(t, Drain{Account: sessionOf(d, Config{Slots: 9}), Notice: once(NoticeSent, func() { must(t, d.Journal.Close()) })})
		if err == nil || errors.Is(err, ErrPaused) || sum.Sent != 1 || len(account.Accepted()) != 1 {
			t.Errorf("%+v, %v, %d accepted", sum, err, len(account.Accepted()))
		}
	})
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, "a", "b")
		account.Fault("POST /v2/generate", simulator.Fault{Times: 1, DelayAfter: 10 * time.Second})
		time.AfterFunc(5*time.Second, func() { _ = d.Journal.Close() })
		_, err := (&Drain{Account: sessionOf(d, Config{Slots: 9})}).Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "a: sent, id ") || len(account.Accepted()) != 1 {
			t.Errorf("%v, %d accepted", err, len(account.Accepted()))
		}
	})
}

// The limit per confirmation was checked when each job was confirmed.
func TestLimitPerConfirmationDoesNotApplyToTheQueue(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		enqueue(t, d, account, "a", "b")
		guard := ledger.Guard{ConfirmAbove: &ledger.Limit{Amount: 2_000_000, Hard: true}}
		if sum, err := (&Drain{Account: sessionOf(d, Config{Guard: guard})}).Run(t.Context()); err != nil || sum.Sent != 2 {
			t.Errorf("%+v, %v", sum, err)
		}
		if guard.ConfirmAbove == nil {
			t.Error("the guard was changed")
		}
	})
}

// If there is nothing to send or to find, no server is needed.
func TestEmptyQueueNeedsNoServer(t *testing.T) {
	virtual(t, simulator.Options{}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		account.Fault("*", simulator.Fault{Refuse: true})
		if sum, err := (&Drain{Account: sessionOf(d, Config{})}).Run(t.Context()); err != nil || sum != (Sum{}) {
			t.Errorf("%+v, %v", sum, err)
		}
	})
}
