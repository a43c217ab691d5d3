package state

import "dubtop/state/table"

// Remarks combines this machine's own facts about a job, for filters.
type Remarks struct {
	notes  *Notes
	saved  *Saved
	hidden *Hidden
}

// Remarks returns the remarks on the jobs: notes, saved files, and what is put
// away.
func (s *Store) Remarks() Remarks { return Remarks{&s.Notes, &s.Saved, &s.Hidden} }

// Beside adds all remarks to a row.
func (r Remarks) Beside(row table.Searchable, id string) table.Searchable {
	return r.hidden.Beside(r.saved.Beside(r.notes.Beside(row, id), id), id)
}

// Version changes with every change of a remark.
func (r Remarks) Version() uint64 { return r.notes.Version() + r.saved.Version() + r.hidden.Version() }
