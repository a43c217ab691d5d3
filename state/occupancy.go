package state

import (
	"dubtop/state/outbox"
	"dubtop/state/table"
)

// Occupancy counts the jobs that hold a slot. Outage means that the lists may
// be out of date.
func (s *Store) Occupancy(o *outbox.Outbox, outage bool) outbox.Occupancy {
	c := s.Counts()
	full := outbox.Occupancy{Running: c.Running + c.Pending, Outage: outage}
	refused := o.Slots.Tried.At.Add(s.Forecast.Skew)
	for g := range s.Generations.Live() {
		if class := g.Class(); class != table.ClassRunning && class != table.ClassWaiting {
			continue
		}
		if o.Ours(g.ID) {
			full.Ours++
		}
		if !g.Created.After(refused) {
			full.Earlier++
		}
	}
	return full
}
