package ui

import (
	"iter"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/table"
)

// pilot is the job of a group that is sent first. The user is told when it
// ends, because the rest of the group waits for their decision.
type pilot struct {
	name text.Text
	rest int    // number of jobs waiting
	job  api.ID // set once it is accepted
}

// pilots are the pilots that have not ended, by submission id.
type pilots map[string]*pilot

// add remembers the pilot of a group.
func (p *pilots) add(submission string, pilot pilot) {
	if *p == nil {
		*p = make(pilots)
	}
	(*p)[submission] = &pilot
}

// accepted records which job a submission became, if it is a pilot.
func (p pilots) accepted(submission string, job api.ID) {
	if pilot := p[submission]; pilot != nil {
		pilot.job = job
	}
}

// ended removes and returns the pilots whose jobs have ended, with their jobs.
func (p pilots) ended(jobs *table.Collection[state.Generation]) iter.Seq2[*pilot, *state.Generation] {
	return func(yield func(*pilot, *state.Generation) bool) {
		for id, pilot := range p {
			g, ok := jobs.Find(string(pilot.job))
			if pilot.job == "" || !ok || !g.Status.Terminal() {
				continue
			}
			delete(p, id)
			if !yield(pilot, &g) {
				return
			}
		}
	}
}
