package kit

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// mostUndone is how many changes can be taken back.
const mostUndone = 100

// Undoable remembers how to take back what the user just did. back says with
// [Stage.Undone] what it took back, because it may have to save that first.
func (a *Stage) Undoable(back func() tea.Cmd) {
	if len(a.changes) == mostUndone {
		a.changes = slices.Delete(a.changes, 0, 1)
	}
	a.changes = append(a.changes, back)
}

// ForgetChanges makes what was done final, because it is about another account.
func (a *Stage) ForgetChanges() { a.changes = nil }

// Undoing returns the action that takes back the last change.
func (a *Stage) Undoing() Action {
	return a.Does(keymap.Undo, func() tea.Cmd {
		last := a.changes[len(a.changes)-1]
		a.changes = a.changes[:len(a.changes)-1]
		return last()
	}).Unless(func() text.Text {
		if len(a.changes) == 0 {
			return "there is nothing to undo; what was sent or deleted on the server stays so"
		}
		return ""
	})
}

// Undone says what was taken back.
func (a *Stage) Undone(words text.Text) { a.Say("undone: " + words) }
