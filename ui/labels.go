package ui

import (
	"context"

	"dubtop/state/draft"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
)

// Labels are our own words for jobs: a customer, a project. The journal keeps
// them, the lists find them, the ledger counts by them.

// unlabelled says why no label can be set.
func (a *desk) unlabelled() text.Text {
	switch {
	case a.session == nil || a.session.Journal == nil:
		return "the journal is not open yet"
	case a.session.Unwritable() != nil:
		return "labels are kept in the journal: " + errorText(a.session.Unwritable())
	}
	return ""
}

// askLabel asks for the label of jobs, batches or submissions: one for all of
// them.
func (a *desk) askLabel(jobs []named) tea.Cmd {
	was, mixed := common(jobs, func(id string) text.Text { return a.store.LabelOf(api.ID(id)) })
	return a.Prompt("label of "+whose(jobs), string(was), draft.MaxLabel, func(label text.Text) tea.Cmd {
		set := labelCmd(a.session, keysOf(jobs), label)
		switch {
		case mixed && label == "":
			return a.askAbout(jobs, "Take the labels off?", "They have different labels.", "take them off", set)
		case !mixed && label == was:
			return nil
		}
		return set
	})
}

func labelCmd(s *account.Account, ids []string, label text.Text) tea.Cmd {
	return func() tea.Msg {
		return labelledMsg{s, ids, label, s.Journal.LabelAll(context.Background(), ids, string(label))}
	}
}

// labelledMsg is a label that the journal holds.
type labelledMsg struct {
	session *account.Account
	ids     []string
	label   text.Text
	err     error
}

func (m labelledMsg) land(a *desk) tea.Cmd {
	switch {
	case m.session != a.session:
		return nil
	case m.err != nil:
		a.Complain("not labelled: " + errorText(m.err))
		return nil
	}
	for _, id := range m.ids {
		a.store.SetLabel(api.ID(id), string(m.label))
	}
	words := "labelled " + m.label
	if m.label == "" {
		words = "the label is off"
	}
	a.Say(several(m.ids) + words)
	return nil
}
