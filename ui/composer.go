package ui

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/state/draft"
)

// composer is the desk with what is being made on it: the draft in the form, and
// what the user has agreed to and waits for.
type composer struct {
	*desk
	draft     draft.Draft          // what was last typed into the form
	drafts    drafting             // how that stands to the journal
	batchPath string               // what was last typed into the batch form
	attended  map[string]*spending // what the user has just said yes to, by id
	pilots    map[string]*pilot    // by submission
}

// composed is a message from the world that knows how to land where something is
// being made.
type composed interface{ land(a *composer) tea.Cmd }

// landed lets a message from the world land; ok is false for any other.
func (a *composer) landed(msg tea.Msg) (cmd tea.Cmd, ok bool) {
	switch m := msg.(type) {
	case reply:
		return m.land(a.desk), true
	case composed:
		return m.land(a), true
	}
	return nil, false
}

func (a *composer) attend(s *spending) {
	if a.attended == nil {
		a.attended = make(map[string]*spending)
	}
	a.attended[s.submission.ID] = s
}
