package account

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/api/simulator"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/state/tasks"
)

// spoiled is a journal in a file that can be made to refuse acceptances.
type spoiled struct {
	t    *testing.T
	path string
}

func spoilable(t *testing.T, d *tasks.Runner) spoiled {
	t.Helper()
	s := spoiled{t, filepath.Join(t.TempDir(), "journal.db")}
	var err error
	d.Journal, err = journal.Open(t.Context(), s.path)
	must(t, err)
	j := d.Journal
	t.Cleanup(func() { _ = j.Close() })
	return s
}

func (s spoiled) change(statement string) {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.path)
	must(s.t, err)
	_, err = db.Exec(statement)
	must(s.t, err, db.Close())
}

func (s spoiled) fill() {
	s.change(`CREATE TRIGGER full BEFORE INSERT ON submissions WHEN NEW.state = 'sent'
		BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`)
}

func (s spoiled) free() { s.change("DROP TRIGGER full") }

// An answer that can't be saved is saved later, and nothing else is sent
// meanwhile. Then the run continues.
func TestDrainSavesAnAnswerLaterAndContinues(t *testing.T) {
	virtual(t, simulator.Options{Slots: 9}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		disk := spoilable(t, &d)
		enqueue(t, d, account, "a", "b")
		disk.fill()
		time.AfterFunc(25*time.Second, func() {
			if n := len(account.Accepted()); n != 1 {
				t.Errorf("%d were sent meanwhile", n)
			}
			disk.free()
		})
		sum, l, err := heard(t, Drain{Account: sessionOf(d, Config{Slots: 9})})
		if err != nil || sum != (Sum{Sent: 2}) || !slices.Equal(l.words, []string{"a sent", "a not_saved", "a saved", "b sent"}) {
			t.Errorf("%+v, %v, %v", sum, err, l.words)
		}
		if n := l.all[1]; n.Job == "" || !strings.Contains(string(n.Words), "sent, id "+string(n.Job)+", not saved yet") {
			t.Errorf("%+v", n)
		}
	})
}

func TestDrainGivesUpIfTheDiskStaysFull(t *testing.T) {
	virtual(t, simulator.Options{Slots: 9}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		disk := spoilable(t, &d)
		enqueue(t, d, account, "a", "b")
		disk.fill()
		began := time.Now()
		drain := &Drain{Account: sessionOf(d, Config{Slots: 9})}
		sum, err := drain.Run(t.Context())
		id := account.Accepted()[0].ID
		if !errors.Is(err, ErrNotSaved) || !strings.Contains(err.Error(), "a: sent, id "+id+", not saved yet") {
			t.Errorf("%v", err)
		}
		if took := time.Since(began); took < saveFor || took > 2*saveFor || len(account.Accepted()) != 1 {
			t.Errorf("after %s, %d accepted", took, len(account.Accepted()))
		}
		if sum != (Sum{Sent: 1, Left: 1, Unsaved: 1}) || drain.Rows()[0].State != outbox.QueueUnsaved {
			t.Errorf("%+v, %+v", sum, drain.Rows())
		}
		disk.free()
		must(t, d.Journal.Close())
		var reopened error
		d.Journal, reopened = journal.Open(t.Context(), disk.path)
		must(t, reopened)
		defer d.Journal.Close()
		if sum, err := (&Drain{Account: sessionOf(d, Config{Slots: 9})}).Run(t.Context()); err != nil || sum.Unknown+sum.Left+sum.Unsaved != 0 || len(account.Accepted()) != 2 {
			t.Errorf("the next run: %+v, %v, %d accepted", sum, err, len(account.Accepted()))
		}
	})
}

// A cancelled run tries once more to save what it knows.
func TestStoppedDrainSavesWhatItCan(t *testing.T) {
	virtual(t, simulator.Options{Slots: 9}, func(t *testing.T, account *simulator.Server, d tasks.Runner) {
		disk := spoilable(t, &d)
		enqueue(t, d, account, "a", "b")
		disk.fill()
		ctx, stop := context.WithTimeout(t.Context(), 8*time.Second)
		defer stop()
		time.AfterFunc(7*time.Second, disk.free)
		sum, err := (&Drain{Account: sessionOf(d, Config{Slots: 9})}).Run(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || sum != (Sum{Sent: 1, Left: 1}) {
			t.Errorf("%+v, %v", sum, err)
		}
		if s, ok, err := d.Journal.SubmissionOf(context.Background(), api.ID(account.Accepted()[0].ID)); !ok || err != nil || s.Name != "a" {
			t.Errorf("the journal has %+v, %v", s, err)
		}
	})
}
