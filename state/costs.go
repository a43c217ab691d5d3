package state

import (
	"errors"
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/settle"
)

// lackFor is how long to skip cost requests if the server does not support them.
const lackFor = time.Hour

// entriesAtOnce is how many entries of the ledger are gone through at once.
const entriesAtOnce = 500

// BringLedger loads the ledger from the journal, learns its prices, and
// continues with the entries that are still open. If there are many it reports
// more, and FollowLedger goes on. Entries booked here in the meantime stay.
// Labels set later take precedence over those in the entries. The ledger is best
// built in the background; the store takes ownership of it.
func (s *Store) BringLedger(l *ledger.Ledger, now time.Time) (more bool) {
	s.Ledger.Replace(l)
	s.costs.followed = ""
	return s.FollowLedger(now)
}

// FollowLedger goes through more entries that BringLedger brought, latest first.
// It reports whether there are others.
func (s *Store) FollowLedger(now time.Time) (more bool) {
	rows, from := s.Ledger.Rows(), 0
	if last := s.costs.followed; last != "" {
		from = rows.Index(last) + 1 // others may have come before it
	}
	to := min(rows.Len(), from+entriesAtOnce)
	for e := range s.Ledger.Span(from, to) {
		s.follow(e, now)
	}
	if to > from {
		s.costs.followed = rows.At(to - 1).Key()
	}
	return to < rows.Len()
}

// follow takes in an entry of the journal.
func (s *Store) follow(e *ledger.Entry, now time.Time) {
	switch label, known := s.labels[e.Key()]; {
	case known && label != e.Label:
		s.relabel(e.Key())
	case !known && e.Label != "":
		s.SetLabel(api.ID(e.Key()), string(e.Label))
	}
	s.Prices.Book(e)
	if e.Outcome != "" {
		s.trackCost(e)
		return
	}
	if g, ok := s.Generations.Find(string(e.Job)); ok {
		s.jobSeen(&g, now)
	}
	if b, ok := s.Batches.Find(string(e.Job)); ok {
		s.batchSeen(&b, now)
	}
}

// Accept books an accepted submission, and hands its label, note and set over to
// its job, as the journal does in its own transaction.
func (s *Store) Accept(sub *outbox.Submission) {
	e := ledger.Entry{
		At: sub.SentAt, Submission: sub.ID, Job: sub.Job(), Batch: sub.Kind == outbox.SubmitBatch, Model: text.Of(sub.Model), Name: sub.Name,
		Label: text.Of(strings.TrimSpace(sub.Draft.Label)), Seconds: sub.Price.Seconds,
		Estimate: sub.Price.Cost, Credits: sub.Price.Credits, Project: api.ID(sub.Draft.ProjectID),
	}
	labelled := e.Label != ""
	for _, id := range []string{sub.ID, string(e.Job)} { // a job's own label stays
		if label, known := s.labels[id]; known {
			e.Label, labelled = label, true // also where it was removed
		}
	}
	s.Prices.Book(&e)
	s.Ledger.Book(e)
	if labelled {
		s.SetLabel(e.Job, string(e.Label))
	}
	s.Notes.HandOver(sub.ID, string(e.Job))
	s.joinAs(sub.ID, string(e.Job))
}

// Own books a job of ours with its estimate. Repeated calls for an id count
// once.
func (s *Store) Own(id api.ID, model string, amount api.Micros, at time.Time) {
	e := ledger.Entry{At: at, Job: id, Model: text.Of(model), Estimate: &amount}
	s.Prices.Book(&e)
	s.Ledger.Book(e)
}

// TakeNews returns at most limit new entries in order, to be written to the
// journal. Each has a job, and an outcome or a cost.
func (s *Store) TakeNews(now time.Time, limit int) []ledger.Entry {
	s.deriveCosts(now)
	st := &s.costs
	n := min(limit, len(st.news))
	news := slices.Clone(st.news[:n])
	st.news = slices.Delete(st.news, 0, n)
	return news
}

// Billed applies a job's cost that was not requested by the poller's Charges
// topic.
func (s *Store) Billed(job api.ID, c api.Costs, now time.Time) {
	if c.Total == nil {
		return
	}
	s.Prices.Actual(job, *c.Total)
	if e, ok := s.Ledger.Find(job); ok && final(c) && !(e.Basis == ledger.BasisBilled && *e.Actual == *c.Total) {
		s.billed(job, *c.Total, now)
	}
}

// jobSeen records the outcome of a job of ours.
func (s *Store) jobSeen(g *Generation, now time.Time) {
	if g.Status.Terminal() && g.Submission == "" {
		fresh := s.ended(g.ID, string(g.Status), float64(g.Length), now)
		s.Saved.jobEnded(g, fresh)
		s.Hooked.jobEnded(g, fresh)
		s.learnTook(g)
	}
}

// batchSeen records the outcome of a batch of ours. It is a single entry
// without an actual cost, because the server only tells the cost of each job.
func (s *Store) batchSeen(b *Batch, now time.Time) {
	if b.Status.Terminal() && b.Submission == "" {
		s.ended(b.ID, string(b.Status), 0, now)
	}
}

// ended records the outcome of a job or batch. It reports whether it is ours and
// the outcome was not known.
func (s *Store) ended(job api.ID, outcome string, seconds float64, now time.Time) bool {
	e, ok := s.Ledger.Find(job)
	if !ok || e.Outcome != "" {
		return false
	}
	s.tell(ledger.Entry{At: instant.Of(now), Job: job, Batch: e.Batch, Outcome: text.Of(outcome), Seconds: max(0, seconds)})
	e, _ = s.Ledger.Find(job)
	s.trackCost(&e)
	return true
}

// tell books news here and queues it for the journal.
func (s *Store) tell(e ledger.Entry) {
	s.Ledger.Book(e)
	s.Prices.Book(&e)
	s.costs.news = append(s.costs.news, e)
}

// trackCost queues the cost request for an entry that has ended.
func (s *Store) trackCost(e *ledger.Entry) {
	st := &s.costs
	if e.Batch || e.Outcome == "" || e.Actual != nil || st.begun[e.Job] {
		return
	}
	if st.begun == nil {
		st.begun = make(map[api.ID]bool)
	}
	st.begun[e.Job] = true
	st.wait(&charge{job: e.Job, model: string(e.Model), seconds: e.Seconds, failed: e.Failed(), sent: e.At})
}

// applyCosts applies the answer to a cost request.
func (s *Store) applyCosts(job api.ID, a Answer, now time.Time) {
	st := &s.costs
	if errors.Is(a.Err, api.ErrUnsupported) {
		st.lacking = instant.Of(now).Add(lackFor)
	}
	c := st.take(job)
	if c == nil {
		return
	}
	switch {
	case a.Err == nil && final(a.Costs):
		s.billed(job, *a.Costs.Total, now)
	case a.Err == nil && costsPending(a.Costs), a.Err != nil && !refused(a.Err):
		st.again(c, time.Duration(float64(a.Costs.RetryAfter)*float64(time.Second)), now)
	default:
		st.giveUp(c)
	}
}

func (s *Store) billed(job api.ID, amount api.Micros, now time.Time) {
	s.costs.take(job)
	s.tell(ledger.Entry{At: instant.Of(now), Job: job, Actual: &amount, Basis: ledger.BasisBilled})
}

// deriveCosts derives the costs that the server does not tell, where a unit
// price is known.
func (s *Store) deriveCosts(now time.Time) {
	st := &s.costs
	st.leave(instant.Of(now))
	if !st.stale && st.priced == s.Prices.version {
		return
	}
	st.stale, st.priced = false, s.Prices.version
	st.derive = slices.DeleteFunc(st.derive, func(c *charge) bool {
		amount, ok := s.Prices.Derive(c.model, c.seconds)
		if ok {
			s.tell(ledger.Entry{At: instant.Of(now), Job: c.job, Actual: &amount, Basis: ledger.BasisDerived})
		}
		return ok
	})
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
		s.tellTook(&rows[i])
	}
	s.Forecast.Times.Fit()
	if last && t.asked && !t.absent && !t.going {
		s.settleLater(now)
	}
}

// SettleOthers takes in the spending of others and the bills of our batches, as
// booked in the journal.
func (s *Store) SettleOthers(o ledger.Others, batches map[api.ID]api.Micros, now time.Time) {
	s.Ledger.SetOthers(o)
	for id, cost := range batches {
		if e, ours := s.Ledger.Find(id); ours && (e.Basis != ledger.BasisBilled || *e.Actual != cost) {
			s.Ledger.Book(ledger.Entry{At: instant.Of(now), Job: id, Batch: true, Actual: &cost, Basis: ledger.BasisBilled})
		}
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
	case r.Cost != nil:
		s.costs.take(job)
		if e.Basis != ledger.BasisBilled || *e.Actual != *r.Cost {
			booked := ledger.Entry{At: instant.Of(now), Job: job, Actual: r.Cost, Basis: ledger.BasisBilled}
			s.Ledger.Book(booked)
			s.Prices.Book(&booked)
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
