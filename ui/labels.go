package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
)

// Labels are our own words for jobs: a customer, a project. The journal keeps
// them, the lists find them, the ledger counts by them.

// unlabelled says why no label can be set.
func (a *App) unlabelled() text.Text {
	switch {
	case a.session == nil || a.session.Journal == nil:
		return "the journal is not open yet"
	case a.session.JournalErr != nil:
		return "labels are kept in the journal: " + errorText(a.session.JournalErr)
	}
	return ""
}

// askLabel asks for the label of a job, a batch or a submission.
func (a *App) askLabel(id api.ID) tea.Cmd {
	was := a.store.LabelOf(id)
	return a.prompt("label", was, state.MaxLabel, func(label string) tea.Cmd {
		if label == was {
			return nil
		}
		return labelCmd(a.session, id, label)
	})
}

func labelCmd(s *Session, id api.ID, label string) tea.Cmd {
	return func() tea.Msg {
		// An empty one says that the label is off, whatever was booked.
		err := s.Journal.SetLabels(context.Background(), string(id), []string{label})
		return labelledMsg{s, id, label, err}
	}
}

// labelledMsg is a label that the journal holds.
type labelledMsg struct {
	session *Session
	id      api.ID
	label   string
	err     error
}

func (m labelledMsg) land(a *App) tea.Cmd {
	switch {
	case m.session != a.session:
	case m.err != nil:
		a.complain("not labelled: " + errorText(m.err))
	case m.label == "":
		a.store.SetLabel(m.id, "")
		a.say("the label is off")
	default:
		a.store.SetLabel(m.id, m.label)
		a.say(text.Of("labelled " + m.label))
	}
	return nil
}
