package account

import (
	"context"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/hook"
	"dubtop/state/inspect"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/output"
)

// Config describes an account and how to work with it.
type Config struct {
	Account string // its name in the configuration, "" if it has none
	Name    string // display name
	KeyFrom string // where the key was found; "" if it was pasted
	Demo    bool   // simulated server, no real money
	// Lists also keeps lists, ledger and older keys up to date, as a dashboard
	// needs. Commands that only send leave it false.
	Lists bool
	// Bystander leaves all sending to other processes.
	Bystander bool
	Client    *api.Client

	// Journal holds everything that is saved. If it is nil, the first work opens
	// the journal of Profile in StateDir. If that can't be written, the account
	// is read-only and nothing can be spent.
	Journal           *journal.Journal
	StateDir, Profile string
	// Open replaces opening that journal, and Join replaces pointing the profile
	// at an older key's journal. They may be nil.
	Open    func(context.Context) (*journal.Journal, error)
	Join    func(ctx context.Context, profile string) error
	Release func() error // called by Close; may be nil

	Home    string // for ~ in the paths of drafts
	Pace    state.Pace
	Guard   ledger.Guard // the budgets
	Slots   int          // jobs the plan can run at once, as configured; 0 to detect it
	Reserve int          // slots left to others
	Fair    bool         // the labels in the queue take turns
	Start   outbox.Start // the time of day from which the queue is sent

	Saving Saving       // of files of jobs on this machine
	Hook   hook.Command // run for saved files or ended jobs; none in the demo
	// Inspect finds the programs for a look at saved outputs. If it is nil, none
	// is made.
	Inspect func() (inspect.Tools, error)

	// Visibility is who sees the assets that local files become: VisibleToUser if
	// empty.
	Visibility string
}

// The visibilities of an asset.
const (
	VisibleToUser = "USER"
	VisibleToAll  = "ORGANIZATION"
)

// Saving says how files of jobs are saved on this machine.
type Saving struct {
	Folder    string // absolute; "" if there is none
	Naming    output.Naming
	AtOnce    int    // downloads at once; 0 for the usual number
	Chosen    bool   // only requested saves: automatic saving is left to other sessions
	Automatic string // outputs saved when their jobs end: "" for none, "all", or a filter
	Sidecar   bool   // write the facts about a job beside its file
	Checksums bool   // write a SHA256SUMS into the folders
	Zone      *time.Location
}

// automaticChoice is the choice in the configuration in its plain form.
func (s *Saving) automaticChoice() string {
	choice := strings.TrimSpace(s.Automatic)
	if strings.EqualFold(choice, "off") {
		return ""
	}
	return choice
}
