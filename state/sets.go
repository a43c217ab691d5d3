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

// Sets holds the job sets that were confirmed here, and what belongs to them.
type Sets struct {
	sets    map[string]*jobSet
	members map[string]*member // by id of submission, job, batch or line
	version uint64
}

// jobSet is a set with the last attempt at each row, and its batches.
type jobSet struct {
	outbox.Set
	rows    map[int][]*member // in the order in which they joined
	batches map[string]string // id of each batch by its submission, "" until it is known
	read    map[string]bool   // batches whose results are known, by submission
}

// member is an outbox.Member whose words can be drawn.
type member struct {
	id, batch string
	set, lang text.Text
	row       int
	made      bool // of a submission or a line, which is a member too
}

// SetCount is how far a set is. Each row counts once, by its last attempt.
type SetCount struct {
	outbox.Set
	Done, Failed, Running, Waiting, Paused, Unknown int
	Again                                           int // rows that were tried more than once
	Spent                                           api.Micros
	Kind                                            outbox.CostKind // how Spent is known
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

// BringSets adds sets and members from the journal, in the order in which they
// joined. What is known stays.
func (s *Store) BringSets(sets []outbox.Set, members []outbox.Member) {
	for _, set := range sets {
		s.addSet(set)
	}
	for i := range members {
		s.join(&members[i])
	}
}

// addSet adds a set, or replaces what is known about one.
func (s *Store) addSet(set outbox.Set) *jobSet {
	st := &s.Sets
	st.version++
	known := st.sets[set.Name]
	if known == nil {
		known = &jobSet{rows: make(map[int][]*member), batches: make(map[string]string), read: make(map[string]bool)}
		if st.sets == nil {
			st.sets = make(map[string]*jobSet)
		}
		st.sets[set.Name] = known
	}
	known.Set = set
	return known
}

// JoinSet adds confirmed submissions to their set. A set that is run again grows
// by what was agreed to now.
func (s *Store) JoinSet(set outbox.Set, again bool, subs []outbox.Submission) {
	if known := s.Sets.sets[set.Name]; known != nil && again {
		more := set.Cost
		if set = known.Set; set.Cost != nil && more != nil {
			set.Cost = new(*set.Cost + *more)
		}
	}
	s.addSet(set)
	s.JoinSets(subs)
}

// JoinSets adds confirmed submissions to their sets, such as a job that is run
// again alone.
func (s *Store) JoinSets(subs []outbox.Submission) {
	for i := range subs {
		for _, m := range subs[i].Members() {
			s.join(&m)
		}
	}
}

// join adds a member, unless it is known.
func (s *Store) join(m *outbox.Member) {
	st := &s.Sets
	if st.members[m.ID] != nil || m.ID == "" {
		return
	}
	in := st.sets[m.Set]
	if in == nil {
		in = s.addSet(outbox.Set{Name: m.Set})
	}
	known := &member{id: m.ID, batch: m.Batch, set: table.Shared(text.Of(m.Set)), lang: table.Shared(text.Of(m.Lang)), row: m.Row, made: m.From != ""}
	if st.members == nil {
		st.members = make(map[string]*member)
	}
	st.members[m.ID] = known
	st.version++
	switch {
	case m.Row > 0:
		in.rows[m.Row] = append(in.rows[m.Row], known)
		if known.made && m.Batch != "" {
			in.read[m.Batch] = true
		}
	case known.made:
		in.batches[m.Batch] = m.ID
	default:
		in.batches[m.Batch] = ""
	}
	s.retag(m.ID)
}

// joinAs adds a job to the set of the submission or line it was made from.
func (s *Store) joinAs(from, job string) {
	if m := s.Sets.members[from]; m != nil {
		s.join(&outbox.Member{ID: job, Set: string(m.set), Row: m.row, Lang: string(m.lang), Batch: m.batch, From: from})
	}
}

// JoinResults adds the jobs that the lines of a batch became to their sets. Jobs
// are by the id of the line as a member.
func (s *Store) JoinResults(jobs map[string]api.ID) {
	for line, job := range jobs {
		s.joinAs(line, string(job))
	}
}

// UnreadBatches lists the batches of sets that have results to be read.
func (s *Store) UnreadBatches() (ids []api.ID) {
	for _, set := range s.Sets.sets {
		for submission, id := range set.batches {
			if b, ok := s.Batches.Find(id); ok && b.HasOutput && !set.read[submission] {
				ids = append(ids, b.ID)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// inOwnBatch reports whether a job belongs to a batch of a set. The server leaves
// such jobs out of its list.
func (s *Store) inOwnBatch(job string) bool {
	m := s.Sets.members[job]
	return m != nil && m.batch != "" && m.row > 0
}

// MemberOf returns the set of a job, batch or submission; ok is false if it
// belongs to none.
func (s *Store) MemberOf(id string) (m outbox.Member, ok bool) {
	known := s.Sets.members[id]
	if known == nil {
		return m, false
	}
	return outbox.Member{ID: id, Set: string(known.set), Row: known.row, Lang: string(known.lang), Batch: known.batch}, true
}

// Has reports whether there is a set of that name.
func (st *Sets) Has(name string) bool { return st.sets[name] != nil }

// Any reports whether there are sets at all.
func (st *Sets) Any() bool { return len(st.sets) > 0 }

// Find returns a set by its name.
func (st *Sets) Find(name string) (set outbox.Set, ok bool) {
	known := st.sets[name]
	if known == nil {
		return set, false
	}
	return known.Set, true
}

// Version changes with every change of a set or its members.
func (st *Sets) Version() uint64 { return st.version }

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
}

// spentOn adds up what was accepted, as the ledger knows it.
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
