package state

import (
	"time"

	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/settle"
	"dubtop/state/table"
)

// Figures are what jobs cost and how long they took, as lists show them: filters
// and orders of jobs use the same.
type Figures struct {
	*Prices
	tooks *tooks // nil if the server has told none
}

var _ table.Figures = Figures{}

// FiguresOf returns the figures that are told by entries of the ledger and by rows
// about what finished.
func FiguresOf(entries []ledger.Entry, rows []settle.Row) Figures {
	f := Figures{new(Prices), new(tooks)}
	f.Add(entries, rows)
	return f
}

// Add adds what entries and rows tell.
func (f Figures) Add(entries []ledger.Entry, rows []settle.Row) {
	for i := range entries {
		f.Book(&entries[i])
	}
	for i := range rows {
		f.tooks.put(rows[i].ID, rows[i].Took())
	}
}

// Took is how long an ended job took: from its creation on if the server tells,
// with whole; else how long it was seen working. ok is false if neither is known.
func (f Figures) Took(g *Generation) (d time.Duration, whole, ok bool) {
	if f.tooks != nil && g.Status.Terminal() {
		if d, ok = f.tooks.find(g.Key()); ok {
			return d, true, true
		}
	}
	d, ok = g.Took()
	return d, false, ok
}

// Rank orders jobs and batch result lines by cost, unknown ones lowest. All other
// rows have the same rank.
func (f Figures) Rank(row any) int64 {
	g, ok := jobIn(row)
	if !ok {
		return 0
	}
	c := f.Cost(g)
	if c.Kind == outbox.CostUnknown {
		return -1
	}
	return int64(c.Amount)
}

// jobIn returns the job of a row; ok is false if it is neither a job nor the line
// of a batch's results.
func jobIn(row any) (g *Generation, ok bool) {
	switch row := row.(type) {
	case *Generation:
		return row, true
	case *BatchItem:
		return &row.Generation, true
	}
	return nil, false
}

// Measure tells the cost of a job in dollars, and how long it took in seconds.
func (f Figures) Measure(row any, field string) (value float64, known, ok bool) {
	g, ok := jobIn(row)
	switch {
	case ok && field == "cost":
		c := f.Cost(g)
		return c.Amount.Dollars(), c.Kind != outbox.CostUnknown, true
	case ok && field == "took":
		took, _, known := f.Took(g)
		return took.Seconds(), known, true
	}
	return 0, false, false
}

// Version changes with every change of a figure.
func (f Figures) Version() uint64 {
	if f.tooks == nil {
		return f.Prices.Version()
	}
	return f.Prices.Version() + f.tooks.version
}
