package state

import "dubtop/state/table"

// Remarks combines this machine's own facts about a job, for filters.
type Remarks struct {
	notes *Notes
	saved *Saved
}

// Remarks returns the remarks on the jobs: notes and saved files.
func (s *Store) Remarks() Remarks { return Remarks{&s.Notes, &s.Saved} }

// Beside adds all remarks to a row.
func (r Remarks) Beside(row table.Searchable, id string) table.Searchable {
	return r.saved.Beside(r.notes.Beside(row, id), id)
}

// Version changes with every change of a remark.
func (r Remarks) Version() uint64 { return r.notes.Version() + r.saved.Version() }
