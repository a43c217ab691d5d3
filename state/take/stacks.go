package take

import (
	"cmp"
	"slices"

	"dubtop/api"
)

// Job is a job in a stack.
type Job struct {
	ID api.ID
	At int64 // when it was made, to sort by
}

// Stacks is an index of jobs by their video and sound. Adding a job takes
// constant time; a stack is sorted when it is looked at. The zero Stacks is
// empty and ready to use.
type Stacks struct {
	alone map[Key]Job // most jobs have no other take
	more  map[Key]*stack
}

type stack struct {
	jobs     []Job
	sorted   bool
	removals uint64 // when removed jobs were last taken out
}

// Add adds a job, unless its key is not known. It may be added again.
func (s *Stacks) Add(k Key, j Job) {
	if k == 0 {
		return
	}
	if many := s.more[k]; many != nil {
		last := many.jobs[len(many.jobs)-1]
		many.sorted = many.sorted && order(last, j) < 0
		many.jobs = append(many.jobs, j)
		return
	}
	first, some := s.alone[k]
	switch {
	case !some && s.alone == nil:
		s.alone, s.more = map[Key]Job{k: j}, make(map[Key]*stack)
	case !some, first.ID == j.ID:
		s.alone[k] = j
	default:
		delete(s.alone, k)
		s.more[k] = &stack{jobs: []Job{first, j}}
	}
}

// Of returns the jobs with a key, the oldest first, or nil if there are fewer
// than two. They must not be changed. there reports whether a job still exists
// and has the key; removals is a number that changes when jobs are removed.
func (s *Stacks) Of(k Key, removals uint64, there func(api.ID) bool) []Job {
	many := s.more[k]
	if many == nil {
		return nil
	}
	if !many.sorted || many.removals != removals {
		many.jobs = slices.DeleteFunc(many.jobs, func(j Job) bool { return !there(j.ID) })
		slices.SortFunc(many.jobs, order)
		many.jobs = slices.CompactFunc(many.jobs, func(a, b Job) bool { return a.ID == b.ID })
		many.sorted, many.removals = true, removals
	}
	if len(many.jobs) < 2 {
		s.shrink(k, many.jobs)
		return nil
	}
	return many.jobs
}

// shrink ends a stack that is none.
func (s *Stacks) shrink(k Key, left []Job) {
	delete(s.more, k)
	if len(left) == 1 {
		s.alone[k] = left[0]
	}
}

// order sorts jobs by their time.
func order(a, b Job) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) }

// Place returns the index of a job in a stack, or -1.
func Place(jobs []Job, id api.ID, at int64) int {
	if i, ok := slices.BinarySearchFunc(jobs, Job{id, at}, order); ok {
		return i
	}
	return slices.IndexFunc(jobs, func(j Job) bool { return j.ID == id })
}
