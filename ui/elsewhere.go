package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/state"
)

// Another window may be sending with the same journal. What it sends is shown
// here too, so its outcome must come here too.

// watchElsewhere remembers a request that is on its way, though not from here.
func (a *App) watchElsewhere(sub *state.Submission) {
	_, ours := a.sending[sub.ID]
	if sub.State == state.SubmissionSending && !ours {
		a.elsewhere[sub.ID] = true
	}
}

// lookElsewhere asks the journal what has become of such requests.
func (a *App) lookElsewhere() tea.Cmd {
	if len(a.elsewhere) == 0 || a.session == nil {
		return nil
	}
	return elsewhereCmd(a.session)
}

func elsewhereCmd(s *Session) tea.Cmd {
	return func() tea.Msg {
		ctx := context.Background()
		var dead error
		if s.JournalErr == nil {
			_, dead = s.Journal.Recover(ctx, time.Now()) // the other window may be gone
		}
		subs, err := s.Journal.Submissions(ctx)
		return elsewhereMsg{s, subs, errors.Join(dead, err)}
	}
}

// elsewhereMsg is what the journal says of all submissions.
type elsewhereMsg struct {
	session     *Session
	submissions []state.Submission
	err         error
}

func (m elsewhereMsg) land(a *App) tea.Cmd {
	if m.session != a.session || m.err != nil {
		return nil // the next beat asks again
	}
	for i := range m.submissions {
		sub := &m.submissions[i]
		if !a.elsewhere[sub.ID] || sub.State == state.SubmissionSending {
			continue
		}
		delete(a.elsewhere, sub.ID)
		a.settle(sub)
		switch sub.State {
		case state.SubmissionSent:
			a.spent(sub)
			if a.draft.UpdatedAt.Equal(sub.Draft.UpdatedAt) {
				a.draft = state.Draft{Model: sub.Model} // it has become this submission
			}
		case state.SubmissionUnknown:
			a.intend(sub)
		}
		a.poller.Refresh(a.now)
	}
	return a.poll()
}
