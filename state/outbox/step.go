package outbox

import (
	"time"

	"dubtop/api"
)

// StepKind says what to do about a submission of unknown outcome.
type StepKind string

// The kinds of steps.
const (
	StepFollow      StepKind = "follow"       // fetch the job ID, a lead; then call Followed
	StepResend      StepKind = "resend"       // Submission.Resend, then send the same bytes
	StepLook        StepKind = "look"         // list every job created since Since; then call Looked
	StepLookBatches StepKind = "look batches" // list the batches; then call LookedAtBatches
	StepLink        StepKind = "link"         // Submission.Link to ID
	StepAsk         StepKind = "ask"          // the user has to choose; see Question
)

// Step is one thing to do now.
type Step struct {
	Kind       StepKind
	Submission string    // "" for looks, which serve all submissions
	ID         api.ID    // the lead, or the job to link to
	Since      time.Time // how far back a look goes, server's clock
	At         time.Time // when it was handed out
}
