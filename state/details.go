package state

import (
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
)

// openPace is the time between two requests for the open job while it runs.
const openPace = 5 * time.Second

// Opened is the job whose details are open. Opening it requests the details at
// once; the poller repeats that while they can change.
type Opened struct {
	ID     api.ID            // "" if none is
	Job    *api.Generation   // the API's answer; nil before the first
	Costs  *api.Costs        // nil if unknown
	Sent   outbox.Submission // the request sent from here, if the server does not return the job
	Err    error             // of the last request, nil if it succeeded
	Asked  time.Time         // time of the last request, or zero
	Asking bool              // a request is under way

	costed bool // its costs were requested after it ended
}

// OpenDetails marks the details of a job as open and returns the request for them.
func (s *Store) OpenDetails(id api.ID, now time.Time) Query {
	if s.Opened.ID != id {
		s.Opened = Opened{ID: id}
	}
	return s.queryDetails(now)
}

// CloseDetails forgets the details of a job, unless those of another are open.
func (s *Store) CloseDetails(id api.ID) {
	if s.Opened.ID == id {
		s.Opened = Opened{}
	}
}

// queryDetails returns a request for the open job, and for its costs if it has
// ended and they are not known yet.
func (s *Store) queryDetails(now time.Time) Query {
	o := &s.Opened
	o.Asked, o.Asking = now, true
	g, ok := s.Generations.Find(string(o.ID))
	settled := o.Costs != nil && o.Costs.Total != nil
	return Query{Topic: OpenJob, Job: o.ID, WithCosts: !settled && ok && g.Status.Terminal()}
}

// ApplyDetails applies the answer to a request for one job, even if its details
// have been closed since.
func (s *Store) ApplyDetails(q Query, a Answer, now time.Time) {
	o := &s.Opened
	if o.ID == q.Job {
		o.Asking, o.Err, o.Sent = false, a.Err, a.Details.Sent
	}
	if a.Err != nil {
		if kindOf(a.Err) == api.KindNotFound {
			s.MarkGone(q.Job, now)
		}
		return
	}
	job := a.Details.Job
	for i := range job.Input {
		if p := job.Input[i].Provider; p != nil {
			s.WantVoices(p.VoiceID)
		}
	}
	s.Observe([]Generation{NewGeneration(job)}, now)
	if a.Details.Costs != nil {
		s.Billed(q.Job, *a.Details.Costs, now)
	}
	if o.ID == q.Job {
		o.Job, o.costed = &job, o.costed || q.WithCosts
		if a.Details.Costs != nil {
			o.Costs = a.Details.Costs
		}
	}
}

// openJobDue is the earliest time for another request for the open job; ok is
// false if that could return nothing new.
func (s *Store) openJobDue() (at time.Time, ok bool) {
	o := &s.Opened
	g, known := s.Generations.Find(string(o.ID))
	switch {
	case o.ID == "", o.Asking, o.Asked.IsZero(), !known, g.Gone:
		return at, false
	case g.Status.Running():
	case o.Job == nil && s.Generations.AsOf().After(o.Asked) && kindOf(o.Err) == api.KindNetwork:
	case o.Job != nil && (o.Job.Status != g.Status || g.Status.Terminal() && !o.costed):
	default:
		return at, false
	}
	return o.Asked.Add(openPace), true
}
