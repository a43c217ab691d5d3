package ui

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// maxPlan is the most characters of a deadline and a priority.
const maxPlan = 40

// planning returns the action that changes the deadline and the priority of the set
// of the job with the returned id.
func (a *desk) planning(id func() string) kit.Action {
	set := func() string {
		m, _ := a.store.MemberOf(id())
		return m.Set
	}
	return a.Does(keymap.SetPlan, func() tea.Cmd { return a.askPlan(set()) }).Unless(func() text.Text {
		if set() == "" {
			return "this is in no job set"
		}
		return a.unkept("deadlines")
	})
}

// idOf returns the id of the row that one returns, "" if it returns none.
func idOf[T any, R interface {
	*T
	Key() string
}](one func() R) func() string {
	return func() string {
		if r := one(); r != nil {
			return r.Key()
		}
		return ""
	}
}

// askPlan asks for the deadline and the priority of a set.
func (a *desk) askPlan(set string) tea.Cmd {
	was := a.store.Sets.Plan(set)
	was.Deadline = was.Deadline.Local()
	return a.Prompt("deadline of "+text.Of(set)+" (18:00, in 3h, 2026-12-01 09:00; high or low)", was.String(), maxPlan, func(typed text.Text) tea.Cmd {
		if string(typed) == was.String() {
			return nil
		}
		p, err := outbox.ParsePlan(string(typed), a.Now.Local())
		if err != nil {
			a.Complain(text.Of(err.Error()))
			return nil
		}
		words := string(a.planned(set, p))
		a.Undoable(func() tea.Cmd { return a.do(a.session.PlanSet(set, was, "undone: "+words)) })
		return a.do(a.session.PlanSet(set, p, words))
	})
}

// planned describes the plan of a set.
func (a *desk) planned(set string, p outbox.Plan) text.Text {
	words := text.Of(set)
	switch {
	case p == (outbox.Plan{}):
		return words + " has no deadline and no priority"
	case p.Deadline.IsZero():
		return words + " has priority " + text.Of(string(p.Priority))
	}
	words += " is due " + endClock(p.Deadline, a.Now)
	if p.Priority != outbox.PriorityNormal {
		words += ", priority " + text.Of(string(p.Priority))
	}
	return words
}

// planItems tell the deadline and the priority of the set.
func (g *group) planItems() (items []paint.Item) {
	p, err := outbox.ParsePlan(g.plan, g.app.Now.Local())
	switch {
	case err != nil:
		return []paint.Item{{Label: "deadline", Words: errorText(err), Tone: paint.Bad}}
	case !p.Deadline.IsZero():
		items = append(items, paint.Item{Label: "deadline", Words: endClock(p.Deadline, g.app.Now)})
	}
	if p.Priority != outbox.PriorityNormal {
		items = append(items, paint.Item{Label: "priority", Words: text.Of(string(p.Priority))})
	}
	return items
}
