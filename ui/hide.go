package ui

import (
	"cmp"
	"context"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/account"
	"dubtop/ui/kit"
)

// Rows that the user is done with can be hidden: the journal keeps them, sums
// count them, and the filter hidden:yes shows them.

// hiding returns the action that hides rows, or shows them again if all of them
// are hidden. many is how many are marked.
func (a *desk) hiding(many func() int, chosen func() []named, none func() text.Text, unmark func()) kit.Action {
	return a.Does(keymap.Drop, func() tea.Cmd {
		rows := chosen()
		hide := false
		for _, r := range rows {
			hide = hide || !a.store.Hidden.Hides(r.id)
		}
		unmark()
		s := a.session
		return func() tea.Msg { return hiddenMsg{asked{s}, rows, hide, saveHidden(s, rows, hide)} }
	}).Called("hide, or show again").Unless(func() text.Text {
		if why := tooMany(many(), wordMost); why != "" {
			return why
		}
		if len(chosen()) == 0 {
			return cmp.Or(none(), "what may have been charged stays in sight until its outcome is known")
		}
		return a.unkept("what is hidden")
	})
}

func saveHidden(s *account.Account, rows []named, hide bool) error {
	return s.Journal.Hide(context.Background(), keysOf(rows), hide)
}

// hiddenMsg reports that the journal has saved the hidden rows, or the error.
type hiddenMsg struct {
	asked
	rows []named
	hide bool
	err  error
}

func (m hiddenMsg) apply(a *desk) tea.Cmd {
	if m.err != nil {
		a.Complain("not hidden: " + errorText(m.err))
		return nil
	}
	var changed []named
	for _, r := range m.rows {
		if a.store.Hidden.Hides(r.id) != m.hide {
			changed = append(changed, r)
		}
	}
	set := func(hide bool) {
		for _, r := range changed {
			a.store.Hidden.Set(r.id, hide)
		}
	}
	set(m.hide)
	words := whose(changed) + " hidden"
	if m.hide {
		a.Say(words + "; the filter hidden:yes shows it, " + a.KeyFor(keymap.Undo) + " takes it back")
	} else {
		words = whose(changed) + " shown again"
		a.Say(words)
	}
	a.restorable(words, func(s *account.Account) error { return saveHidden(s, changed, !m.hide) }, func() { set(!m.hide) })
	return nil
}
