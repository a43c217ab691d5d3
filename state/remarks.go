package state

import (
	"dubtop/state/ledger"
	"dubtop/state/table"
)

// Remarks combines this machine's own facts about a job, for filters.
type Remarks struct {
	notes  *Notes
	saved  *Saved
	hidden *Hidden
	ledger *ledger.Ledger
}

// Remarks returns the remarks on the jobs: notes, saved files, hidden rows and
// bills.
func (s *Store) Remarks() Remarks { return Remarks{&s.Notes, &s.Saved, &s.Hidden, &s.Ledger} }

// With returns the remarks with the bills of another ledger.
func (r Remarks) With(l *ledger.Ledger) Remarks {
	r.ledger = l
	return r
}

// Beside adds all remarks to a row. Those on a line of a batch's results are on its
// job.
func (r Remarks) Beside(row table.Searchable, id string) table.Searchable {
	if b, ok := row.(*BatchItem); ok {
		id = b.Generation.Key()
	}
	if r.ledger.Differing()[id] {
		row = differing{row}
	}
	return r.hidden.Beside(r.saved.Beside(r.notes.Beside(row, id), id), id)
}

// Version changes with every change of a remark.
func (r Remarks) Version() uint64 {
	return r.notes.Version() + r.saved.Version() + r.hidden.Version() + r.ledger.DifferingVersion()
}

// differing is the row of a job that was billed differently.
type differing struct{ table.Searchable }

// FieldValue supports billed.
func (d differing) FieldValue(name string) (string, bool) {
	if name == "billed" {
		return ledger.BilledWords()[0], true
	}
	return d.Searchable.FieldValue(name)
}
