package outbox

import (
	"errors"
	"time"

	"dubtop/api"
)

// Due lists the tasks to start now. A task is handed out once until its result
// is applied, or again only after a long time.
func (o *Outbox) Due(now time.Time, full Occupancy) []Task {
	tasks := o.Notes(now)
	if !o.Sender || len(o.answers) > 0 { // the ledger must be complete before more is spent
		return tasks
	}
	o.Slots.settle(full.Earlier, now)
	room := o.Slots.room(full, o.calm(full), o.Queue.Reserve, now)
	room.Changing = func(id string) bool { return o.busy[id] > 0 }
	room.Ready = o.ready
	tasks = append(tasks, o.attach(now)...)
	send, estimate, _ := o.Queue.Next(now, room)
	for estimate != "" {
		item, _ := o.Queue.Item(estimate)
		o.Begin(estimate)
		tasks = append(tasks, Task{Kind: TaskPrice, Submission: item.Submission})
		send, estimate, _ = o.Queue.Next(now, room)
	}
	if task, ok := o.send(send, now); ok {
		tasks = append(tasks, task)
	}
	if o.proofDue(now) {
		o.proving, o.proved = true, now
		o.Reconciler.Proven = false // until the proof is renewed
		tasks = append(tasks, Task{Kind: TaskProve})
	}
	return append(tasks, o.steps(now)...)
}

// Next is when Due may have something new to do; zero if only a result, a
// change of the queue or the user can tell.
func (o *Outbox) Next(now time.Time) time.Time {
	if len(o.answers) > 0 || o.Queue.Len() > 0 { // a slot may come free, or a link expire
		return now
	}
	return o.Reconciler.Wake(now)
}

// calm reports whether it is safe to probe for more slots: the lists are
// current, every outcome is known, and the last request was answered.
func (o *Outbox) calm(full Occupancy) bool {
	for _, sub := range o.unresolved {
		if sub.State.AtStake() {
			return false
		}
	}
	return !full.Outage && o.Queue.failures == 0
}

// send hands out a queued item to be sent.
func (o *Outbox) send(id string, now time.Time) (Task, bool) {
	item, ok := o.Queue.Item(id)
	if !ok {
		return Task{}, false
	}
	sub := item.Submission
	if err := sub.Send(now); err != nil {
		o.Queue.Apply(item.Submission, err, now)
		return Task{}, false
	}
	return o.leave(sub), true
}

// Leave hands out a submission that does not go through the queue, such as a
// batch made from a file. It must be confirmed, and becomes sending. The error is a
// [*draft.ExpiredError] if a link has expired.
func (o *Outbox) Leave(sub Submission, now time.Time) (Task, error) {
	if len(o.answers) > 0 {
		return Task{}, ErrUnsaved
	}
	if err := sub.Expired(o.ServerTime(now)); err != nil {
		return Task{}, err
	}
	if err := sub.Send(now); err != nil {
		return Task{}, err
	}
	return o.leave(sub), nil
}

func (o *Outbox) leave(sub Submission) Task {
	o.Begin(sub.ID)
	o.Queue.Put(sub, false) // it keeps its place, if it has one, until the answer comes
	o.keep(sub)
	o.track()
	return Task{Kind: TaskSend, Submission: sub}
}

// proofDue reports whether to test for idempotency keys. It costs a request, so
// only an unknown outcome that could then be resent is a reason.
func (o *Outbox) proofDue(now time.Time) bool {
	pause := proveAgain
	if o.sure {
		pause = proofHolds
	}
	if o.proving || !due(o.proved, pause, now) {
		return false
	}
	for _, sub := range o.unresolved {
		if sub.State == SubmissionUnknown && sub.Kind == SubmitGeneration && sub.replayable(now) {
			return true
		}
	}
	return false
}

// steps turns the reconciler's steps into tasks, making the transitions that
// must be saved first.
func (o *Outbox) steps(now time.Time) (tasks []Task) {
	for _, step := range o.Reconciler.Next(now) {
		task := Task{Kind: TaskKind(step.Kind), Step: step}
		if sub, ok := o.unresolved[step.Submission]; ok {
			task.Submission = sub
		}
		if task.Kind == TaskResend && o.Queue.held {
			continue
		}
		if task.Kind == TaskResend || task.Kind == TaskLink {
			if o.busy[step.Submission] > 0 {
				continue // the user has chosen, or it is being priced: try next time
			}
			var err error
			if task, err = o.advance(task, now); err != nil {
				continue
			}
		}
		tasks = append(tasks, task)
	}
	return tasks
}

// advance makes the transition of a resend or a link.
func (o *Outbox) advance(t Task, now time.Time) (Task, error) {
	var err error
	if t.Kind == TaskLink {
		err = t.Submission.Link(t.Step.ID, now)
	} else if err = t.Submission.Expired(o.ServerTime(now)); err == nil {
		err = t.Submission.Resend(now)
	}
	if err != nil {
		return Task{}, err
	}
	o.Begin(t.Submission.ID)
	if t.Kind == TaskResend {
		// Within the window the server still knows the key of the first attempt.
		t.Proven = o.Reconciler.Proven && t.Submission.replayable(now)
		o.keep(t.Submission)
		o.track()
	}
	return t, nil
}

// Choose applies the user's choice about an unknown outcome and returns the
// task to run; id is the job to link. The error says why the choice is not
// possible.
func (o *Outbox) Choose(submission string, c Choice, id api.ID, now time.Time) (Task, error) {
	sub, ok := o.unresolved[submission]
	switch {
	case !ok || sub.State != SubmissionUnknown:
		return Task{}, errors.New("its outcome is already known")
	case len(o.answers) > 0:
		return Task{}, ErrUnsaved
	case o.busy[submission] > 0:
		return Task{}, errors.New("dubtop is working on it right now: try again in a moment")
	case c == ChoiceLink && !o.Reconciler.free(submission, id):
		return Task{}, errors.New("that one belongs to another request")
	}
	t := Task{Kind: TaskLink, Submission: sub, Step: Step{Submission: submission, ID: id, At: now}}
	if c == ChoiceDrop {
		err := t.Submission.Drop(now)
		if err == nil {
			o.Begin(submission)
		}
		return t, err
	}
	if c == ChoiceResend {
		t.Kind = TaskResend
	}
	t, err := o.advance(t, now)
	if err == nil && c == ChoiceLink {
		o.Reconciler.settle(submission, id, now)
	}
	return t, err
}

// Reprice returns the task to price a submission again, so that the user can
// agree to the price: an unknown outcome before a late resend, or a queued item
// whose price went up.
func (o *Outbox) Reprice(submission string) (Task, bool) {
	sub, ok := o.unresolved[submission]
	if ok = ok && sub.State == SubmissionUnknown; !ok {
		var item QueueItem
		item, ok = o.Queue.Item(submission)
		sub, ok = item.Submission, ok && item.Waits()
	}
	if !ok || o.busy[submission] > 0 {
		return Task{}, false
	}
	o.Begin(submission)
	return Task{Kind: TaskPrice, Submission: sub}, true
}
