package outbox

import (
	"errors"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
)

// TaskKind says what to do for the outbox.
type TaskKind string

// The kinds of tasks. The reconciler's tasks are named after its steps.
const (
	TaskSend  TaskKind = "send"  // record that it is being sent, then send it once
	TaskPrice TaskKind = "price" // have the same request priced again
	TaskProve TaskKind = "prove" // test whether the server honours idempotency keys
	TaskNote  TaskKind = "note"  // save an answer that could not be saved before

	TaskAttach TaskKind = "attach" // save the request with the assets that its files became
	TaskHold   TaskKind = "hold"   // pause a submission that can't be sent as it is

	TaskFollow      = TaskKind(StepFollow)
	TaskResend      = TaskKind(StepResend)
	TaskLook        = TaskKind(StepLook)
	TaskLookBatches = TaskKind(StepLookBatches)
	TaskLink        = TaskKind(StepLink)
	TaskAsk         = TaskKind(StepAsk) // the user has to choose; there is no result
)

// Task is one thing to do now. Tasks may run concurrently.
type Task struct {
	Kind TaskKind
	// Submission is the one to send, price or link, in the state that the
	// journal must hold before anything is done. It is zero for looks and
	// proofs.
	Submission Submission
	Step       Step // of the reconciler's tasks
	// Proven is set on a resend if the server is known to check the key before
	// it judges the request.
	Proven bool
}

// Outcome judges the error of a paid request; nil means accepted. For a resend
// it covers the first request too, whose answer was lost. A refusal of the
// second request settles both only if the server checked the key first, because
// the key would have led it to the first job. Otherwise the outcome stays
// unknown. Full slots don't settle it either while the first request may still
// be on its way.
func (t *Task) Outcome(err error, now time.Time) api.Outcome {
	o := api.OutcomeOf(err)
	if t.Kind != TaskResend || o == api.Accepted {
		return o
	}
	e, ok := errors.AsType[*api.Error](err)
	arrived := instant.Of(now).Sub(instant.Of(t.Submission.SentAt)) >= quarantine
	judged := ok && (e.Kind == api.KindConcurrency && arrived || e.Kind == api.KindInvalid && !e.TooLarge())
	if !t.Proven || !judged {
		return api.Unknown
	}
	return o
}

// TaskResult is the result of a task.
type TaskResult struct {
	Task
	// Submission is its state now. If the request got an answer the journal has
	// it, unless Unrecorded says why not.
	Submission Submission
	Err        error // of the request
	Unrecorded error
	// Elsewhere means that the journal is ahead: another process sent, paused or
	// dropped the submission. Nothing was done.
	Elsewhere bool
	// Unfit means that it can't be sent as it is, for example because a file
	// changed; Submission.Reason says why. Nothing was sent, and it is paused in
	// the journal.
	Unfit bool
	// Again means that the server gave no answer and nothing was changed.
	Again bool
	// Gone lists assets of the submission that the account no longer has. Nothing
	// was sent; its files are uploaded again.
	Gone []string

	Job     *api.Generation  // created or followed
	Batch   *api.Batch       // created
	Jobs    []api.Generation // of a look
	Skipped int              // jobs in a look's answer that could not be read
	Batches []api.Batch      // of a look
	Honours bool             // a proof's answer
}

// changes reports whether a task of this kind changes its submission.
func (k TaskKind) changes() bool {
	switch k {
	case TaskSend, TaskPrice, TaskResend, TaskLink, TaskNote, TaskAttach, TaskHold:
		return true
	}
	return false
}
