package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/inputs"
)

// composer is the desk plus the work on new jobs: the draft in the form, and
// the submissions the user has confirmed and is waiting for.
type composer struct {
	*desk
	draft     draft.Draft          // as last typed into the form
	drafts    drafting             // its state in the journal
	batchPath string               // as last typed into the batch form
	setTyped  setTyped             // as last typed into the job set form
	attended  map[string]*spending // confirmed in this window and not yet answered, by submission id
	uploading ownUploads           // files that the user uploads for no job
	nextDue   time.Time            // when the next beat comes; see askBeat
}

// setTyped holds the fields of the job set form as last typed.
type setTyped struct {
	videos, tracks, template string
	every                    bool
	assets                   map[string]inputs.Asset // that were marked for it
	like                     draft.Draft             // what all rows have
	plan                     string                  // the deadline and the priority
}

// composed is a message that applies itself to the composer.
type composed interface{ apply(a *composer) tea.Cmd }

// applied applies a reply or a composed message. ok is false for any other
// message.
func (a *composer) applied(msg tea.Msg) (cmd tea.Cmd, ok bool) {
	if m, ok := msg.(interface{ of() *account.Account }); ok && m.of() != a.session {
		return nil, true
	}
	switch m := msg.(type) {
	case reply:
		return m.apply(a.desk), true
	case composed:
		return m.apply(a), true
	}
	return nil, false
}

func (a *composer) attend(s *spending) {
	if a.attended == nil {
		a.attended = make(map[string]*spending)
	}
	a.attended[s.submission.ID] = s
}
