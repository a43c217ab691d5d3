package state

import (
	"maps"
	"strings"
)

// Notes are what the user wrote beside jobs, by id; nothing of them ever comes
// from the server. The zero Notes is empty and ready.
type Notes struct {
	texts   map[string]string
	lower   map[string]string // as they are searched
	version uint64
}

// NewNotes are the notes that were kept.
func NewNotes(texts map[string]string) Notes {
	n := Notes{texts: maps.Clone(texts), version: 1}
	for id, text := range texts {
		n.index(id, text)
	}
	return n
}

// Set replaces a note; an empty one is none.
func (n *Notes) Set(id, text string) {
	n.version++
	if text == "" {
		delete(n.texts, id)
		delete(n.lower, id)
		return
	}
	if n.texts == nil {
		n.texts = make(map[string]string)
	}
	n.texts[id] = text
	n.index(id, text)
}

func (n *Notes) index(id, text string) {
	if n.lower == nil {
		n.lower = make(map[string]string)
	}
	n.lower[id] = strings.ToLower(text)
}

// HandOver gives a job the note of its submission, unless it has one.
func (n *Notes) HandOver(submission, job string) {
	if text := n.texts[submission]; text != "" && job != "" && n.texts[job] == "" {
		n.Set(job, text)
	}
}

// Of is the note of an id, "" if there is none.
func (n *Notes) Of(id string) string { return n.texts[id] }

// Version changes whenever any note does.
func (n *Notes) Version() uint64 { return n.version }

// beside is a row with its note, for a filter. Most rows have none, and cost
// nothing more.
func (n *Notes) beside(row Searchable, id string) Searchable {
	if n == nil || len(n.lower) == 0 {
		return row
	}
	if note := n.lower[id]; note != "" {
		return noted{row, note}
	}
	return row
}

// noted is a row with a note.
type noted struct {
	Searchable
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
