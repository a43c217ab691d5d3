package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
)

// runningAgain returns the actions that create new jobs from existing ones.
func (a *composer) runningAgain(set selection) []kit.Action {
	refuse := func() text.Text {
		n := set.many()
		switch {
		case n > groupMost:
			return text.Sprintf("%d are marked; a group takes %d at most", n, groupMost)
		case n > 1:
		case set.again() == nil:
			return set.none()
		case set.again().job.Submission == outbox.SubmissionSending:
			return "this is being sent right now: wait for the answer"
		}
		return a.unspendable()
	}
	run := func(choose bool) func() tea.Cmd {
		return func() tea.Cmd {
			if set.many() < 2 {
				return a.runAgain(*set.again(), choose)
			}
			if choose {
				return a.groupWithModel(set.fixed())
			}
			return a.openGroup(set.fixed(), "")
		}
	}
	return []kit.Action{
		a.Does(keymap.Rerun, run(false)).Unless(refuse).Hinted("again"),
		a.Does(keymap.RerunModel, run(true)).Unless(refuse),
	}
}

// runAgain opens a form with the source of a job, after the choice of another
// model if choose is set.
func (a *composer) runAgain(x source, choose bool) tea.Cmd {
	if a.session.Journal == nil {
		return a.afterOpening(func() tea.Cmd { return a.runAgain(x, choose) })
	}
	a.Busy("reading the inputs of " + x.job.Name + a.Theme.Glyphs.More)
	s, from := a.session, a.Top()
	return func() tea.Msg {
		m := sourceMsg{asked: asked{s}, from: from, choose: choose}
		found, err := sources(context.Background(), s, []source{x})
		m.source = found[0]
		if err != nil {
			m.source.err = err
		}
		return m
	}
}

// sourceMsg carries the source of a job.
type sourceMsg struct {
	asked
	from   kit.Screen // the screen that asked for it
	choose bool
	source source
}

func (m sourceMsg) apply(a *composer) tea.Cmd {
	a.Calm()
	a.remember(&m.source)
	switch {
	case m.source.err != nil:
		a.Complain(m.source.job.Name + " can't be run again: " + errorText(m.source.err))
		return nil
	case a.Top() != m.from:
		return nil // the user has moved on
	case !m.choose:
		return a.formAgain(m.source, "")
	}
	return a.pickModel(m.source.draft.Model, a.unfit(&m.source), func(model string) tea.Cmd {
		return a.formAgain(m.source, model)
	})
}

// formAgain opens a form with a copy of a job, or with another model. An unsent
// draft in the form is kept and comes back later.
func (a *composer) formAgain(x source, model string) tea.Cmd {
	d := x.draft.Clone()
	if model != "" {
		d.Model = model
	}
	f := a.generationForm(d)
	f.origin = &origin{x.job, x.draft, x.lost}
	f.aside = !a.draft.Empty()
	f.Came = time.Now() // keys pressed while it was read were meant for the list
	a.Push(f)
	return f.look()
}
