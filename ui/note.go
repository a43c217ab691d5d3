package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state"
)

// noteLimit is how many characters a note may have: it is a line, no letter.
const noteLimit = 500

// editNote asks for the note of a job.
func (a *App) editNote(g *state.Generation) tea.Cmd {
	id := g.Key()
	old := a.store.Notes.Of(id)
	return a.prompt("note", old, noteLimit, func(note string) tea.Cmd {
		if note == old {
			return nil
		}
		a.store.Notes.Set(id, note)
		return saveNoteCmd(a.session, id, note, old)
	})
}

// unnotable says why no note can be kept.
func (a *App) unnotable() text.Text {
	switch {
	case a.session == nil || a.session.Journal == nil:
		return "the journal is not open yet"
	case a.session.JournalErr != nil:
		return "no journal, no notes: " + errorText(a.session.JournalErr)
	}
	return ""
}

func saveNoteCmd(s *Session, id, note, old string) tea.Cmd {
	return func() tea.Msg {
		return savedNoteMsg{s, id, note, old, s.Journal.SetNote(context.Background(), id, note)}
	}
}

// savedNoteMsg tells whether the journal has a note.
type savedNoteMsg struct {
	session       *Session
	id, note, old string
	err           error
}

// land takes back what could not be kept, unless it was changed again since.
func (m savedNoteMsg) land(a *App) tea.Cmd {
	switch {
	case m.session != a.session:
	case m.err != nil:
		if a.store.Notes.Of(m.id) == m.note {
			a.store.Notes.Set(m.id, m.old)
		}
		a.complain("the note could not be kept: " + errorText(m.err))
	case m.note == "":
		a.say("note removed")
	default:
		a.say("note kept")
	}
	return nil
}
