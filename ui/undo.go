package ui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state/account"
)

// Changes made here can be taken back: labels, notes, verdicts, hidden rows,
// marks, watches, kept views, deadlines of job sets, the number of slots, and the
// order, the pauses and the drops of the queue. Requests that were sent, and
// deletions on the server, can't.

// restorable lets a change be taken back that the journal has saved: save saves
// the state before it, and show shows that.
func (a *desk) restorable(words text.Text, save func(*account.Account) error, show func()) {
	s := a.session
	a.Undoable(func() tea.Cmd {
		return func() tea.Msg { return undoneMsg{asked{s}, words, show, save(s)} }
	})
}

// undoneMsg reports that the journal has saved the state before a change, or the
// error.
type undoneMsg struct {
	asked
	words text.Text
	show  func()
	err   error
}

func (m undoneMsg) apply(a *desk) tea.Cmd {
	if m.err != nil {
		a.Complain("not undone: " + errorText(m.err))
		return nil
	}
	m.show()
	a.Undone(m.words)
	return nil
}

// restorableWords lets a change of words be taken back: labels or notes, that had
// holds as they were by id. save saves what several ids had, and show shows it.
func (a *desk) restorableWords(words text.Text, had map[string]text.Text, save func(s *account.Account, ids []string, was string) error, show func(id string, was text.Text)) {
	a.restorable(words, func(s *account.Account) (err error) {
		for was, ids := range byWords(had) {
			err = errors.Join(err, save(s, ids, string(was)))
		}
		return err
	}, func() {
		for id, was := range had {
			show(id, was)
		}
	})
}

// byWords groups ids by what each of them had, so that those with the same are
// saved together.
func byWords(had map[string]text.Text) map[text.Text][]string {
	groups := make(map[text.Text][]string)
	for id, words := range had {
		groups[words] = append(groups[words], id)
	}
	return groups
}
