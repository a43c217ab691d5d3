// Package state holds everything known about one account, and how old it is:
// the rows of every list, the poller's schedule, how answers apply, prices,
// forecasts and costs. It is pure: the time is always an argument, and it never
// reads a clock, sleeps, starts a goroutine, does I/O or draws.
package state

import (
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/table"
	"dubtop/state/take"
)

// Store holds everything known about one account. It must be used from one
// goroutine.
type Store struct {
	Generations table.Collection[Generation]
	Batches     table.Collection[Batch]
	Assets      table.Collection[Asset]
	Library     Library // all assets, read page by page into Assets
	Models      table.Collection[Model]
	Projects    table.Collection[Project]
	NoProjects  bool                              // the server has no projects
	Voices      Voices                            // the list of voices
	Standing    Standing                          // the server's answer about the account
	Settling    Settling                          // how the costs of finished jobs are read
	Queue       table.Collection[outbox.QueueRow] // the latest Outbox.Rows

	Opened   Opened  // the job whose details are open
	History  History // of the generations
	Forecast Forecast
	Prices   Prices
	Ledger   ledger.Ledger // all spending
	Notes    Notes         // the user's notes on generations
	Hidden   Hidden        // the jobs and batches that the user has put away
	Sets     Sets          // the job sets and their members
	Verdicts Verdicts      // the user's verdicts on generations
	Saved    Saved         // the files of jobs on this machine
	Hooked   Hooked        // jobs that have ended since there is a command for them

	costs    costTracker
	tooks    tooks
	takes    take.Stacks
	names    map[nameKey]text.Text // of assets and projects, also of earlier starts
	unsaved  []nameKey             // names that are not in the journal yet
	nameless nameless
	renamed  bool                 // the name of a project has changed
	grouped  bool                 // some job is in a project
	found    map[api.ID]Asset     // assets that are not in Assets
	labels   map[string]text.Text // by id of job, batch or submission
	labelled int                  // number of non-empty labels

	batchEnds map[string]time.Time // when the last job of a batch ended, by the batch's id

	watched time.Time // last poll of the running jobs
	blind   time.Time // last poll after a gap too long to time a job
}

// Counts are the numbers of generations by state. With AtLeast they are lower
// bounds, because older jobs are still being loaded.
type Counts struct {
	Total, Running, Pending, Completed, Failures int
	AtLeast                                      bool
}

// NewStore returns an empty store.
func NewStore() *Store {
	s := new(Store)
	s.Library = s.newestAssets()
	return s
}

// Clear removes everything about the account and voids the requests under way.
func (s *Store) Clear() {
	s.Generations.Clear()
	s.Batches.Clear()
	s.Assets.Clear()
	s.Library, s.found = s.newestAssets(), nil
	s.names, s.unsaved, s.nameless, s.grouped = nil, nil, nil, false
	s.Models.Clear()
	s.Projects.Clear()
	s.NoProjects, s.Standing, s.Voices = false, Standing{}, Voices{}
	s.Settling = Settling{}
	s.Queue.Clear()
	s.Ledger.Clear()
	s.Opened, s.History, s.Forecast = Opened{}, History{}, Forecast{}
	s.takes, s.tooks, s.batchEnds = take.Stacks{}, tooks{}, nil
	s.costs, s.labels, s.Sets, s.Verdicts = costTracker{}, nil, Sets{}, Verdicts{}
	s.Prices = Prices{version: s.Prices.version + 1}
	s.Notes = Notes{version: s.Notes.version + 1}
	s.Hidden = Hidden{version: s.Hidden.version + 1}
	s.Saved = Saved{version: s.Saved.version + 1}
	s.Hooked = Hooked{}
	s.watched, s.blind = time.Time{}, time.Time{}
}

// Counts returns the numbers of generations by state in constant time.
func (s *Store) Counts() Counts {
	c := &s.Generations
	return Counts{
		Total:     c.Len(),
		Running:   c.Count(table.ClassRunning),
		Pending:   c.Count(table.ClassWaiting),
		Completed: c.Count(table.ClassDone),
		Failures:  c.Count(table.ClassTroubled),
		AtLeast:   !s.History.Complete,
	}
}

// moment returns the facts that the balance depends on.
func (s *Store) moment() moment {
	return moment{s.Ledger.Rows().Len(), s.Counts().Running + s.Counts().Pending}
}

// Cost returns the best known cost of a job in constant time.
func (s *Store) Cost(g *Generation) outbox.Cost { return s.Prices.Cost(g) }
