package state

import (
	"strings"

	"dubtop/api/text"
	"dubtop/state/table"
)

// Notes are the user's notes about jobs, by id. They are never sent to the
// server. The zero Notes is empty and ready to use.
type Notes struct {
	texts   map[string]text.Text
	lower   map[string]string // in lower case, for searching
	version uint64
}

// NewNotes returns notes loaded from the journal.
func NewNotes(texts map[string]string) Notes {
	var n Notes
	for id, note := range texts {
		n.Set(id, text.Of(note))
	}
	n.version = 1
	return n
}

// Set replaces a note; "" removes it.
func (n *Notes) Set(id string, note text.Text) {
	n.version++
	if note == "" {
		delete(n.texts, id)
		delete(n.lower, id)
		return
	}
	if n.texts == nil {
		n.texts = make(map[string]text.Text)
	}
	n.texts[id] = note
	n.index(id, note)
}

func (n *Notes) index(id string, note text.Text) {
	if n.lower == nil {
		n.lower = make(map[string]string)
	}
	n.lower[id] = strings.ToLower(string(note))
}

// HandOver copies a submission's note to its job, unless the job has one.
func (n *Notes) HandOver(submission, job string) {
	if note := n.texts[submission]; note != "" && job != "" && n.texts[job] == "" {
		n.Set(job, note)
	}
}

// Of returns the note of an id, or "".
func (n *Notes) Of(id string) text.Text { return n.texts[id] }

// Version changes with every change of a note.
func (n *Notes) Version() uint64 { return n.version }

// Beside returns a row with its note, for a filter, or the row itself if it has
// none.
func (n *Notes) Beside(row table.Searchable, id string) table.Searchable {
	if len(n.lower) == 0 {
		return row
	}
	if note := n.lower[id]; note != "" {
		return noted{row, note}
	}
	return row
}

// noted is a row with a note.
type noted struct {
	table.Searchable
	note string
}

// Haystack joins the row's haystack and the note.
func (n noted) Haystack() string { return n.Searchable.Haystack() + "\n" + n.note }

// FieldValue supports note and the row's own fields.
func (n noted) FieldValue(name string) (string, bool) {
	if name == "note" {
		return n.note, true
	}
	return n.Searchable.FieldValue(name)
}
