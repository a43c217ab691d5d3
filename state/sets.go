package state

import (
	"maps"
	"slices"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

// Sets holds the job sets that were confirmed here, and their members.
type Sets struct {
	sets    map[string]*jobSet
	members map[string]*member // by id of submission, job, batch or line
	plans   map[string]outbox.Plan
	version uint64
}

// Plan returns the deadline and the priority of a set.
func (st *Sets) Plan(name string) outbox.Plan { return st.plans[name] }

// SetPlans takes in the plans of all sets.
func (st *Sets) SetPlans(plans map[string]outbox.Plan) { st.plans = plans }

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

// BringSets adds sets and members from the journal, in the order in which they
// joined. Those that are known stay.
func (s *Store) BringSets(sets []outbox.Set, members []outbox.Member) {
	for _, set := range sets {
		s.addSet(set)
	}
	for i := range members {
		s.join(&members[i])
	}
}

// addSet adds a set, or replaces the facts about a known one.
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

// JoinSet adds confirmed submissions to their set. If the set is run again, the
// new cost is added to the agreed one.
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

// SetJobs lists the jobs that the rows of a set became, each by its last attempt
// that became one.
func (s *Store) SetJobs(name string) (jobs []api.ID) {
	set := s.Sets.sets[name]
	if set == nil {
		return nil
	}
	for _, row := range slices.Sorted(maps.Keys(set.rows)) {
		for _, m := range slices.Backward(set.rows[row]) {
			if m.made {
				jobs = append(jobs, api.ID(m.id))
				break
			}
		}
	}
	return jobs
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
