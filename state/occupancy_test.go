package state

import (
	"testing"

	"dubtop/api"
	"dubtop/state/outbox"
)

func TestOccupancy(t *testing.T) {
	s, o := NewStore(), new(outbox.Outbox)
	jobs := []Generation{row(1, api.Processing), row(2, api.Pending), row(3, api.Completed), row(4, "DREAMING")}
	s.Generations.Answer(s.Generations.Ask(start()), jobs, start())
	o.Reconciler.Claim(jobID(2), "x")
	o.Slots.Tried.At = jobs[0].Created
	got := s.Occupancy(o, true)
	if got.Running != 2 || got.Ours != 1 || !got.Outage || got.Earlier < 1 || got.Earlier > 2 {
		t.Errorf("%+v", got)
	}
}
