package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/draft"
)

// Labels are the user's own words for jobs, such as a customer or a project.
// The journal stores them, filters match them, and the ledger groups by them.

// unkept returns why something of the user's, such as labels, can't be saved, or
// "".
func (a *desk) unkept(what text.Text) text.Text {
	if why := a.unread(); why != "" {
		return why
	}
	if err := a.session.Unwritable(); err != nil {
		return "can't save " + what + ": " + errorText(err)
	}
	return ""
}

// unlabelled returns why no label can be set, or "".
func (a *desk) unlabelled() text.Text { return a.unkept("labels") }

// askLabel asks for one label for the given jobs, batches or submissions.
func (a *desk) askLabel(jobs []named) tea.Cmd {
	was, mixed := common(jobs, func(id string) text.Text { return a.store.LabelOf(api.ID(id)) })
	return a.Prompt("label of "+whose(jobs), string(was), draft.MaxLabel, func(label text.Text) tea.Cmd {
		set := labelCmd(a.session, keysOf(jobs), label)
		switch {
		case mixed && label == "":
			return a.askAbout(jobs, "Remove the labels?", "They have different labels.", "remove them", set)
		case !mixed && label == was:
			return nil
		}
		return set
	})
}

func labelCmd(s *account.Account, ids []string, label text.Text) tea.Cmd {
	return func() tea.Msg {
		return labelledMsg{asked{s}, ids, label, s.Journal.LabelAll(context.Background(), ids, string(label))}
	}
}

// labelledMsg reports that the journal has saved a label, or the error.
type labelledMsg struct {
	asked
	ids   []string
	label text.Text
	err   error
}

func (m labelledMsg) apply(a *desk) tea.Cmd {
	switch {
	case m.err != nil:
		a.Complain("not labelled: " + errorText(m.err))
		return nil
	}
	had := make(map[string]text.Text, len(m.ids))
	for _, id := range m.ids {
		had[id] = a.store.LabelOf(api.ID(id))
		a.setLabel(id, m.label)
	}
	words := "labelled " + m.label
	if m.label == "" {
		words = "label removed"
	}
	words = several(m.ids) + words
	a.Say(words)
	a.restorableWords(words, had, func(s *account.Account, ids []string, was string) error {
		return s.Journal.LabelAll(context.Background(), ids, was)
	}, a.setLabel)
	return nil
}

// setLabel changes the label of a job, and whose turn it is, which may depend on it.
func (a *desk) setLabel(id string, label text.Text) {
	a.store.SetLabel(api.ID(id), string(label))
	a.outbox.Queue.Share(a.outbox.Queue.Sharing)
}
