package state

import (
	"cmp"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

// SetCount is how far a set is. Each row counts once, by its last attempt.
type SetCount struct {
	outbox.Set
	Done, Failed, Running, Waiting, Paused, Unknown int
	Again                                           int // rows that were tried more than once
	Spent                                           api.Micros
	Kind                                            outbox.CostKind // how Spent is known
	Batches                                         []api.ID        // those that run
	// Causes are the failed rows by cause, the most frequent first.
	Causes []Cause
}

// Cause is why some rows of a set failed.
type Cause struct {
	Code, Words text.Text // in the API's words
	Rows        int
}

// Open reports whether a row has not ended.
func (c *SetCount) Open() bool { return c.Running+c.Waiting+c.Paused+c.Unknown > 0 }

// CountSets returns the sets that were confirmed since a time and those with a
// row that has not ended, newest first.
func (s *Store) CountSets(since time.Time) []SetCount {
	var all []SetCount
	for _, set := range s.Sets.sets {
		if !set.Created.After(since) && !s.open(set) {
			continue
		}
		all = append(all, s.count(set))
	}
	slices.SortFunc(all, func(a, b SetCount) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// CountSet counts the rows of one set.
func (s *Store) CountSet(name string) (c SetCount, ok bool) {
	set := s.Sets.sets[name]
	if set == nil {
		return c, false
	}
	return s.count(set), true
}

// open reports whether a row of a set may still become something else. It stops
// at the first one.
func (s *Store) open(set *jobSet) bool {
	for _, tries := range set.rows {
		switch stand, _ := s.stand(set, tries); stand {
		case standRunning, standWaiting, standPaused, standUnknown:
			return true
		}
	}
	return false
}

// stand is how far a row of a set is.
type stand uint8

const (
	standNone    stand = iota // dropped, or nothing is known about it
	standWaiting              // in the queue
	standPaused               // in the queue, and waiting for the user
	standRunning              // sent, and not ended
	standUnknown              // it is not known whether it was accepted
	standDone
	standFailed
	standInBatch // in a batch that does not tell about single jobs yet
)

// stand returns how far a row is by its newest attempt that anything is known
// about.
func (s *Store) stand(set *jobSet, tries []*member) (stand, *Generation) {
	for _, m := range slices.Backward(tries) {
		if r, ok := s.Queue.Find(m.id); ok {
			return standOf(&r), nil
		}
		if g, ok := s.Generations.Find(m.id); ok {
			return standOfJob(&g), &g
		}
		switch {
		case m.batch == "" || m.made:
		case set.read[m.batch] && !became(tries, m.batch):
			return standFailed, nil // no job was made of the line
		case s.inBatch(set, m.batch):
			return standInBatch, nil
		}
	}
	return standNone, nil
}

func standOf(r *outbox.QueueRow) stand {
	switch r.State {
	case outbox.QueueUnknown:
		return standUnknown
	case outbox.QueueRefused:
		return standFailed
	case outbox.QueueSending, outbox.QueueUnsaved:
		return standRunning
	case outbox.QueueWaiting, outbox.QueueUnpriced:
		return standWaiting
	}
	return standPaused
}

func standOfJob(g *Generation) stand {
	if g.Status.Produced() && g.Submission == "" {
		return standDone
	}
	switch g.Class() {
	case table.ClassDone:
		return standDone
	case table.ClassTroubled, table.ClassGone:
		return standFailed
	}
	if g.Submission == outbox.SubmissionUnknown {
		return standUnknown
	}
	return standRunning
}

// inBatch reports whether a batch is waiting, being sent, or known to the
// server.
func (s *Store) inBatch(set *jobSet, submission string) bool {
	if set.batches[submission] != "" {
		return true
	}
	_, waits := s.Queue.Find(submission)
	return waits
}

// count counts the rows of a set.
func (s *Store) count(set *jobSet) SetCount {
	c := SetCount{Set: set.Set}
	inBatch := map[string]int{}
	causes := map[Cause]int{}
	for _, tries := range set.rows {
		stand, g := s.stand(set, tries)
		switch stand {
		case standInBatch:
			inBatch[lastBatch(tries)]++
		case standFailed:
			if g != nil {
				causes[Cause{Code: g.ErrorCode, Words: g.Error}]++
			}
		}
		c.add(stand, 1)
		if attempts(tries) > 1 {
			c.Again++
		}
	}
	for batch, n := range inBatch {
		s.countBatch(&c, set, batch, n)
	}
	for cause, n := range causes {
		cause.Rows = n
		c.Causes = append(c.Causes, cause)
	}
	slices.SortFunc(c.Causes, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Words, b.Words))
	})
	s.spentOn(&c, set)
	return c
}

func (c *SetCount) add(stand stand, n int) {
	switch stand {
	case standDone:
		c.Done += n
	case standFailed:
		c.Failed += n
	case standRunning:
		c.Running += n
	case standWaiting:
		c.Waiting += n
	case standPaused:
		c.Paused += n
	case standUnknown:
		c.Unknown += n
	}
}

// attempts is how often a row was confirmed.
func attempts(tries []*member) (n int) {
	for _, m := range tries {
		if !m.made {
			n++
		}
	}
	return n
}

// became reports whether a job was made of a row's line in a batch.
func became(tries []*member, batch string) bool {
	return slices.ContainsFunc(tries, func(m *member) bool { return m.made && m.batch == batch })
}

// lastBatch is the batch of the newest line of a row.
func lastBatch(tries []*member) string {
	for _, m := range slices.Backward(tries) {
		if m.batch != "" {
			return m.batch
		}
	}
	return ""
}

// countBatch counts n rows whose batch only tells how many of its jobs ended.
func (s *Store) countBatch(c *SetCount, set *jobSet, submission string, n int) {
	if r, waits := s.Queue.Find(submission); waits {
		c.add(standOf(&r), n)
		return
	}
	b, _ := s.Batches.Find(set.batches[submission])
	done := min(n, b.Succeeded)
	failed := min(n-done, b.Failed)
	if b.Status == api.BatchFailed {
		failed = n - done
	}
	c.add(standDone, done)
	c.add(standFailed, failed)
	c.add(standRunning, n-done-failed)
	if n > done+failed && b.ID != "" {
		c.Batches = append(c.Batches, b.ID)
	}
}

// spentOn adds up the costs of the accepted jobs from the ledger.
func (s *Store) spentOn(c *SetCount, set *jobSet) {
	add := func(job string) {
		e, ok := s.Ledger.Find(api.ID(job))
		if !ok || job == "" {
			return
		}
		if amount, known := e.Cost(); known {
			c.Spent += amount
			c.Kind = c.Kind.Weaker(e.Kind())
		}
	}
	for _, tries := range set.rows {
		for _, m := range tries {
			if m.made && m.batch == "" { // a batch is one entry of the ledger
				add(m.id)
			}
		}
	}
	for _, id := range set.batches {
		add(id)
	}
}
