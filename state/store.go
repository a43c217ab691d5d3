// Package state is what we know of one account and how old that is: the rows of
// every list, when the poller asks again and how answers apply, prices, forecasts
// and costs that are still to be settled. It is pure: the time is always an
// argument, and it never reads a clock, sleeps, starts a goroutine, touches a
// file or the network, or draws.
package state

import (
	"time"

	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/table"

	"dubtop/api"
	"dubtop/api/text"
)

// Store is everything known of one account, and what follows from it. It
// belongs to one goroutine.
type Store struct {
	Generations table.Collection[Generation]
	Batches     table.Collection[Batch]
	Assets      table.Collection[Asset]
	Beyond      Beyond // assets that are not loaded
	Models      table.Collection[Model]
	Queue       table.Collection[outbox.QueueRow] // what Outbox.Rows said last

	Opened   Opened  // whose details are open
	History  History // of the generations
	Forecast Forecast
	Prices   Prices
	Ledger   ledger.Ledger // the one truth about what was spent
	Notes    Notes         // the user's own, on generations

	settlement settlement
	labels     map[string]text.Text // by the id of a job, a batch or a submission
	labelled   int                  // how many of them say anything

	watched time.Time // when the running jobs were last looked at
	blind   time.Time // when we last looked after a gap too long to time a job
}

// History is how much of the past is known.
type History struct {
	Complete bool   // nothing older is left to load
	Whole    bool   // the server ignores limits and always tells everything
	Loaded   int    // jobs known; a lower bound until Complete
	Cursor   api.ID // the oldest job the background has come to
	Stopped  string // why loading ended before its end, "" if it did not
}

// Counts are the numbers of the generations by state. They are lower bounds
// where AtLeast is set, because older jobs are still being loaded.
type Counts struct {
	Total, Running, Pending, Completed, Failures int
	AtLeast                                      bool
}

// NewStore makes an empty store.
func NewStore() *Store { return new(Store) }

// Clear forgets the account, and voids every answer under way.
func (s *Store) Clear() {
	s.Generations.Clear()
	s.Batches.Clear()
	s.Assets.Clear()
	s.Beyond = Beyond{}
	s.Models.Clear()
	s.Queue.Clear()
	s.Ledger.Clear()
	s.Opened, s.History, s.Forecast = Opened{}, History{}, Forecast{}
	s.settlement, s.labels = settlement{}, nil
	s.Prices = Prices{version: s.Prices.version + 1}
	s.Notes = Notes{version: s.Notes.version + 1}
	s.watched, s.blind = time.Time{}, time.Time{}
}

// Counts counts the generations, in no time.
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

// Cost is the best that is known of a job's cost, in no time.
func (s *Store) Cost(g *Generation) outbox.Cost { return s.Prices.Cost(g) }
