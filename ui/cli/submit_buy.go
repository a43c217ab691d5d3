package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/jobset"
	"dubtop/state/journal"
	"dubtop/state/outbox"
	"dubtop/state/purchase"
)

// buy shows the price, gets a yes, and puts the jobs into the queue. If there is
// nothing to pay, it asks nothing.
func (s *submit) buy(ctx context.Context) error {
	if len(s.bill.jobs) == 0 {
		return nil
	}
	if s.run == "" && s.set.Videos+len(s.set.Rows) > 1 {
		s.repeat = "without --run, running this command again buys them again"
	}
	if err := s.consent.agree(s.world, s.c); err != nil {
		return err
	}
	return s.enqueue(ctx)
}

// enqueueTries limits how often the budgets are checked again because the queue
// has changed.
const enqueueTries = 20

// enqueue confirms the jobs and saves them with everything that belongs to them,
// all or none. Budgets and copies are checked against exactly the queue that they
// join.
func (s *submit) enqueue(ctx context.Context) error {
	for try := 0; ; try++ {
		now := time.Now()
		purse, err := s.still(ctx, now)
		if err != nil {
			return err
		}
		if err := s.unrepeated(ctx); err != nil {
			return err
		}
		p, err := s.purchase(now)
		if err != nil {
			return &Failure{Status: StatusError, Code: "not_sent", Err: fmt.Errorf("nothing was sent: %w", err), Hint: "run it again to get new prices"}
		}
		p.Revision = purse.Revision
		err = s.j.EnqueuePurchase(ctx, p, now)
		switch {
		case err == nil:
			s.enqueued(p)
			return nil
		case errors.Is(err, journal.ErrMoved) && try < enqueueTries:
			continue
		case errors.Is(err, journal.ErrMoved), errors.Is(err, journal.ErrBegun):
			return moved(err)
		case errors.Is(err, journal.ErrSetName):
			return usage("choose another --run", "nothing was sent: there is a job set called %s that is not of this run", p.Set.Name)
		}
		return journalFailed(err)
	}
}

// moved is the failure of a purchase that another process was faster with.
func moved(err error) error {
	return &Failure{Status: StatusLater, Code: "moved", Err: fmt.Errorf("nothing was sent: %w", err), Hint: "run it again; it joins what is there"}
}

// unrepeated refuses jobs that repeat one confirmed since they were priced, such
// as by the same command in another terminal.
func (s *submit) unrepeated(ctx context.Context) error {
	if s.again {
		return nil
	}
	drafts := make([]draft.Draft, len(s.bill.jobs))
	for i := range s.bill.jobs {
		drafts[i] = s.bill.jobs[i].row.Job()
	}
	before, err := s.sources.MadeBefore(ctx, s.j, drafts)
	if err != nil {
		return journalFailed(err)
	}
	twins := 0
	for _, d := range drafts {
		if _, made := before[jobset.ContentOf(s.sources.Absolute(d))]; made {
			twins++
		}
	}
	switch {
	case twins == 0:
		return nil
	case s.run != "":
		return moved(journal.ErrBegun)
	}
	return &Failure{
		Status: StatusUsage, Code: "twins", Err: fmt.Errorf("nothing was sent: %s confirmed in the meantime", text.Count(twins, "row repeats a job that was", "rows repeat jobs that were")),
		Hint: "--again buys again",
	}
}

// purchase confirms the jobs.
func (s *submit) purchase(now time.Time) (p journal.Purchase, err error) {
	subs := s.bill.submissions()
	at := now
	if t, ok := s.login.client.ServerTime(now); ok {
		at = t
	}
	for i := range subs {
		if err := subs[i].Expired(at); err != nil {
			return p, err
		}
	}
	if p.Submissions, err = purchase.Agree(subs, now); err != nil {
		return p, err
	}
	if s.pilot {
		p.Paused = func(i int) bool { return i > 0 }
	}
	if s.order.set == "" && s.run == "" {
		return p, nil
	}
	name, source := s.sources.SetName()
	if s.run != "" {
		name = s.run
	} else if name, err = s.freeName(name); err != nil {
		return p, err
	}
	set := purchase.SetOf(name, source, len(s.rows), p.Submissions, now)
	p.Set = &set
	s.intend(&p)
	return p, nil
}

// intend adds the intents of a run to its purchase.
func (s *submit) intend(p *journal.Purchase) {
	for i := range p.Submissions {
		r := s.rowOf(s.bill.jobs[i].row)
		if r.refused != "" {
			p.Refused = append(p.Refused, r.refused)
		}
		if s.run != "" {
			sub := &p.Submissions[i]
			p.Intents = append(p.Intents, outbox.Intent{Run: s.run, Row: r.id, Attempt: r.attempt, Submission: sub.ID, Draft: sub.Draft})
		}
	}
}

// freeName returns a name for a new set that is no run.
func (s *submit) freeName(name string) (string, error) {
	sets, err := s.j.Sets(s.c.Context())
	taken := map[string]bool{}
	for _, x := range sets {
		taken[x.Name] = true
	}
	return outbox.FreeSetName(name, func(name string) bool { return taken[name] }), err
}

// enqueued puts the submissions into their rows.
func (s *submit) enqueued(p journal.Purchase) {
	for i := range p.Submissions {
		s.rowOf(s.bill.jobs[i].row).sub = p.Submissions[i]
	}
}
