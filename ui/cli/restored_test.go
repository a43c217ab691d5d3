package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/journal"
	"dubtop/state/settings"
)

// copied makes a second machine of a backup of the journal that this one goes on
// with, on the same account.
func (w *works) copied() *works {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "b.db")
	w.ends("journal backup "+file, 0, nil, nil)
	second := *w
	d := *w.desk
	second.desk = &d
	d.world.Env.Home = w.t.TempDir()
	second.ends("journal restore "+file, 0, []string{"dubtop journal take-over continues it"}, nil)
	dir, err := settings.StateDir(d.world.Env)
	must(w.t, err)
	second.j, err = journal.OpenProfile(w.t.Context(), dir, journal.ProfileName(api.NewSecret(testKey).Fingerprint(), w.account.BaseURL()))
	must(w.t, err)
	w.t.Cleanup(func() { _ = second.j.Close() })
	return &second
}

// A restored journal sends nothing that the other one may send, whatever is
// tried, before it is taken over; then it sends only what the account has not.
func TestRestoredJournalPaysNothingTwice(t *testing.T) {
	for _, ignored := range []bool{false, true} {
		drains(t, simulator.Options{IgnoreKeys: ignored, Slots: 9}, func(t *testing.T, w *works) {
			other := w.copied()
			held := []string{"another dubtop may send what waits in it", "dubtop journal take-over continues the queue here"}
			for _, line := range []string{"queue drain", "queue drain --resume", "queue drain --resume --now", "queue resume-all"} {
				other.ends(line, StatusLater, nil, held)
			}
			must(t, other.j.PauseItem(t.Context(), other.id("b"), false))
			other.ends("queue ls", 0, []string{"dubtop journal take-over does"}, nil)
			w.ends("queue drain", 0, nil, nil)
			other.ends("queue drain --resume", StatusLater, nil, held)
			if n := len(w.account.Accepted()); n != 3 {
				t.Fatalf("%d were accepted", n)
			}
			other.agree("new")
			other.ends("journal take-over", StatusUsage, nil, []string{"a looks like a job that the account has", "1 job will be sent from here, for at most $1.25", "--yes takes the queue over"})
			other.ends("journal take-over --yes --json", 0, []string{`"waiting": 1`, `"found": 3`}, []string{"looks like"})
			other.ends("journal take-over --yes", StatusUsage, nil, []string{"there is nothing to take over"})
			other.run("queue drain")
			time.Sleep(time.Hour)
			other.run("queue drain")
			if n := len(w.account.Accepted()); n != 4 {
				t.Errorf("%d were accepted, want 3 and the new one\n%s", n, other.run("queue ls").out)
			}
			other.says("queue ls", "The queue is empty.\n")
			w.says("queue ls", "The queue is empty.\n")
		}, "a", "b", "c")
	}
}

// What the other dubtop has not sent goes on here, once it is dead.
func TestRestoredQueueGoesOnElsewhere(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		must(t, w.j.PauseItem(t.Context(), w.id("b"), true))
		other := w.copied()
		w.ends("queue drain", StatusPartly, nil, []string{"b is paused"})
		other.ends("journal take-over --yes", 0, []string{"Taken over: 1 waiting job, and 1 job of unknown outcome."}, []string{"a looks like"})
		must(t, other.j.PauseItem(t.Context(), other.id("b"), false))
		other.run("queue drain")
		time.Sleep(time.Hour)
		other.ends("queue drain", 0, nil, nil)
		if n := len(w.account.Accepted()); n != 2 {
			t.Errorf("%d were accepted", n)
		}
	}, "a", "b")
}

// Rows of a run that went on without the backup are not bought again.
func TestRestoredRunIsLookedBackAt(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		rows := filepath.Join(t.TempDir(), "rows.csv")
		list := func(names ...string) {
			text := "id,video,audio,name\n"
			for _, name := range names {
				text += name + "," + w.account.StorageURL() + "/media/talk_28s.mp4," + w.account.StorageURL() + "/media/line_25s.wav?" + name + "," + name + "\n"
			}
			must(t, os.WriteFile(rows, []byte(text), 0o600))
		}
		list("one")
		w.run("submit --set " + rows + " --run r --yes")
		other := w.copied()
		list("one", "two")
		w.run("submit --set " + rows + " --run r --yes")
		if n := len(w.account.Accepted()); n != 2 {
			t.Fatalf("%d were accepted", n)
		}
		got := other.run("submit --set " + rows + " --run r --yes")
		if got.status != StatusUsage || !strings.Contains(got.errors, "may have gone on without it") || len(w.account.Accepted()) != 2 {
			t.Errorf("%+v, %d were accepted", got, len(w.account.Accepted()))
		}
	})
}
