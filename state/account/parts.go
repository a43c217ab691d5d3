package account

import (
	"context"
	"sync/atomic"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/state/output"
	"dubtop/state/upload"
)

// This file has the state of each part of a session, which Account is made of. The
// code that works on a part has a file of its own.

// recall is the state of opening and reading the journal.
type recall struct {
	begun, done bool
	beaten      bool // a beat has passed since it began
}

// lists is the state of exchanging lists with the journal.
type lists struct {
	asOf    time.Time        // when the recalled rows were current; zero without any
	oldest  state.Generation // the oldest row recalled so far
	more    bool             // the journal has older ones
	beaten  bool             // a beat has passed since the first page was recalled
	reading bool             // an older page is being read
	told    bool             // what finished is being read too, which comes after them
	saving  bool
	bulk    bool      // a long history is being saved page by page
	tried   time.Time // time of the last save
	saved   time.Time // list time last saved
	failed  bool      // the last save failed, which was reported
}

// ledgerWrites is the state of writing to the ledger, and of verifying it.
type ledgerWrites struct {
	writing   bool
	failed    bool      // the last write failed, which was reported
	verify    time.Time // when to verify it; zero if it is short
	verifying bool
}

// turn is the state of the turn to send.
type turn struct {
	holder journal.Holder // who has the turn, if not this process
	asked  time.Time
	asking bool
}

// queueView tracks how current our copy of the journal's queue is.
type queueView struct {
	look     bool      // a beat has passed since it was read
	at       time.Time // time of the last read
	revision int64     // of the journal, when last read
	drafts   int64     // its number of draft changes at that time
	changed  time.Time // when either last changed
	reading  bool
	stale    bool // it must be read even if the revision is the same
	catching bool // it is being read because it was stale
	failed   bool // the last read failed, which was reported
	ordering bool // the order is being saved
	moved    bool // the order changed since
}

// results is the reading of the results of batches that belong to sets.
type results struct {
	reading  bool
	tried    map[api.ID]time.Time
	sets     uint64 // versions when it was last looked for
	batches  uint64
	nextTime time.Time
}

// joining is the state of the search for older keys' profiles.
type joining struct {
	asking bool
	done   bool      // there are none, or the user has been asked
	next   time.Time // when to search again
}

// shown tracks which outbox rows are in the store.
type shown struct {
	clock       uint64                            // of the outbox, when the rows were made
	submissions map[string]outbox.SubmissionState // submissions with a row among the jobs or batches
}

// inspections are the looks at saved outputs.
type inspections struct {
	found   map[string]journal.FileLook // by job
	waiting []output.File
	running bool
	none    bool // there is nothing to look with
}

// uploads is everything on its way to the storage.
type uploads struct {
	wondered *atomic.Bool // somebody wants to know whether the server takes uploads
	asking   bool
	asked    time.Time
	active   map[draft.Content]*sending
	lost     map[draft.Content]int // how often its asset was gone
	wanted   []*wanted
}

// wanted is a list of files that somebody wants as assets.
type wanted struct{ files []draft.File }

// sending is a content that somebody needs as an asset.
type sending struct {
	file     draft.File
	sent     *atomic.Int64
	meter    upload.Meter
	cancel   context.CancelFunc // of the attempt; nil if none is made
	broken   bool               // see uploadRun.broken
	failures int
	next     time.Time // when to try again
	err      error
	final    bool // err lasts until the user has done something
	asset    string
}
