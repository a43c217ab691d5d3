package account

import (
	"fmt"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// clerk returns a session that has had its first answer, on a journal with n
// queued submissions.
func clerk(tb testing.TB, n int) *Account {
	tb.Helper()
	j, err := journal.OpenMemory()
	must(tb, err)
	tb.Cleanup(func() { _ = j.Close() })
	subs := make([]outbox.Submission, n)
	for i := range subs {
		subs[i] = inLine(tb, fmt.Sprintf("s%05d", i))
	}
	must(tb, j.EnqueueAll(tb.Context(), subs, nil, time.Now()))
	a := New(Config{Lists: true, Client: silentClient(tb), Journal: j}, time.Now())
	for _, w := range a.recallDue() {
		a.Apply(w.Run(tb.Context()), time.Now())
	}
	a.Store.Generations.Answer(a.Store.Generations.Ask(a.now), nil, a.now)
	a.Store.History.Complete = true
	return a
}

// inLine returns a confirmed submission.
func inLine(tb testing.TB, id string) outbox.Submission {
	tb.Helper()
	now := time.Now()
	s, err := outbox.NewSubmission(id, draft.Draft{
		ID: "d-" + id, Model: "lipsync-2", Visual: "https://c.example/" + id + ".mp4", Audio: "https://c.example/a.wav",
	}, draft.CheckEnv{Now: now})
	if err == nil {
		err = s.Estimate(outbox.Price{Cost: new(api.Micros(1_250_000)), Seconds: 25}, now)
	}
	if err == nil {
		err = s.Confirm(now, "key-"+id)
	}
	must(tb, err)
	return s
}

// reading returns the queue as read from the journal.
func (a *Account) reading() Work {
	a.Reread()
	return a.rereadDue()[0]
}

// apply runs work and applies the result.
func (a *Account) applied(tb testing.TB, work ...Work) {
	for _, w := range work {
		a.Apply(w.Run(tb.Context()), time.Now())
	}
}

// The journal may be read while another window pauses an item. What that read
// missed must be read again.
func TestChangesDuringAReadAreReadAgain(t *testing.T) {
	a := clerk(t, 2)
	a.Outbox.Sender = true
	reading := a.reading()
	task := outbox.Task{Kind: outbox.TaskSend}
	for _, due := range a.Outbox.Due(time.Now(), outbox.Occupancy{}) {
		if due.Kind == outbox.TaskSend {
			task = due
		}
	}
	a.applyTask(outbox.TaskResult{Task: task, Submission: task.Submission, Elsewhere: true, Err: journal.ErrPaused}, time.Now())
	a.applied(t, reading)
	a.applied(t, a.rereadDue()...)
	if _, ok := a.Outbox.Queue.Item("s00000"); !ok || task.Submission.ID != "s00000" {
		t.Errorf("an item is lost that the journal has: %q handed out, %v left", task.Submission.ID, a.Outbox.Rows())
	}
}

// A pause by the user counts at once, even if a read that began before the
// journal had it says otherwise.
func TestOutdatedReadDoesNotResumeThePausedQueue(t *testing.T) {
	a := clerk(t, 2)
	reading := a.reading()
	hold := a.PauseQueue(true, "")
	a.applied(t, reading)
	a.applied(t, a.reading())
	if _, paused := a.Outbox.Queue.Paused(); !paused {
		t.Error("it goes on before the hold is written down")
	}
	a.applied(t, hold)
	a.applied(t, a.reading())
	if _, paused := a.Outbox.Queue.Paused(); !paused {
		t.Error("it goes on")
	}
}

// An answer may arrive after a sleep, before the beat that notices the sleep.
func TestNothingIsSentBetweenASleepAndTheNextBeat(t *testing.T) {
	a := clerk(t, 1)
	a.Outbox.Sender = true
	a.now = time.Now().Add(-2 * time.Minute).Round(0)
	a.Due(time.Now())
	if rows := a.Outbox.Rows(); len(rows) != 1 || rows[0].State != outbox.QueueWaiting {
		t.Errorf("it left at a price from before the sleep: %+v", rows)
	}
	a.Beat(time.Now())
	a.Due(time.Now())
	if item, _ := a.Outbox.Queue.Item("s00000"); item.Submission.State == outbox.SubmissionSending {
		t.Error("it was not priced anew")
	}
}

// Nothing is sent while the journal is known to be ahead.
func TestNothingIsSentBeforeTheJournalIsRead(t *testing.T) {
	a := clerk(t, 1)
	a.Outbox.Sender = true
	reading := a.reading()
	if tasks := a.tasksDue(time.Now()); len(tasks) > 0 {
		t.Error("it left before the journal was read")
	}
	a.applied(t, reading)
	if tasks := a.tasksDue(time.Now()); len(tasks) != 1 || !tasks[0].Paid {
		t.Errorf("%d tasks are due after the journal was read", len(tasks))
	}
}

// A held key moves an item many times before the journal has saved the first
// move.
func TestLastOrderIsSaved(t *testing.T) {
	a := clerk(t, 4)
	first := a.Move(-1, "s00003")
	for range 2 {
		if a.Move(-1, "s00003") != nil {
			t.Error("two orders are on their way to the journal at once")
		}
	}
	a.applied(t, first...)
	if !a.view.ordering {
		t.Fatal("the last order is not noted")
	}
	a.applied(t, a.reading()) // it is being sent
	if got := a.Outbox.Queue.Items()[0].Submission.ID; got != "s00003" {
		t.Errorf("%s comes first", got)
	}
}

// A beat must take less than half a frame, however many jobs wait.
func BenchmarkBeatWith10kWaiting(b *testing.B) {
	const many = 10_000
	b.Run("at rest", func(b *testing.B) {
		a := clerk(b, many)
		for b.Loop() {
			a.Due(time.Now())
		}
	})
	b.Run("after a change", func(b *testing.B) {
		a := clerk(b, many)
		for b.Loop() {
			a.Outbox.PauseItem("s05000", false)
			a.Due(time.Now())
		}
	})
	b.Run("as one leaves", func(b *testing.B) {
		a := clerk(b, many)
		for i := 0; b.Loop(); i++ {
			a.Outbox.Remove(fmt.Sprintf("s%05d", i))
			a.Due(time.Now())
		}
	})
	b.Run("after a reading", func(b *testing.B) {
		a := clerk(b, many)
		r := readQueue(b.Context(), a.Journal, -1, a.Outbox.Clock(), false, numbers{notRead, notRead})
		for b.Loop() {
			r.snapshot.Begun = a.Outbox.Clock()
			a.reread(r, time.Now())
			a.Due(time.Now())
		}
	})
	b.Run("reading", func(b *testing.B) {
		a := clerk(b, many)
		for b.Loop() {
			a.applied(b, a.reading())
		}
	})
}

// Paused items are sent only after the journal has saved that they were
// resumed.
func TestNothingIsSentBeforeItsChangeIsSaved(t *testing.T) {
	a := clerk(t, 1)
	a.Outbox.Sender = true
	a.applied(t, a.PauseItems([]string{"s00000"}, true, ""))
	goOn := a.PauseItems([]string{"s00000"}, false, "")
	if tasks := a.tasksDue(time.Now()); len(tasks) > 0 {
		t.Error("it leaves while the journal still holds it back")
	}
	a.applied(t, goOn)
	if tasks := a.tasksDue(time.Now()); len(tasks) != 1 || !tasks[0].Paid {
		t.Errorf("%d tasks are due after that", len(tasks))
	}
}
