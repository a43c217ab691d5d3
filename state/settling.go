package state

import (
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
	"dubtop/state/ledger"
	"dubtop/state/settle"
)

// Settling is how the costs of what finished are read: page by page for everybody's
// jobs where the server lists them, or else one job at a time. The journal has
// the rows; see package settle.
type Settling struct {
	// Foreign is the number of our jobs that were billed in another currency, which
	// are not in the ledger's sums, and Currency is that of the last one.
	Foreign  int
	Currency text.Text

	ready    bool      // the journal can keep the rows
	since    time.Time // when it first could
	seq      int64     // the last row taken in
	absent   bool      // the server does not list what finished
	asked    bool      // in this session
	going    bool      // another page follows
	failures int       // in a row
	again    time.Time
}

const (
	// settleFirst is when the first page is requested, because the start is busy
	// enough.
	settleFirst = 20 * time.Second
	// settleAbsent is when a server that does not list what finished is asked
	// again.
	settleAbsent = 6 * time.Hour
	// settleFailures is the number of failures after which costs are requested one
	// job at a time.
	settleFailures = 3
)

// settleFacts are what the pace of settling depends on.
type settleFacts struct {
	singly bool // costs are requested one job at a time
	every  time.Duration
	at     time.Time // the earliest time; zero: at once
	wanted bool
	going  bool
}

// Allow says whether the journal can keep the rows.
func (t *Settling) Allow(ready bool, now time.Time) {
	if t.ready = ready; ready && t.since.IsZero() {
		t.since = instant.Of(now)
	}
}

func (s *Store) settleFacts() settleFacts {
	t := &s.Settling
	f := settleFacts{singly: !t.ready || t.absent || t.failures >= settleFailures || s.costs.untold(), every: settle.Rest, wanted: t.ready, going: t.going}
	switch {
	case t.absent:
		f.every = settleAbsent
	case t.going:
	case !t.asked:
		f.at = t.since.Add(settleFirst)
	case len(s.costs.queue) > 0:
		f.at = s.costs.next()
		if !t.again.IsZero() {
			f.at = instant.Earlier(f.at, t.again)
		}
		if s.costs.next().IsZero() {
			f.at = time.Time{}
		}
	default:
		f.at, f.wanted = t.again, f.wanted && !t.again.IsZero()
	}
	return f
}

func (p *Poller) settlementInterval() (every time.Duration, ok bool) {
	f := &p.facts.settle
	if f.going {
		return max(p.pace.Backfill, window/time.Duration(p.fillLimit())), f.wanted
	}
	return f.every, f.wanted
}

func (s *Store) applySettlement(_ Query, a Answer, _ time.Time) {
	t := &s.Settling
	if a.Err != nil {
		t.failures++
		return
	}
	t.asked, t.absent, t.going, t.failures = true, a.Absent, a.Going, 0
}

// SettledThrough is the number of the journal's last row that was taken in.
func (s *Store) SettledThrough() int64 { return s.Settling.seq }

// Settle takes in rows of the journal up to a number. Again is when a row is to be
// asked for again, zero for never. After the last rows of a round, costs of ours
// that are still missing are left for later.
func (s *Store) Settle(rows []settle.Row, seq int64, again time.Time, last bool, now time.Time) {
	t := &s.Settling
	t.seq, t.again = seq, instant.Of(again)
	for i := range rows {
		s.settleRow(&rows[i], now)
	}
	if last && t.asked && !t.absent && !t.going {
		s.settleLater(now)
	}
}

// settleRow books what a job of ours cost. The journal has booked it already.
func (s *Store) settleRow(r *settle.Row, now time.Time) {
	job := api.ID(r.ID)
	e, ours := s.Ledger.Find(job)
	if !ours || e.Batch {
		return
	}
	switch {
	case r.Cost != nil && !r.Dollars():
		s.costs.take(job)
		s.Settling.Foreign++
		s.Settling.Currency = r.Currency
	case r.Cost != nil:
		s.costs.take(job)
		if e.Basis != ledger.BasisBilled || *e.Actual != *r.Cost {
			booked := ledger.Entry{At: instant.Of(now), Job: job, Actual: r.Cost, Basis: ledger.BasisBilled}
			s.Ledger.Book(booked)
			s.learnCost(&booked)
		}
	case r.Pending:
		if c := s.costs.take(job); c != nil {
			c.next, _ = settle.Again(r.Ended, instant.Of(now))
			s.costs.wait(c)
		}
	default:
		if c := s.costs.take(job); c != nil {
			s.costs.giveUp(c)
		}
	}
}

// settleLater postpones the costs that the round has not told.
func (s *Store) settleLater(now time.Time) {
	for {
		due := s.costs.next()
		if len(s.costs.queue) == 0 || due.After(instant.Of(now)) {
			return
		}
		c := s.costs.take(s.costs.queue[0].job)
		c.rounds++
		s.costs.again(c, settle.Rest, now)
	}
}
