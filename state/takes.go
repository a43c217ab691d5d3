package state

import (
	"dubtop/api"
	"dubtop/state/take"
)

// Takes returns the jobs that were made from the same video and sound as a job,
// itself among them, the oldest first, and its index. They must not be changed.
// It returns nil if there is no other.
func (s *Store) Takes(g *Generation) (jobs []take.Job, at int) {
	jobs = s.takes.Of(g.MadeFrom, s.Generations.Removals(), func(id api.ID) bool {
		other, ok := s.Generations.Find(string(id))
		return ok && other.MadeFrom == g.MadeFrom
	})
	if at = take.Place(jobs, g.ID, g.Rank()); at < 0 {
		return nil, 0
	}
	return jobs, at
}
