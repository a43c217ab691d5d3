package ui

import (
	"fmt"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
)

// clerk is a dashboard on a journal with n submissions in line.
func clerk(tb testing.TB, n int) *App {
	tb.Helper()
	a := desk(tb, 20)
	j, err := journal.OpenMemory()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = j.Close() })
	a.session.Journal = j
	subs := make([]state.Submission, n)
	for i := range subs {
		subs[i] = agreed(tb, fmt.Sprintf("s%05d", i))
	}
	if err := j.EnqueueAll(tb.Context(), subs, nil, a.now); err != nil {
		tb.Fatal(err)
	}
	a.reread()
	return a
}

// agreed is a confirmed submission.
func agreed(tb testing.TB, id string) state.Submission {
	tb.Helper()
	now := time.Now()
	s, err := state.NewSubmission(id, state.Draft{
		ID: "d-" + id, Model: "lipsync-2", Visual: "https://c.example/" + id + ".mp4", Audio: "https://c.example/a.wav",
	}, state.CheckEnv{Now: now})
	if err == nil {
		err = s.Estimate(state.Price{Cost: new(api.Micros(1_250_000)), Seconds: 25}, now)
	}
	if err == nil {
		err = s.Confirm(now, "key-"+id)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// reread lets the outbox be read as it is in the journal.
func (a *App) reread() {
	a.outbox.stale = true
	a.readOutbox()().(outboxMsg).land(a)
}

// A journal may be read just while somebody else holds an item back: what that
// reading can't know of has to be read once more.
func TestWhatGoesStaleWhileItIsReadIsReadAgain(t *testing.T) {
	a := clerk(t, 2)
	a.outbox.Sender, a.outbox.stale = true, true
	reading := a.readOutbox()
	task := state.Task{Kind: state.TaskSend}
	for _, due := range a.outbox.Due(time.Now(), state.Occupancy{}) {
		if due.Kind == state.TaskSend {
			task = due
		}
	}
	doneMsg{a.session, state.Done{Task: task, Submission: task.Submission, Elsewhere: true, Err: journal.ErrPaused}}.land(a)
	reading().(outboxMsg).land(a)
	if again := a.readOutbox(); again != nil {
		again().(outboxMsg).land(a)
	}
	if _, ok := a.outbox.Queue.Item("s00000"); !ok || task.Submission.ID != "s00000" {
		t.Errorf("an item is lost that the journal has: %q handed out, %v left", task.Submission.ID, a.outbox.Rows())
	}
}

// Whoever holds the queue holds it from the key on, whatever a reading that was
// begun before the journal has it says.
func TestAReadingDoesNotLetAHeldQueueGoOn(t *testing.T) {
	a := clerk(t, 2)
	a.outbox.stale = true
	reading := a.readOutbox()
	hold := a.pauseQueue()
	reading().(outboxMsg).land(a)
	a.outbox.stale = true
	a.readOutbox()().(outboxMsg).land(a)
	if _, held := a.outbox.Queue.Paused(); !held {
		t.Error("it goes on before the hold is written down")
	}
	hold().(queueChangedMsg).land(a)
	a.reread()
	if _, held := a.outbox.Queue.Paused(); !held {
		t.Error("it goes on")
	}
}

// An answer may land after a sleep before the beat that notices it.
func TestNothingLeavesBetweenASleepAndTheBeatThatNoticesIt(t *testing.T) {
	a := clerk(t, 1)
	a.outbox.Sender = true
	a.now = time.Now().Add(-2 * time.Minute).Round(0)
	a.runOutbox()
	if rows := a.outbox.Rows(); len(rows) != 1 || rows[0].State != state.QueueWaiting {
		t.Errorf("it left at a price from before the sleep: %+v", rows)
	}
	beatMsg{}.land(a)
	if item, _ := a.outbox.Queue.Item("s00000"); item.Submission.State == state.SubmissionSending {
		t.Error("it was not priced anew")
	}
}

// A key that is held down moves an item many times before the journal has noted
// the first.
func TestTheLastOrderIsTheOneThatIsKept(t *testing.T) {
	a := clerk(t, 4)
	first := a.moveQueued("s00003", -1)
	for range 2 {
		if a.moveQueued("s00003", -1) != nil {
			t.Error("two orders are on their way to the journal at once")
		}
	}
	first().(queueChangedMsg).land(a)
	if !a.outbox.ordering {
		t.Fatal("the last order is not noted")
	}
	a.reread() // it is on its way
	if got := a.outbox.Queue.Items()[0].Submission.ID; got != "s00003" {
		t.Errorf("%s comes first", got)
	}
}

// A beat must cost less than half a frame, however many wait.
func BenchmarkBeatWith10kWaiting(b *testing.B) {
	const many = 10_000
	b.Run("at rest", func(b *testing.B) {
		a := clerk(b, many)
		for b.Loop() {
			a.runOutbox()
		}
	})
	b.Run("after a change", func(b *testing.B) {
		a := clerk(b, many)
		for b.Loop() {
			a.outbox.PauseItem("s05000", false)
			a.runOutbox()
		}
	})
	b.Run("as one leaves", func(b *testing.B) {
		a := clerk(b, many)
		for i := 0; b.Loop(); i++ {
			a.outbox.Remove(fmt.Sprintf("s%05d", i))
			a.runOutbox()
		}
	})
	b.Run("after a reading", func(b *testing.B) {
		a := clerk(b, many)
		a.outbox.stale = true
		m := a.readOutbox()().(outboxMsg)
		for b.Loop() {
			m.snapshot.Begun = a.outbox.Clock()
			m.land(a)
		}
	})
	b.Run("reading", func(b *testing.B) {
		a := clerk(b, many)
		for b.Loop() {
			a.outbox.stale, a.outbox.reading = true, false
			a.readOutbox()()
		}
	})
}
