package state

import "dubtop/state/table"

// Hidden holds the jobs and batches that the user has put away: lists leave them
// out unless a filter asks for them. The zero Hidden is empty and ready to use.
type Hidden struct {
	ids     map[string]bool
	version uint64
}

// NewHidden returns the rows that the journal lists as hidden.
func NewHidden(ids []string) Hidden {
	h := Hidden{version: 1}
	for _, id := range ids {
		h.Set(id, true)
	}
	return h
}

// Set puts a row away, or takes it out again.
func (h *Hidden) Set(id string, hidden bool) {
	h.version++
	if !hidden {
		delete(h.ids, id)
		return
	}
	if h.ids == nil {
		h.ids = make(map[string]bool)
	}
	h.ids[id] = true
}

// Hides reports whether a row is put away.
func (h *Hidden) Hides(id string) bool { return h.ids[id] }

// Count is the number of rows that are put away.
func (h *Hidden) Count() int { return len(h.ids) }

// Version changes with every change.
func (h *Hidden) Version() uint64 { return h.version }

// Beside adds to a row that it is put away.
func (h *Hidden) Beside(row table.Searchable, id string) table.Searchable {
	if h.ids[id] {
		return hiddenRow{row}
	}
	return row
}

// hiddenRow is a row that is put away.
type hiddenRow struct{ table.Searchable }

// FieldValue supports hidden and the row's own fields.
func (r hiddenRow) FieldValue(name string) (string, bool) {
	if name == "hidden" {
		return "yes", true
	}
	return r.Searchable.FieldValue(name)
}
