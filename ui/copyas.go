package ui

import (
	"cmp"
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/ui/kit"
)

// unread returns why the journal, such as the inputs of a job in it, can't be read
// now, or "".
func (a *desk) unread() text.Text {
	if a.session == nil || a.session.Journal == nil {
		return "the journal is not open yet"
	}
	return ""
}

// copyAs reads the request of a job and offers to copy it for other programs.
func (a *composer) copyAs(g state.Generation) tea.Cmd {
	a.Busy("reading the inputs of " + g.Name + a.Theme.Glyphs.More)
	s, from, home := a.session, a.Top(), a.cfg.Home
	return func() tea.Msg {
		m := copiesMsg{asked: asked{s}, from: from, name: g.Name}
		var d draft.Draft
		d, m.lost, m.err = account.RequestOf(context.Background(), s.Client, s.Journal, g.ID)
		if m.err == nil {
			m.copies, m.err = account.Copies(d, s.Client.Base(), string(cmp.Or(g.ID, "1")), home)
		}
		return m
	}
}

// copiesMsg carries the request of a job as text.
type copiesMsg struct {
	asked
	from   kit.Screen // the screen that asked for it
	name   text.Text
	copies []draft.Copy
	lost   []text.Text // parts that are not in it
	err    error
}

func (m copiesMsg) apply(a *composer) tea.Cmd {
	a.Calm()
	switch {
	case m.err != nil:
		a.Complain("the request of " + m.name + " can't be copied: " + errorText(m.err))
		return nil
	case a.Top() != m.from:
		return nil // the user has moved on
	}
	var acts []kit.Action
	for _, c := range m.copies {
		what := text.Of(c.Name)
		acts = append(acts, kit.Action{
			Key: key.NewBinding(key.WithHelp("", "copy as "+c.Name)),
			Run: func() tea.Cmd {
				cmd := a.copyText("the request of "+m.name+" as "+what, c.Text)
				if len(m.lost) > 0 {
					a.Warn("copied without " + text.Join(m.lost, "; "))
				}
				return cmd
			},
		})
	}
	a.Push(kit.NewMenu(a.Stage, "formats", acts))
	return nil
}
