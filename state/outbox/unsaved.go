package outbox

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// Unsaved is an answer to a paid request that could not be saved yet. In the
// journal, the request is still being sent.
type Unsaved struct {
	Submission Submission
	Why        error // why saving failed
}

// ErrUnsaved means that nothing is sent while an earlier answer is not in the
// journal.
var ErrUnsaved = errors.New("an earlier answer is not saved yet: nothing more is sent until it is")

// Job is the generation or batch that was created, or "".
func (u *Unsaved) Job() api.ID { return u.Submission.Job() }

// Words describe the answer and say that it is not saved.
func (u *Unsaved) Words() text.Text {
	switch u.Submission.State {
	case SubmissionSent:
		return text.Of("sent, id " + string(u.Job()) + ", not saved yet")
	case SubmissionUnknown:
		return "maybe charged, not saved yet"
	case SubmissionRejected:
		return "refused, nothing was charged, not saved yet"
	}
	return "not taken, nothing was charged, not saved yet"
}

// Unsaved lists the answers that are not in the journal, earliest first.
func (o *Outbox) Unsaved() []Unsaved {
	all := make([]Unsaved, 0, len(o.answers))
	for _, u := range o.answers {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b Unsaved) int {
		return cmp.Or(a.Submission.AnsweredAt.Compare(b.Submission.AnsweredAt), cmp.Compare(a.Submission.ID, b.Submission.ID))
	})
	return all
}

// AnswerUnsaved reports whether an answer about a submission is not saved yet.
func (o *Outbox) AnswerUnsaved(submission string) bool {
	_, ok := o.answers[submission]
	return ok
}

// UnsavedJob returns the unsaved answer that names a generation or batch.
func (o *Outbox) UnsavedJob(id api.ID) (Unsaved, bool) {
	for _, u := range o.answers {
		if id != "" && u.Job() == id {
			return u, true
		}
	}
	return Unsaved{}, false
}

// Notes returns tasks to retry saving answers, since a disk may have room
// again. Due returns them before anything else.
func (o *Outbox) Notes(now time.Time) (tasks []Task) {
	if len(o.answers) == 0 || !due(o.noted, noteAgain, now) {
		return nil
	}
	o.noted = now
	for _, u := range o.Unsaved() {
		if id := u.Submission.ID; o.busy[id] == 0 {
			o.Begin(id)
			tasks = append(tasks, Task{Kind: TaskNote, Submission: u.Submission})
		}
	}
	return tasks
}

// note remembers an answer that is not in the journal, and forgets it once
// saved. Until then the journal's own state of the submission is out of date.
func (o *Outbox) note(d TaskResult, now time.Time) {
	_, known := o.answers[d.Submission.ID]
	switch {
	case d.Kind == TaskNote && (d.Unrecorded == nil || d.Elsewhere):
		delete(o.answers, d.Submission.ID)
	case d.Unrecorded != nil && !d.Unfit && (known || d.Kind == TaskSend || d.Kind == TaskResend):
		if o.answers == nil {
			o.answers = make(map[string]Unsaved)
		}
		o.answers[d.Submission.ID], o.noted = Unsaved{d.Submission, d.Unrecorded}, now
	}
}

// unsavedRows lists the accepted submissions that are not saved. Other unsaved
// answers are marked in their rows; see markUnsaved.
func (o *Outbox) unsavedRows() (rows []QueueRow) {
	for i, u := range o.Unsaved() {
		if u.Submission.State == SubmissionSent {
			row := newQueueRow(&u.Submission, QueueUnsaved, unsavedPlaces-int64(i))
			row.Job, row.Reason = u.Job(), u.Words()
			rows = append(rows, row)
		}
	}
	return rows
}

// markUnsaved adds to rows that the journal does not hold the state they show.
func (o *Outbox) markUnsaved(rows []QueueRow) {
	if len(o.answers) == 0 {
		return
	}
	for i := range rows {
		if u, ok := o.answers[rows[i].ID]; ok && rows[i].State != QueueUnsaved {
			words := u.Words()
			if rows[i].Reason != "" {
				words += ": " + rows[i].Reason
			}
			rows[i].Reason = words
		}
	}
}
