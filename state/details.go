package state

import (
	"time"

	"dubtop/api"
	"dubtop/state/outbox"
)

// Opened is the job whose details are open. The user's opening asks for it at
// once; while it can change, the poller asks again.
type Opened struct {
	ID     api.ID            // "" while none is open
	Job    *api.Generation   // all that the API tells of it; nil before the first answer
	Costs  *api.Costs        // nil while they are unknown
	Sent   outbox.Submission // what was sent from here, where the server tells nothing of the job
	Err    error             // why the last question brought nothing, nil after a good answer
	Asked  time.Time         // the last question, zero before any
	Asking bool              // a question is under way

	costed bool // its costs were asked for after it had ended
}

// Details are what came of asking for one job.
type Details struct {
	Job   api.Generation
	Costs *api.Costs        // nil unless they were asked for and known
	Sent  outbox.Submission // of a job that the server does not tell of
}

// Open notes that the details of a job are open, and gives the question for it;
// "" closes them.
func (s *Store) Open(id api.ID, now time.Time) Ask {
	if s.Opened.ID != id {
		s.Opened = Opened{ID: id}
	}
	return s.askDetails(now)
}

// askDetails begins a question for the open job, and for its costs once it has
// ended, until they are settled.
func (s *Store) askDetails(now time.Time) Ask {
	o := &s.Opened
	o.Asked, o.Asking = now, true
	g, ok := s.Generations.Find(string(o.ID))
	settled := o.Costs != nil && o.Costs.Total != nil
	return Ask{Topic: OpenJob, Job: o.ID, WithCosts: !settled && ok && g.Status.Terminal()}
}

// ApplyDetails takes in what came of a question for one job, also when its
// details have been closed since.
func (s *Store) ApplyDetails(a Ask, r Result, now time.Time) {
	o := &s.Opened
	if o.ID == a.Job {
		o.Asking, o.Err, o.Sent = false, r.Err, r.Details.Sent
	}
	if r.Err != nil {
		if kindOf(r.Err) == api.KindNotFound {
			s.MarkGone(a.Job, now)
		}
		return
	}
	job := r.Details.Job
	s.Observe([]Generation{NewGeneration(job)}, now)
	if r.Details.Costs != nil {
		s.Billed(a.Job, *r.Details.Costs, now)
	}
	if o.ID == a.Job {
		o.Job, o.costed = &job, o.costed || a.WithCosts
		if r.Details.Costs != nil {
			o.Costs = r.Details.Costs
		}
	}
}

// openJobDue is from when the open job may be asked for again; ok is false
// while its answer would bring nothing new.
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
