package outbox

import (
	"errors"
	"time"

	"dubtop/api"
)

// Apply applies the result of a task.
func (o *Outbox) Apply(d TaskResult, now time.Time) {
	if id := d.Task.Submission.ID; id != "" && d.Kind.changes() {
		o.End(id)
	}
	o.note(d, now)
	o.learn(d, now)
	switch d.Kind {
	case TaskNote:
	case TaskSend:
		o.sent(d, now)
	case TaskPrice:
		o.priced(d)
	case TaskAttach, TaskHold:
		o.attached(d, now)
	case TaskProve:
		o.proving, o.sure = false, d.Err == nil
		o.Reconciler.Proven = d.Err == nil && d.Honours
	case TaskResend, TaskLink:
		if !d.Elsewhere {
			o.Put(d.Submission, false)
		}
	default:
		o.looked(d)
	}
}

func (o *Outbox) priced(d TaskResult) {
	o.Queue.Priced(d.Submission, d.Err)
	if d.Err == nil && d.Submission.State == SubmissionUnknown {
		o.Put(d.Submission, false)
	}
}

func (o *Outbox) sent(d TaskResult, now time.Time) {
	sub := d.Submission
	delete(o.unresolved, sub.ID)
	for _, asset := range d.Gone {
		o.Forget(asset)
	}
	if d.Elsewhere {
		o.Queue.Remove(sub.ID) // the next snapshot has it
		o.track()
		return
	}
	_, queued := o.Queue.Item(sub.ID) // all but a batch that was sent at once
	queued = queued || sub.Kind == SubmitGeneration
	switch {
	case d.Unfit:
		o.Queue.Put(sub, true)
	case queued:
		o.Queue.Apply(sub, d.Err, now)
	}
	if sub.State.AtStake() || sub.State == SubmissionRejected && queued {
		o.Put(sub, false)
	}
	o.track()
}

// looked passes the answer of a look to the reconciler, unless the request
// failed.
func (o *Outbox) looked(d TaskResult) {
	gone := false
	if e, ok := errors.AsType[*api.Error](d.Err); ok {
		gone = e.Kind == api.KindNotFound
	}
	switch {
	case d.Kind == TaskFollow && gone:
		o.Reconciler.Followed(d.Step, nil)
	case d.Err != nil:
	case d.Kind == TaskFollow:
		o.Reconciler.Followed(d.Step, d.Job)
	case d.Kind == TaskLook:
		o.Reconciler.Looked(d.Step, d.Jobs, d.Skipped)
	case d.Kind == TaskLookBatches:
		o.Reconciler.LookedAtBatches(d.Step, d.Batches)
	}
}

// learn updates the number of slots from an answer.
func (o *Outbox) learn(d TaskResult, now time.Time) {
	if d.Submission.Kind != SubmitGeneration || d.Kind != TaskSend && d.Kind != TaskResend {
		return
	}
	if e, ok := errors.AsType[*api.Error](d.Err); ok {
		o.Slots.refused(e, o.Queue.running, now)
	} else if d.Submission.State == SubmissionSent {
		o.Slots.accepted(o.Queue.running)
	}
}
