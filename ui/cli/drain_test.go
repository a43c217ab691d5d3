package cli

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/state/settings"
)

// works is a desk with a queue on a simulated account.
type works struct {
	*desk
	account *simulator.Server
	signals chan os.Signal
	j       *journal.Journal // as another window has it open
}

// drains runs a test in virtual time, with jobs of these names in the queue.
func drains(t *testing.T, o simulator.Options, f func(t *testing.T, w *works), names ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o.Reliable, o.Key = true, testKey
		w := &works{desk: newDesk(t), account: simulator.New(o), signals: make(chan os.Signal, 2)}
		w.world.Zone, w.world.Transport, w.world.Signals = time.UTC, w.account.RoundTripper(), w.signals
		w.variables["SYNC_BASE_URL"] = w.account.BaseURL()
		dir, err := settings.StateDir(w.world.Env)
		must(t, err)
		w.j, err = journal.OpenProfile(t.Context(), dir, journal.ProfileName(api.NewSecret(testKey).Fingerprint(), w.account.BaseURL()))
		must(t, err)
		w.agree(names...)
		f(t, w)
		must(t, w.j.Close())
		time.Sleep(time.Hour) // let remaining timers run out
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// agree queues jobs that were priced at $1.25 and confirmed.
func (w *works) agree(names ...string) {
	w.t.Helper()
	for _, name := range names {
		must(w.t, w.j.Enqueue(w.t.Context(), w.priced(name, ""), time.Now()))
	}
}

// priced returns a job that was priced at $1.25 and confirmed. signature is the
// query of its video link.
func (w *works) priced(name, signature string) outbox.Submission {
	w.t.Helper()
	client, err := api.New(api.Config{BaseURL: w.account.BaseURL(), Key: api.NewSecret(testKey), Transport: w.account.RoundTripper()})
	must(w.t, err)
	p := inputs.Pricing{Draft: draft.Draft{
		Model: "lipsync-2", Visual: w.account.StorageURL() + "/media/talk_28s.mp4" + signature,
		Audio: w.account.StorageURL() + "/media/line_25s.wav", OutputFileName: name,
	}}
	sub, _, err := p.Price(w.t.Context(), client)
	must(w.t, err)
	must(w.t, sub.Confirm(time.Now(), "key-"+name))
	return sub
}

func (w *works) id(name string) string {
	w.t.Helper()
	items, err := w.j.Queue(w.t.Context())
	must(w.t, err)
	i := slices.IndexFunc(items, func(i journal.QueueItem) bool { return string(i.Submission.Name) == name })
	if i < 0 {
		w.t.Fatalf("%s does not wait", name)
	}
	return items[i].Submission.ID
}

// ends fails unless a drain ends with this status and output.
func (w *works) ends(line string, status int, out, errors []string) ran {
	w.t.Helper()
	got := w.run(line)
	for _, c := range []struct {
		text string
		want []string
	}{{got.out, out}, {got.errors, errors}} {
		for _, want := range c.want {
			if !strings.Contains(c.text, want) {
				w.t.Errorf("%s does not say %q", line, want)
			}
		}
	}
	if got.status != status || len(errors) == 0 && got.errors != "" || w.t.Failed() {
		w.t.Errorf("%s: status %d, want %d\n%s\n%s", line, got.status, status, got.out, got.errors)
	}
	return got
}

func TestDrainReportsWhatItMaySpendAndTheResult(t *testing.T) {
	drains(t, simulator.Options{}, func(t *testing.T, w *works) {
		w.ends("queue drain", 0, []string{
			"  2 jobs wait, confirmed for at most $2.50.\n", "  a  sent as ", ", ~$1.25\n", "  b  sent as ", "  2 sent.\n",
		}, nil)
		if n := len(w.account.Accepted()); n != 2 {
			t.Errorf("%d were accepted", n)
		}
		w.says("queue ls", "The queue is empty.\n")
		w.says("queue drain", "The queue is empty.\n")
	}, "a", "b")
}

func TestDrainAsJSON(t *testing.T) {
	drains(t, simulator.Options{IgnoreKeys: true}, func(t *testing.T, w *works) {
		w.account.Fault("POST /v2/generate", simulator.Fault{Times: 1, DropAfter: true})
		got := w.ends("queue drain --json", 0, nil, nil)
		var events []string
		for _, text := range strings.Split(strings.TrimSpace(got.out), "\n") {
			var line struct {
				Time        time.Time
				Event       string
				Submission  string
				Name, Words string
				Job         string
				Price       *float64 `json:"price_usd"`
				Jobs        int
				Sent        int
				Resolved    int
			}
			if err := json.Unmarshal([]byte(text), &line); err != nil || line.Time.IsZero() {
				t.Fatalf("%q: %v", text, err)
			}
			events = append(events, line.Event)
			switch line.Event {
			case "begins":
				if line.Jobs != 1 || *line.Price != 1.25 {
					t.Errorf("%s", text)
				}
			case "maybe_charged", "found":
				if line.Name != "a" || line.Submission == "" || *line.Price != 1.25 || line.Words == "" || (line.Job != "") != (line.Event == "found") {
					t.Errorf("%s", text)
				}
			case "ends":
				if line.Sent != 1 || line.Resolved != 1 {
					t.Errorf("%s", text)
				}
			}
		}
		if !slices.Equal(events, []string{"begins", "maybe_charged", "found", "ends"}) {
			t.Errorf("events %v", events)
		}
	}, "a")
}

// Every job that is left is named, with what to do about it.
func TestLeftJobsAreNamed(t *testing.T) {
	drains(t, simulator.Options{IgnoreKeys: true, Slots: 9}, func(t *testing.T, w *works) {
		ctx := t.Context()
		must(t, w.j.PauseItem(ctx, w.id("mine"), true))
		items, err := w.j.Queue(ctx)
		must(t, err)
		dear := items[1].Submission
		must(t, dear.Reprice(outbox.Price{Cost: new(api.Micros(2_000_000))}, time.Now()))
		must(t, w.j.SaveSubmission(ctx, dear))
		w.account.Fault("POST /v2/generate", simulator.Fault{Times: 1, Status: 422, Body: `{"statusCode":422,"message":"No \u001b[31mface."}`})
		w.account.Fault("POST /v2/generate", simulator.Fault{Times: 1, DropBefore: true})
		w.ends("queue drain", StatusPartly,
			[]string{"3 jobs wait, confirmed for at most $3.75", "  faceless  refused: ", "  lost  maybe charged: ", "  lost  only you can tell: ", "  fine  sent as ", "1 sent; left: 2 in the queue, 1 refused, 1 of unknown outcome.\n"},
			[]string{
				"dubtop: mine is paused; open dubtop, view 5, and resume it\n",
				"dubtop: dear costs $2.00 now: the price is not the one you agreed to",
				"dubtop: faceless was refused: ", "edit or drop it\n",
				"dubtop: lost may have been charged: ", "press enter on it\n",
				"dubtop: left: 2 in the queue, 1 refused, 1 of unknown outcome; dubtop queue ls shows what is left, and why\n",
			})
		got := w.run("queue drain --json")
		if got.status != StatusPartly || !strings.Contains(got.errors, `{"left":{"code":"price_up","message":"dear costs $2.00 now`) ||
			!strings.Contains(got.errors, `{"error":{"code":"left"`) || strings.Count(got.errors, "\n") != 5 {
			t.Errorf("in JSON: %+v", got)
		}
	}, "mine", "dear", "faceless", "lost", "fine")
}

func TestWhatKeepsADrainFromSending(t *testing.T) {
	for _, c := range []struct {
		name, line string
		begin      func(*works)
		status     int
		out, said  string
	}{
		{"paused", "queue drain", func(w *works) { must(w.t, w.j.PauseQueue(w.t.Context(), true)) }, StatusLater, "0 sent; left: 1 in the queue.", "paused by you, in a window; dubtop queue drain --resume"},
		{"resumed", "queue drain --resume", func(w *works) { must(w.t, w.j.PauseQueue(w.t.Context(), true)) }, 0, "1 sent.", ""},
		{"a budget", "queue drain", func(w *works) { w.configure("[budget]\ndaily = \"1.00 hard\"\n") }, StatusBudget, "left: 1 in the queue", "the daily budget is $1.00"},
		{"a refused key", "queue drain", func(w *works) { w.account.RevokeKey() }, StatusAuth, "left: 1 in the queue", "the API key was refused (401)"},
		{"the plan", "queue drain", func(w *works) {
			w.account.Fault("POST /v2/generate", simulator.Fault{Status: 402, Body: `{"message":"Pay first."}`})
		}, StatusAuth, "left: 1 refused", "Pay first."},
		{"another sender", "queue drain --json", func(w *works) {
			_, _, err := w.j.Sender(time.Now())
			must(w.t, err)
		}, StatusLater, "", `"code":"another_sends","message":"another process sends from this queue: process `},
	} {
		t.Run(c.name, func(t *testing.T) {
			drains(t, simulator.Options{}, func(t *testing.T, w *works) {
				c.begin(w)
				var said []string
				if c.said != "" {
					said = []string{c.said}
				}
				got := w.ends(c.line, c.status, []string{c.out}, said)
				if c.out == "" && got.out != "" {
					t.Errorf("it says %q", got.out)
				}
				if n := len(w.account.Accepted()); (n == 1) != (c.status == 0) {
					t.Errorf("%d were accepted", n)
				}
			}, "a")
		})
	}
}

func TestSlotsAndReserveComeFromTheConfiguration(t *testing.T) {
	drains(t, simulator.Options{Slots: 3}, func(t *testing.T, w *works) {
		w.configure("[queue]\nslots = 3\nreserve = 1\n")
		most := 0
		stop := make(chan struct{})
		go func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(100 * time.Millisecond):
					most = max(most, w.account.Running())
				}
			}
		}()
		w.ends("queue drain", 0, []string{"4 sent."}, nil)
		close(stop)
		synctest.Wait()
		if most != 2 {
			t.Errorf("%d ran at once", most)
		}
	}, "a", "b", "c", "d")
}

// TestDrainWaitsForTheStart sends from the time of day on that is configured, and at
// once with --now.
func TestDrainWaitsForTheStart(t *testing.T) {
	for _, now := range []bool{false, true} {
		drains(t, simulator.Options{}, func(t *testing.T, w *works) {
			begun := time.Now()
			start := begun.Local().Add(10 * time.Minute).Format("15:04")
			w.configure("[queue]\nstart = \"" + start + "\"\n")
			if now {
				w.ends("queue drain --now", 0, []string{"1 sent."}, nil)
			} else {
				w.ends("queue drain", 0, []string{"1 job is sent from " + start + " on", "1 sent."}, nil)
			}
			if took := time.Since(begun); (took > time.Minute) == now {
				t.Errorf("it took %s", took)
			}
		}, "a")
	}
}

// The first signal waits for the answer to the current request and sends
// nothing more. The second does not wait.
func TestSignalEndsADrainInOrder(t *testing.T) {
	drains(t, simulator.Options{}, func(t *testing.T, w *works) {
		w.account.Fault("POST /v2/generate", simulator.Fault{DelayAfter: 10 * time.Second})
		time.AfterFunc(5*time.Second, func() { w.signals <- syscall.SIGTERM })
		w.ends("queue drain", StatusInterrupted, []string{"a  sent as ", "1 sent; left: 1 in the queue."},
			[]string{"dubtop: stopping once ", "dubtop: stopped before everything was sent; left: 1 in the queue; dubtop queue drain continues\n"})
		left, err := w.j.Unresolved(context.Background())
		if err != nil || len(left) > 0 || len(w.account.Accepted()) != 1 {
			t.Errorf("of unknown outcome: %d, %v", len(left), err)
		}
	}, "a", "b")
	drains(t, simulator.Options{}, func(t *testing.T, w *works) {
		w.account.Fault("POST /v2/generate", simulator.Fault{DelayAfter: 10 * time.Second})
		began := time.Now()
		time.AfterFunc(5*time.Second, func() { w.signals <- os.Interrupt })
		time.AfterFunc(6*time.Second, func() { w.signals <- os.Interrupt })
		w.ends("queue drain", StatusInterrupted, []string{"2 jobs wait"}, []string{"stopped at once: ", "may have been charged"})
		if took := time.Since(began); took > 7*time.Second {
			t.Errorf("it took %s", took)
		}
	}, "a", "b")
}

// If nothing more can be printed, for example because a pipe was closed,
// nothing more is sent.
func TestDrainEndsIfItsOutputIsClosed(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		root := Commands(w.world)[0]
		var errs strings.Builder
		if status := Run(root, []string{"drain"}, full{}, &errs); status != StatusError || !strings.Contains(errs.String(), "no space left on device") {
			t.Errorf("status %d, %q", status, errs.String())
		}
		if n := len(w.account.Accepted()); n > 0 {
			t.Errorf("%d were accepted", n)
		}
	}, "a", "b")
}

func TestExpiredLinkIsNamed(t *testing.T) {
	drains(t, simulator.Options{}, func(t *testing.T, w *works) {
		sub := w.priced("ended", "?X-Amz-Date="+time.Now().UTC().Format("20060102T150405Z")+"&X-Amz-Expires=75")
		must(t, w.j.Enqueue(t.Context(), sub, time.Now()))
		time.Sleep(80 * time.Second)
		const why = "the signed link of the video has expired; make a new one"
		w.ends("queue ls", 0, []string{"expired", why, "1 with an expired link"}, nil)
		w.ends("queue drain", 7, []string{
			"  ended  not sent: " + why + "; nothing was charged\n", "  fine  sent as ", "  1 sent; left: 1 in the queue.\n",
		}, []string{"ended was not sent: " + why, "open dubtop, view 5, and edit it"})
		got := w.ends("queue drain --json", 7, []string{`"event":"expired"`}, []string{`"code":"expired"`})
		if n := len(w.account.Accepted()); n != 1 {
			t.Errorf("%d were accepted\n%s", n, got.out)
		}
	}, "fine")
}
