package account

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"dubtop/api/simulator"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// backedUp moves the night to a restored backup of its journal, taken while the
// journal is open, and checks that both decide the same.
func (n *night) backedUp(dir string) {
	n.t.Helper()
	ctx := n.t.Context()
	file := filepath.Join(dir, "backup.db")
	desk, err := journal.Open(ctx, n.path)
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := desk.Backup(ctx, file, false); err != nil {
		n.t.Fatal(err)
	}
	before := n.decisions(desk)
	if err := desk.Close(); err != nil {
		n.t.Fatal(err)
	}
	profile := filepath.Base(filepath.Dir(n.path))
	if _, err := journal.Restore(ctx, filepath.Join(dir, "new"), profile, file); err != nil {
		n.t.Fatal(err)
	}
	n.path = filepath.Join(dir, "new", profile, "journal.db")
	restored, err := journal.Open(ctx, n.path)
	if err != nil {
		n.t.Fatal(err)
	}
	if paused, err := restored.QueuePaused(ctx); !paused || err != nil {
		n.t.Errorf("a restored queue is paused: %t, %v", paused, err)
	}
	if err := restored.PauseQueue(ctx, false); !errors.Is(err, journal.ErrRestored) {
		n.t.Errorf("it is resumed like any other: %v", err)
	}
	if err := restored.TakeOver(ctx, nil); err != nil { // nobody else sends
		n.t.Fatal(err)
	}
	if after := n.decisions(restored); !reflect.DeepEqual(after, before) {
		n.t.Errorf("it decides otherwise: %+v, want %+v", after, before)
	}
	if err := restored.Close(); err != nil {
		n.t.Fatal(err)
	}
}

// decided is everything that decisions depend on, and some of them.
type decided struct {
	Submissions []outbox.Submission
	Tasks       []outbox.Task
	Ledger      int
	Unresolved  map[string]outbox.Submission
}

// decisions recovers a journal like a start, and has an outbox decide what to do
// now and an hour from now.
func (n *night) decisions(j *journal.Journal) (d decided) {
	n.t.Helper()
	ctx, now := n.t.Context(), time.Now()
	if _, err := j.Recover(ctx, now); err != nil {
		n.t.Fatal(err)
	}
	s, err := Snapshot(ctx, j, 0)
	if err != nil {
		n.t.Fatal(err)
	}
	entries, damage, err := j.Entries(ctx)
	if err != nil || len(damage) > 0 {
		n.t.Fatal(damage, err)
	}
	if d.Submissions, err = j.Submissions(ctx); err != nil {
		n.t.Fatal(err)
	}
	d.Ledger, d.Unresolved = len(entries), map[string]outbox.Submission{}
	for _, at := range []time.Time{now, now.Add(time.Hour)} {
		o := outbox.Outbox{Sender: true}
		o.Slots.Configured = 50
		o.Load(s)
		d.Tasks = append(d.Tasks, o.Due(at, outbox.Occupancy{})...)
		for _, sub := range o.Unresolved() {
			d.Unresolved[sub.ID] = sub
		}
	}
	return d
}

// A backup taken in the middle of a night of kills restores to a journal that
// decides the same, and the night goes on with it: still, every intent becomes
// one job.
func TestBackupInTheNightDecidesTheSame(t *testing.T) {
	for _, ignored := range []bool{false, true} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(time.Date(2026, 11, 20, 22, 0, 0, 0, time.UTC)))
			account := simulator.New(simulator.Options{Generations: 20, Reliable: true, Slots: 50, Speed: 20, IgnoreKeys: ignored})
			n := &night{
				t: t, path: filepath.Join(dir, "night", "k-api.example", "journal.db"), intents: make(map[string]outbox.Submission),
				weather: &weather{account: account, next: account.RoundTripper(), random: rand.New(rand.NewPCG(7, 13))},
			}
			moves := 0
			n.between = func() {
				if moves < 3 {
					moves++
					n.backedUp(t.TempDir())
				}
			}
			n.agree(*overnight / 2)
			n.work()
			n.decide()
			n.judge()
			if moves == 0 {
				t.Error("no process died")
			}
			time.Sleep(time.Hour) // let remaining timers run out
		})
	}
}
