package cli

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/outbox"
)

// What the other dubtop has sent is found whatever the clocks show: the server's,
// or that of the machine that the backup is from.
func TestTakeOverTrustsNoClock(t *testing.T) {
	for _, off := range []struct{ server, copied time.Duration }{{-5 * time.Hour, 0}, {5 * time.Hour, 0}, {0, 5 * time.Hour}, {0, -5 * time.Hour}, {-3 * time.Hour, 9 * time.Hour}} {
		o := simulator.Options{IgnoreKeys: true, Slots: 9, Now: func() time.Time { return time.Now().Add(off.server) }}
		t.Run(fmt.Sprint(off), func(t *testing.T) {
			drains(t, o, func(t *testing.T, w *works) {
				time.Sleep(72 * time.Hour) // no date is before 2000
				sub := w.priced("a", "")
				sub.Created, sub.ConfirmedAt = sub.Created.Add(off.copied), sub.ConfirmedAt.Add(off.copied)
				must(t, w.j.Enqueue(t.Context(), sub, time.Now().Add(off.copied)))
				other := w.copied()
				w.ends("queue drain", 0, nil, nil)
				other.takesOver(0, 1)
				other.run("queue drain")
				if n := len(w.account.Accepted()); n != 1 {
					t.Errorf("%d were accepted", n)
				}
			})
		})
	}
}

// A price that is agreed to here does not hide that the other dubtop sent the job
// before.
func TestTakeOverFindsWhatIsConfirmedAgain(t *testing.T) {
	drains(t, simulator.Options{IgnoreKeys: true, Slots: 9}, func(t *testing.T, w *works) {
		other := w.copied()
		w.ends("queue drain", 0, nil, nil)
		time.Sleep(10 * time.Minute)
		sub := other.dearer("a")
		sub.Price.At = time.Now()
		must(t, sub.Confirm(time.Now(), "another"))
		must(t, other.j.SaveSubmission(t.Context(), sub))
		other.takesOver(0, 1)
		other.run("queue drain")
		if n := len(w.account.Accepted()); n != 1 {
			t.Errorf("%d were accepted", n)
		}
	}, "a")
}

// A job whose price nobody has agreed to is not sent because it looks like one of
// somebody else, also where the server honours keys.
func TestTakeOverAgreesToNoPrice(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		must(t, w.j.PauseItem(t.Context(), w.id("a"), true))
		other := w.copied()
		twin := w.priced("a", "")
		client, err := api.New(api.Config{BaseURL: w.account.BaseURL(), Key: api.NewSecret(testKey), Transport: w.account.RoundTripper()})
		must(t, err)
		_, err = client.CreateGeneration(t.Context(), api.Paid{Body: twin.Body, IdempotencyKey: "of-somebody-else"})
		must(t, err)
		other.dearer("a")
		other.takesOver(0, 1)
		other.run("queue drain")
		time.Sleep(20 * time.Minute)
		other.run("queue drain")
		if n := len(w.account.Accepted()); n != 1 {
			t.Errorf("%d were accepted\n%s", n, other.run("queue ls").out)
		}
	}, "a")
}

// What the other dubtop sends while the question is there is not sent from here.
func TestTakeOverLooksAgainAfterTheQuestion(t *testing.T) {
	drains(t, simulator.Options{IgnoreKeys: true, Slots: 9}, func(t *testing.T, w *works) {
		other := w.copied()
		other.world.Asks = func() bool {
			w.ends("queue drain", 0, nil, nil)
			return true
		}
		got := other.typing("y\n", "journal take-over")
		if got.status != 0 || !strings.Contains(got.errors, "1 job will be sent from here") || !strings.Contains(got.out, "Taken over: 0 waiting jobs, and 1 job of unknown outcome") {
			t.Errorf("%+v", got)
		}
		other.run("queue drain")
		if n := len(w.account.Accepted()); n != 1 {
			t.Errorf("%d were accepted", n)
		}
	}, "a")
}

// dearer makes a waiting job one whose price went up.
func (w *works) dearer(name string) outbox.Submission {
	w.t.Helper()
	items, err := w.j.SubmissionsByID(w.t.Context(), []string{w.id(name)})
	must(w.t, err)
	sub := items[w.id(name)]
	more := *sub.Price.Cost * 2
	p := sub.Price
	p.Cost = &more
	must(w.t, sub.Reprice(p, time.Now()))
	must(w.t, w.j.SaveSubmission(w.t.Context(), sub))
	return sub
}

// takesOver fails unless a take-over leaves so many jobs waiting, and finds so many.
func (w *works) takesOver(waiting, found int) {
	w.t.Helper()
	got := w.run("journal take-over --yes --json")
	if want := fmt.Sprintf("\"waiting\": %d,\n  \"found\": %d\n", waiting, found); got.status != 0 || !strings.Contains(got.out, want) {
		w.t.Errorf("%d %s%s, want %s", got.status, got.out, got.errors, want)
	}
}
