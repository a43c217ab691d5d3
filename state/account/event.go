package account

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/state/output"
)

// EventKind says what happened when a result was applied.
type EventKind int

// The kinds of events. Err is why it failed, or nil.
const (
	EventOpened     EventKind = iota // the journal is open; Drafts and Interrupted are for the form, Watches for notices
	EventListsRead                   // older rows were read from the journal, or could not be
	EventListsSaved                  // the lists can't be saved
	EventPolled                      // polling Topic failed
	EventClock                       // the offset of the server's clock has changed
	EventLedger                      // the ledger was read; Count of its rows are damaged
	EventNews                        // costs and outcomes can't be written to the ledger
	EventTurn                        // this process is the sender from now on
	EventQueue                       // the queue was read from the journal, or could not be
	EventDrafts                      // the journal was checked; Count is its number of draft changes
	EventAnswer                      // a task is done: Result
	EventAsks                        // only the user can settle the unknown outcome of Result.Submission
	EventExpired                     // Submissions are not sent because their links have expired
	EventEnqueued                    // Submissions are in the queue
	EventChanged                     // the journal saved a change, or refused it
	EventOldProfile                  // a journal of an older key of this account was found
	EventJoined                      // a session with the config Joined continues on the older journal
	EventUpload                      // Upload is an asset, or failed; without one, it is known whether the server takes uploads
	EventPlanned                     // Plan lists the files to be saved
	EventWished                      // Count files are being saved from now on
	EventSaved                       // Saved is a file that was saved, or could not be
	EventHook                        // Hook is a run of the user's command for the job called Words; without one, Count may have been interrupted
	EventLooked                      // Look is the result of a look at the saved output of the job Words
	EventApart                       // the user's answer that the two are different accounts was saved
)

// Event is something that happened, for the driver to report.
type Event struct {
	Kind EventKind
	Err  error

	Topic       state.Topic
	Result      *outbox.TaskResult
	Submissions []outbox.Submission
	Pilot       bool // all Submissions but the first are paused
	Count       int
	Words       string              // the message about a change
	Drafts      []draft.Draft       // unsent, last changed first; for a change, the draft it saved
	Interrupted []outbox.Submission // being sent when the program ended
	OldProfile  *journal.OldProfile
	Joined      *Config
	Upload      *Upload
	Watches     []string          // ids of the rows that the user watches
	Lists       map[string]string // how the lists are arranged, by name
	Plan        *Plan
	Saved       *SavedFile
	Hook        *HookRun
	Look        *FileLook
}

// Upload is a local file on its way to becoming an asset.
type Upload struct {
	File  draft.File
	Asset api.ID // "" if it failed
	Final bool   // it is not tried again without the user
}

// FileLook is the result of a look at the saved output of a job.
type FileLook struct {
	Done  bool
	Odd   bool
	Words string // if it is not done, why
}

// SavedFile is a file that was saved, or could not be.
type SavedFile struct {
	output.File
	Want      output.Want
	Name      text.Text // of the job
	None      bool      // the job has no such file
	Automatic bool
}

// changedFailure reports a failure once, until the operation has succeeded
// again.
func changedFailure(failed *bool, kind EventKind, err error) []Event {
	before := *failed
	*failed = err != nil
	if err == nil || before {
		return nil
	}
	return []Event{{Kind: kind, Err: err}}
}
