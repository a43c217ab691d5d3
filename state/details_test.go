package state

import (
	"testing"
	"time"

	"dubtop/api"
)

// The open job is polled at its own pace while it runs, outside the poller's
// quota, and for its costs once it has ended; then no more.
func TestOpenJobIsPolledWhileItMayChange(t *testing.T) {
	s, p := NewStore(), NewPoller(DefaultPace())
	s.Generations.Answer(s.Generations.Ask(start()), []Generation{row(1, api.Processing)}, start())
	status, cost := api.Processing, api.Micros(1_250_000)
	apply := func(q Query, now time.Time) {
		r := Answer{Details: Details{Job: job(1, status)}}
		if q.WithCosts {
			r.Details.Costs = &api.Costs{Total: &cost}
		}
		p.Apply(now, s, q, r)
	}
	s.ApplyDetails(s.OpenDetails(jobID(1), start()), Answer{Details: Details{Job: job(1, status)}}, start())
	second := func(n int) (asked, costs int) {
		now := start().Add(time.Duration(n) * time.Second)
		for _, a := range p.Due(now, s) {
			if a.Topic != OpenJob {
				continue
			}
			asked++
			if a.WithCosts {
				costs++
			}
			apply(a, now)
		}
		return asked, costs
	}
	asked := 0
	for n := 1; n <= 60; n++ {
		a, costs := second(n)
		asked += a
		if costs > 0 {
			t.Fatal("the costs of a running job were asked for")
		}
	}
	if asked != 12 {
		t.Errorf("asked %d times in a minute, want 12", asked)
	}
	counted := 0
	for _, sent := range p.quota.sent {
		if sent.weight == essential {
			counted++
		}
	}
	if counted < asked {
		t.Errorf("%d questions in the quota, and the open job alone took %d", counted, asked)
	}
	status = api.Completed
	asked, costs := 0, 0
	for n := 61; n <= 120; n++ {
		a, c := second(n)
		asked, costs = asked+a, costs+c
	}
	if asked != 2 || costs != 1 || s.Opened.Costs == nil || *s.Opened.Costs.Total != cost {
		t.Errorf("after its end asked %d times, for costs %d times: %+v", asked, costs, s.Opened.Costs)
	}
	s.CloseDetails(jobID(1))
	if _, due := s.openJobDue(); due {
		t.Error("asked for though its details are closed")
	}
}

func TestDeletedJobIsNotRequestedAgain(t *testing.T) {
	s := NewStore()
	s.Generations.Answer(s.Generations.Ask(start()), []Generation{row(1, api.Processing)}, start())
	q := s.OpenDetails(jobID(1), start())
	s.ApplyDetails(q, Answer{Err: &api.Error{Kind: api.KindNotFound}}, start())
	if g, _ := s.Generations.Find(string(jobID(1))); !g.Gone {
		t.Error("it is not marked as gone")
	}
	if _, due := s.openJobDue(); due || s.Opened.Err == nil {
		t.Errorf("asked for again: %v, because of %v", due, s.Opened.Err)
	}
}
