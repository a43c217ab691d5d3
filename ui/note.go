package ui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state/account"
)

// noteLimit is the maximum length of a note in characters.
const noteLimit = 500

// editNote asks for one note for the given jobs. It asks again before replacing
// different notes.
func (a *desk) editNote(jobs []named) tea.Cmd {
	old, mixed := common(jobs, a.store.Notes.Of)
	return a.Prompt("note of "+whose(jobs), string(old), noteLimit, func(note text.Text) tea.Cmd {
		others := slices.DeleteFunc(slices.Clone(jobs), func(j named) bool {
			had := a.store.Notes.Of(j.id)
			return had == "" || had == note
		})
		set := func() tea.Msg { return takeNotesMsg{asked{a.session}, keysOf(jobs), note} }
		switch {
		case mixed && len(others) > 0 && note == "":
			return a.askAbout(others, "Remove the notes?", "Their text will be lost.", "remove them", set)
		case mixed && len(others) > 0:
			return a.askAbout(others, "Replace the notes?", text.Sprintf("Their text will be replaced by %q.", note), "replace them", set)
		case !mixed && note == old:
			return nil
		}
		return a.takeNotes(keysOf(jobs), note)
	})
}

// takeNotesMsg confirms that notes are replaced.
type takeNotesMsg struct {
	asked
	ids  []string
	note text.Text
}

func (m takeNotesMsg) apply(a *desk) tea.Cmd {
	return a.takeNotes(m.ids, m.note)
}

// takeNotes shows a note at once and saves it in the journal.
func (a *desk) takeNotes(ids []string, note text.Text) tea.Cmd {
	old := make([]text.Text, len(ids))
	for i, id := range ids {
		old[i] = a.store.Notes.Of(id)
		a.store.Notes.Set(id, note)
	}
	s := a.session
	return func() tea.Msg {
		return savedNoteMsg{asked{s}, ids, note, old, s.Journal.NoteAll(context.Background(), ids, string(note))}
	}
}

// unnotable returns why no note can be saved, or "".
func (a *desk) unnotable() text.Text { return a.unkept("notes") }

// savedNoteMsg reports whether the journal has saved a note.
type savedNoteMsg struct {
	asked
	ids  []string
	note text.Text
	old  []text.Text // the previous note of each job
	err  error
}

// apply restores the previous notes if saving failed, unless they have changed
// since.
func (m savedNoteMsg) apply(a *desk) tea.Cmd {
	switch {
	case m.err != nil:
		for i, id := range m.ids {
			if a.store.Notes.Of(id) == m.note {
				a.store.Notes.Set(id, m.old[i])
			}
		}
		a.Complain("the note could not be saved: " + errorText(m.err))
	case m.note == "":
		m.tell(a, several(m.ids)+"note removed")
	default:
		m.tell(a, several(m.ids)+"note saved")
	}
	return nil
}

// tell reports the change, and lets it be taken back.
func (m savedNoteMsg) tell(a *desk, words text.Text) {
	a.Say(words)
	had := make(map[string]text.Text, len(m.ids))
	for i, id := range m.ids {
		had[id] = m.old[i]
	}
	a.restorableWords(words, had, func(s *account.Account, ids []string, was string) error {
		return s.Journal.NoteAll(context.Background(), ids, was)
	}, func(id string, was text.Text) { a.store.Notes.Set(id, was) })
}
