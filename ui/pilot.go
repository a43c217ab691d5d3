package ui

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/kit"
)

// awaitPilot remembers the pilot of a group.
func (a *composer) awaitPilot(submission string, name text.Text, rest int) {
	if a.pilots == nil {
		a.pilots = make(map[string]*pilot)
	}
	a.pilots[submission] = &pilot{name: name, rest: rest}
}

// flies records which job a pilot became, if the submission is a pilot.
func (a *composer) flies(submission string, job api.ID) {
	if p := a.pilots[submission]; p != nil {
		p.job = job
	}
}

// tellPilots says that a pilot has ended and how to release the rest.
func (a *composer) tellPilots() {
	for id, p := range a.pilots {
		g, ok := a.store.Generations.Find(string(p.job))
		if p.job == "" || !ok || !g.Status.Terminal() {
			continue
		}
		delete(a.pilots, id)
		queue, rest := a.KeyFor(keymap.ViewQueue), text.Count(p.rest, "job", "jobs")
		if g.Status.Troubled() {
			a.Complain(text.Sprintf("the pilot %s failed; the rest (%s) stays paused in the queue (%s)", p.name, rest, queue))
			continue
		}
		a.Say(text.Sprintf("the pilot %s is done: look at it; in the queue (%s), %s and %s resume the rest (%s)",
			p.name, queue, a.KeyFor(keymap.MarkAll), a.KeyFor(keymap.PauseItem), rest))
		a.Toast.Until = a.Now.Add(kit.TroubleTime)
	}
}
