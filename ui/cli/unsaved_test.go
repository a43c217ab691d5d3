package cli

import (
	"database/sql"
	"strings"
	"syscall"
	"testing"
	"time"

	"dubtop/api/simulator"
)

// change changes the journal behind the drain's back.
func (w *works) change(statement string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:"+w.j.Path())
	must(w.t, err)
	_, err = db.Exec(statement)
	must(w.t, err)
	must(w.t, db.Close())
}

const fullDisk = `CREATE TRIGGER full BEFORE INSERT ON submissions WHEN NEW.state = 'sent'
	BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`

// If an accepted job can't be saved, the drain reports its id and ends with its
// own status. The next run finds out what happened.
func TestDrainReportsUnsavedAnswers(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		w.change(fullDisk)
		got := w.run("queue drain")
		id := w.account.Accepted()[0].ID
		for _, c := range []struct{ text, want string }{
			{got.out, "a  sent as " + id},
			{got.out, "a  sent, id " + id + ", not saved yet: "},
			{got.out, "1 sent; left: 1 in the queue, 1 not saved."},
			{got.errors, "dubtop: a is charged: sent, id " + id + ", not saved yet; note the id"},
			{got.errors, "an answer could not be saved, and counts as unknown from the next start on (a: sent, id " + id},
			{got.errors, "note the id and make room; dubtop queue drain finds out what happened"},
		} {
			if !strings.Contains(c.text, c.want) {
				t.Errorf("it does not say %q:\n%s\n%s", c.want, got.out, got.errors)
			}
		}
		if got.status != StatusError || len(w.account.Accepted()) != 1 {
			t.Errorf("status %d, %d accepted", got.status, len(w.account.Accepted()))
		}
		w.change("DROP TRIGGER full")
		w.ends("queue drain", 0, []string{"a  ", "b  sent as "}, nil)
		if n := len(w.account.Accepted()); n != 2 {
			t.Errorf("%d were accepted", n)
		}
	}, "a", "b")
}

func TestDrainThatSavesLaterSaysSo(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		w.change(fullDisk)
		time.AfterFunc(25*time.Second, func() { w.change("DROP TRIGGER full") })
		got := w.ends("queue drain --json", 0, []string{`"event":"not_saved"`, `"event":"saved"`, `"sent":2`, `"not_saved":0`}, nil)
		if strings.Index(got.out, `"event":"saved"`) < strings.Index(got.out, `"event":"not_saved"`) {
			t.Error(got.out)
		}
	}, "a", "b")
}

func TestInterruptedDrainReportsUnsavedAnswers(t *testing.T) {
	drains(t, simulator.Options{Slots: 9}, func(t *testing.T, w *works) {
		w.change(fullDisk)
		time.AfterFunc(15*time.Second, func() { w.signals <- syscall.SIGTERM })
		w.ends("queue drain", StatusInterrupted, []string{"not saved yet"}, []string{"a is charged: sent, id ", "left: 1 in the queue, 1 not saved"})
		w.change("DROP TRIGGER full")
	}, "a", "b")
}
