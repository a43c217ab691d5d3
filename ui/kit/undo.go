package kit

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// mostUndone is how many changes can be taken back.
const mostUndone = 100

// Undoable remembers how to take back the user's last change. back reports with
// [Stage.Undone] when it is done, because it may have to save first.
func (a *Stage) Undoable(back func() tea.Cmd) {
	if len(a.changes) == mostUndone {
		a.changes = slices.Delete(a.changes, 0, 1)
	}
	a.changes = append(a.changes, back)
}

// ForgetChanges makes all changes final, because they are about another account.
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

// Undone names the change that was taken back.
func (a *Stage) Undone(words text.Text) { a.Say("undone: " + words) }
