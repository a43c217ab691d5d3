package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dubtop/state/outbox"

	"dubtop/api"
	"dubtop/state"
)

// tasksDue is what the outbox wants done. Before the first answer nobody knows
// which slots are free, and after a sleep nobody knows that the prices are old
// before the next beat. Nor does anything leave while the journal knows better.
func (a *Account) tasksDue(now time.Time) (work []Work) {
	a.Outbox.Slots.Tell(a.Client.Usage().Slots, now)
	for _, t := range a.Outbox.Notes(now) { // whatever else may be done
		work = append(work, a.task(t))
	}
	if !a.Store.Generations.Known() || now.Sub(a.now) > sleepGap || a.halted || a.Behind() {
		return work
	}
	if expired := a.Outbox.Expire(now); len(expired) > 0 {
		work = append(work, a.tells(Event{Kind: EventExpired, Submissions: expired}))
	}
	for _, t := range a.Outbox.Due(now, a.Store.Occupancy(&a.Outbox, a.Poller.Blind(a.now))) {
		work = append(work, a.task(t))
	}
	return work
}

// task is one task of the outbox as work.
func (a *Account) task(t outbox.Task) Work {
	if t.Kind == outbox.TaskAsk {
		return a.tells(Event{Kind: EventAsks, Done: &outbox.Done{Task: t, Submission: t.Submission}})
	}
	d := a.desk()
	w := a.work(func(ctx context.Context) apply {
		if t.Kind == outbox.TaskNote {
			ctx = context.WithoutCancel(ctx) // an answer that cost money
		}
		done := d.Do(ctx, t)
		return func(now time.Time) []Event { return a.landed(done, now) }
	})
	switch t.Kind {
	case outbox.TaskSend, outbox.TaskResend, outbox.TaskLink:
		w.Paid = true
	}
	return w
}

// tells is no work but an event.
func (a *Account) tells(e Event) Work {
	return a.work(func(context.Context) apply {
		return func(time.Time) []Event { return []Event{e} }
	})
}

// desk is where this session's tasks are carried out.
func (a *Account) desk() Desk {
	return Desk{Client: a.Client, Journal: a.Journal, Home: a.Home, Looks: a.looks}
}

// landed takes in what came of a task; the journal holds it already.
func (a *Account) landed(done outbox.Done, now time.Time) []Event {
	a.Outbox.Landed(done, now)
	if done.Elsewhere || done.Unrecorded != nil {
		a.view.stale = true
	}
	if done.Unrecorded != nil {
		a.view.failed = true // that the journal can't be read, either, is no news
	}
	sub := &done.Submission
	paid := done.Kind == outbox.TaskSend || done.Kind == outbox.TaskResend || done.Kind == outbox.TaskLink
	switch {
	case !paid || done.Elsewhere:
	case sub.State == outbox.SubmissionSent:
		a.accepted(&done, now)
		if done.Job == nil && done.Batch == nil { // it was found, and the list has it
			a.Poller.Refresh(a.now)
		}
	case sub.State == outbox.SubmissionUnknown:
		a.Poller.Refresh(a.now) // the list may show what became of it
	}
	return []Event{{Kind: EventAnswer, Done: &done, Err: done.Err}}
}

// accepted books a new job, as the journal has done, and shows it before any
// poll sees it.
func (a *Account) accepted(done *outbox.Done, now time.Time) {
	sub := &done.Submission
	a.show(now) // the row of the intent gives way
	a.Store.Accept(sub)
	a.Store.Notes.HandOver(sub.ID, string(sub.GenerationID)) // as the journal does
	switch {
	case done.Batch != nil:
		a.Store.Batches.Put(state.NewBatch(*done.Batch), now)
	case done.Job != nil:
		row := state.NewGeneration(*done.Job)
		row.Expect(sub.Name, sub.Price.Seconds)
		a.Store.Observe([]state.Generation{row}, now)
	}
}

// SendNow sends a confirmed submission that does not wait in the queue, such as
// a batch.
func (a *Account) SendNow(sub outbox.Submission, now time.Time) (Work, error) {
	t, err := a.Outbox.Leave(sub, now)
	if err != nil {
		return Work{}, err
	}
	return a.handOut(t), nil
}

// Choose does what the user decided about an unknown outcome.
func (a *Account) Choose(submission string, c outbox.Choice, job api.ID, now time.Time) (Work, error) {
	t, err := a.Outbox.Choose(submission, c, job, now)
	if err != nil {
		return Work{}, err
	}
	return a.handOut(t), nil
}

// Reprice has a submission priced anew that the user looks at; false where that
// is under way.
func (a *Account) Reprice(submission string) (Work, bool) {
	t, ok := a.Outbox.Reprice(submission)
	if !ok {
		return Work{}, false
	}
	return a.handOut(t), true
}

// handOut is work that is handed out by itself instead of by Due.
func (a *Account) handOut(t outbox.Task) Work {
	w := a.task(t)
	if w.Paid {
		a.paid++
	}
	return w
}

// broken says why nothing more may be sent after an answer: the journal fails,
// for no reason of the queue's. It is nil where that is not so.
func (a *Account) broken(done *outbox.Done) error {
	if done.Elsewhere { // it was changed by another, unless nothing can be written at all
		return a.Journal.Writable()
	}
	if a.Outbox.AnswerUnsaved(done.Submission.ID) {
		return nil // it is tried to be saved, and nothing is sent until it is
	}
	if done.Unrecorded != nil {
		return fmt.Errorf("what became of %s could not be written down: %w", done.Submission.Name, done.Unrecorded)
	}
	if _, remote := errors.AsType[*api.Error](done.Err); remote || done.Unfit || errors.Is(done.Err, outbox.ErrStale) {
		return nil
	}
	if done.Kind == outbox.TaskResend || done.Submission.State == outbox.SubmissionConfirmed {
		return done.Err
	}
	return nil
}
