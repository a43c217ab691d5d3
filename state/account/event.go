package account

import (
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

// EventKind is what happened when a result was applied.
type EventKind int

// The kinds of events. Err says of each why it failed, nil if it did not.
const (
	EventOpened     EventKind = iota // the journal is open: Drafts and Interrupted are for the form
	EventListsRead                   // older rows came back, or could not
	EventListsSaved                  // the lists could, or again can't, be kept
	EventPolled                      // a question of Topic got no good answer
	EventClock                       // the server's clock differs from ours as it did not before
	EventLedger                      // the ledger was read; Count rows of it are damaged
	EventNews                        // costs and outcomes could, or again can't, be booked
	EventTurn                        // this process sends from now on
	EventQueue                       // the queue was read from the journal, or could not be
	EventDrafts                      // the journal was looked at; Count is the number of changes of its drafts
	EventAnswer                      // something came of a task: Done
	EventAsks                        // only the user can tell what became of Done.Submission
	EventExpired                     // Submissions are not sent: a link of each has ended
	EventEnqueued                    // Submissions are in the queue
	EventChanged                     // the journal has noted a change, or refused it
	EventRelative                    // the journal of an older key of this account was found
	EventJoined                      // a session on Joined goes on with the older journal
	EventApart                       // the answer that the two are apart was kept
)

// Event is something that happened that the driver may have to tell.
type Event struct {
	Kind EventKind
	Err  error

	Topic       state.Topic
	Done        *outbox.Done
	Submissions []outbox.Submission
	Pilot       bool // of Submissions all but the first are held
	Count       int
	Words       string              // what to say of a change
	Drafts      []draft.Draft       // unsent, the last changed first; of a change the one that it kept
	Interrupted []outbox.Submission // on their way when the program ended
	Relative    *journal.Relative
	Joined      *Config
}
