package ui

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/kit"
)

// generationActions returns the actions for a job, or for the marked jobs, on
// any screen that shows them.
func generationActions(a *composer, set selection) []kit.Action {
	missing := func() text.Text {
		if n := set.many(); n > 1 {
			return tooMany(n, wordMost)
		}
		return set.missing()
	}
	unidentified := func() text.Text {
		if set.many() > 0 {
			return ""
		}
		return set.none()
	}
	open, link := a.linking(set)
	acts := []kit.Action{
		open.Hinted("open").IfAble(),
		a.Does(keymap.CopyID, func() tea.Cmd { return a.copyIDs(set.ids()) }).Unless(unidentified).Hinted(""),
		link,
		a.Does(keymap.CopyAs, func() tea.Cmd { return a.copyAs(*set.one()) }).Unless(func() text.Text { return cmp.Or(set.missing(), a.unread()) }),
		a.Does(keymap.Note, func() tea.Cmd { return a.editNote(set.names()) }).Unless(func() text.Text { return cmp.Or(missing(), a.unnotable()) }),
		a.watchAction(set.watchees, set.none),
		a.hiding(set.many, set.names, set.none, set.drop),
		a.deleting(set),
		a.judging(set),
		a.comparing(set),
		a.handing(set),
		a.planning(idOf(set.one)),
		a.Does(keymap.Label, func() tea.Cmd { return a.askLabel(set.names()) }).Unless(func() text.Text { return cmp.Or(missing(), a.unlabelled()) }),
	}
	acts = append(acts, a.savingActions(set)...)
	return append(append(acts, a.runningAgain(set)...), a.hookAction(set))
}
