package state

import (
	"strings"

	"dubtop/state/table"

	"dubtop/api/text"
)

// Notes are what the user wrote beside jobs, by id; nothing of them ever comes
// from the server. The zero Notes is empty and ready.
type Notes struct {
	texts   map[string]text.Text
	lower   map[string]string // as they are searched
	version uint64
}

// NewNotes are the notes that were kept.
func NewNotes(texts map[string]string) Notes {
	var n Notes
	for id, note := range texts {
		n.Set(id, text.Of(note))
	}
	n.version = 1
	return n
}

// Set replaces a note; an empty one is none.
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

// HandOver gives a job the note of its submission, unless it has one.
func (n *Notes) HandOver(submission, job string) {
	if note := n.texts[submission]; note != "" && job != "" && n.texts[job] == "" {
		n.Set(job, note)
	}
}

// Of is the note of an id, "" if there is none.
func (n *Notes) Of(id string) text.Text { return n.texts[id] }

// Version changes whenever any note does.
func (n *Notes) Version() uint64 { return n.version }

// Beside is a row with its note, for a filter. Most rows have none, and cost
// nothing more.
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

// Haystack is the row's, and the note.
func (n noted) Haystack() string { return n.Searchable.Haystack() + "\n" + n.note }

// FieldValue knows note beside the row's own fields.
func (n noted) FieldValue(name string) (string, bool) {
	if name == "note" {
		return n.note, true
	}
	return n.Searchable.FieldValue(name)
}
