package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/outbox"
	"dubtop/state/tasks"
)

// tasksDue returns the outbox's tasks. It sends nothing before the first
// answer, when free slots are unknown, after a sleep, when the prices are too
// old, or while the journal is ahead.
func (a *Account) tasksDue(now time.Time) (work []Work) {
	a.Outbox.Slots.Tell(a.Client.Usage().Slots, now)
	for _, t := range a.Outbox.Notes(now) { // even if nothing may be sent
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

// task wraps a task of the outbox as work.
func (a *Account) task(t outbox.Task) Work {
	if t.Kind == outbox.TaskAsk {
		return a.tells(Event{Kind: EventAsks, Result: &outbox.TaskResult{Task: t, Submission: t.Submission}})
	}
	d := a.runner()
	w := a.work(func(ctx context.Context) apply {
		if t.Kind == outbox.TaskNote {
			ctx = context.WithoutCancel(ctx) // an answer about a paid request
		}
		done := d.Do(ctx, t)
		return func(now time.Time) []Event { return a.applyTask(done, now) }
	})
	switch t.Kind {
	case outbox.TaskSend, outbox.TaskResend, outbox.TaskLink:
		w.Paid = true
	}
	return w
}

// runner returns the Runner that runs this session's tasks.
func (a *Account) runner() tasks.Runner {
	return tasks.Runner{Client: a.Client, Journal: a.Journal, Home: a.Home, Looks: a.looks}
}

// applyTask applies the result of a task; the journal already has it.
func (a *Account) applyTask(done outbox.TaskResult, now time.Time) []Event {
	a.Outbox.Apply(done, now)
	a.forgetAssets(done.Gone)
	if done.Elsewhere || done.Unrecorded != nil {
		a.view.stale = true
	}
	if done.Unrecorded != nil {
		a.view.failed = true // don't also report that the journal can't be read
	}
	sub := &done.Submission
	paid := done.Kind == outbox.TaskSend || done.Kind == outbox.TaskResend || done.Kind == outbox.TaskLink
	switch {
	case !paid || done.Elsewhere:
	case sub.State == outbox.SubmissionSent:
		a.accepted(&done, now)
		if done.Job == nil && done.Batch == nil { // it was found by a look, and is in the list
			a.Poller.Refresh(a.now)
		}
	case sub.State == outbox.SubmissionUnknown:
		a.Poller.Refresh(a.now) // the list may show its job
	}
	return []Event{{Kind: EventAnswer, Result: &done, Err: done.Err}}
}

// accepted adds a new job to the ledger, as the journal has done, and shows it
// before any poll sees it.
func (a *Account) accepted(done *outbox.TaskResult, now time.Time) {
	sub := &done.Submission
	a.show(now) // the submission's own row goes
	a.Store.Accept(sub)
	switch {
	case done.Batch != nil:
		row := state.NewBatch(*done.Batch)
		row.Expect(sub.Name)
		a.Store.Batches.Put(row, now)
	case done.Job != nil:
		row := state.NewGeneration(*done.Job)
		row.Expect(sub.Name, sub.Price.Seconds)
		a.Store.Observe([]state.Generation{row}, now)
	}
}

// SendNow sends a confirmed submission that does not go through the queue, such
// as a batch.
func (a *Account) SendNow(sub outbox.Submission, now time.Time) (Work, error) {
	t, err := a.Outbox.Leave(sub, now)
	if err != nil {
		return Work{}, err
	}
	return a.handOut(t), nil
}

// Choose carries out the user's choice about an unknown outcome.
func (a *Account) Choose(submission string, c outbox.Choice, job api.ID, now time.Time) (Work, error) {
	t, err := a.Outbox.Choose(submission, c, job, now)
	if err != nil {
		return Work{}, err
	}
	return a.handOut(t), nil
}

// Reprice prices a submission that the user looks at again; ok is false if that
// can't be done now.
func (a *Account) Reprice(submission string) (Work, bool) {
	t, ok := a.Outbox.Reprice(submission)
	if !ok {
		return Work{}, false
	}
	return a.handOut(t), true
}

// handOut is a task handed out directly rather than by Due.
func (a *Account) handOut(t outbox.Task) Work {
	w := a.task(t)
	if w.Paid {
		a.paid++
	}
	return w
}

// broken returns a journal failure after which nothing more may be sent, or
// nil.
func (a *Account) broken(done *outbox.TaskResult) error {
	if done.Elsewhere { // changed by another process, unless nothing can be written at all
		return a.Journal.Writable()
	}
	if a.Outbox.AnswerUnsaved(done.Submission.ID) {
		return nil // saving is retried, and nothing is sent until it works
	}
	if done.Unrecorded != nil {
		return fmt.Errorf("the outcome of %s could not be saved: %w", done.Submission.Name, done.Unrecorded)
	}
	if _, remote := errors.AsType[*api.Error](done.Err); remote || done.Unfit || errors.Is(done.Err, outbox.ErrStale) {
		return nil
	}
	if done.Kind == outbox.TaskResend || done.Submission.State == outbox.SubmissionConfirmed {
		return done.Err
	}
	return nil
}

// Behind reports whether the journal is known to have changes of the queue that
// are not loaded yet.
func (a *Account) Behind() bool { return a.view.stale || a.view.catching }
