package outbox

import (
	"slices"

	"dubtop/api"
	"dubtop/state/instant"
)

// resolve decides what each submission of unknown outcome made, based on the
// last looks. It never takes a job that could belong to somebody else.
func (r *Reconciler) resolve() {
	for _, n := range r.intents {
		if n.open() && n.sub.Kind == SubmitBatch && r.batches.shows(n, r) {
			n.ask(Question{Candidates: r.BatchCandidates(&n.sub, r.batches.items, func(id api.ID) bool { return r.taken(id, n) })})
		}
	}
	for _, g := range r.groups() {
		g.resolve(r)
	}
}

// shows reports whether the look was late enough, and reached back far enough,
// to show the job of n.
func (s *sighting[T]) shows(n *intent, r *Reconciler) bool {
	return !s.at.Before(n.ready()) && !s.since.After(instant.Of(n.sub.SentAt).Add(r.Skew-matchSlack))
}

// group holds submissions that could have made the same jobs, and those jobs.
type group struct {
	intents []*intent
	found   [][]Candidate // per intent; only matches good enough to link
	jobs    []Candidate   // all of them, earliest first
}

// groups divides the submissions of unknown outcome so that no job is in two
// groups.
func (r *Reconciler) groups() []*group {
	intents, found := r.found()
	makers := make(map[api.ID][]int) // who may have made each job
	for i, jobs := range found {
		for _, c := range jobs {
			makers[c.ID] = append(makers[c.ID], i)
		}
	}
	var out []*group
	grouped := make([]bool, len(intents))
	for i := range intents {
		if grouped[i] {
			continue
		}
		g := &group{}
		for open := []int{i}; len(open) > 0; {
			k := open[0]
			open = open[1:]
			if grouped[k] {
				continue
			}
			grouped[k] = true
			g.add(intents[k], found[k])
			for _, c := range found[k] {
				open = append(open, makers[c.ID]...)
				makers[c.ID] = nil
			}
		}
		sortCandidates(g.jobs)
		out = append(out, g)
	}
	return out
}

func (g *group) add(n *intent, found []Candidate) {
	g.intents, g.found = append(g.intents, n), append(g.found, found)
	for _, c := range found {
		if !includes(g.jobs, c.ID) {
			g.jobs = append(g.jobs, c)
		}
	}
}

func includes(jobs []Candidate, id api.ID) bool {
	return slices.ContainsFunc(jobs, func(c Candidate) bool { return c.ID == id })
}

// found lists the jobs that each submission of unknown outcome may have made.
// An asset that exactly matches another submission is not counted as this
// submission's uploaded file.
func (r *Reconciler) found() (intents []*intent, found [][]Candidate) {
	exact := make(map[api.ID]bool)
	for _, n := range r.intents {
		if n.wanted == nil || n.link != "" {
			continue
		}
		all := r.unclaimed(n)
		for _, c := range all {
			exact[c.ID] = exact[c.ID] || c.Match == MatchExact
		}
		intents, found = append(intents, n), append(found, all)
	}
	for i := range found {
		found[i] = slices.DeleteFunc(found[i], func(c Candidate) bool {
			return c.Match < MatchFile || c.Match == MatchFile && exact[c.ID]
		})
	}
	return intents, found
}

// unclaimed lists the matching jobs of the last look that belong to nobody
// else. Matches are computed once per look; ownership is checked every time.
func (r *Reconciler) unclaimed(n *intent) (left []Candidate) {
	if n.fitsOf != r.jobs.count {
		n.fits, n.fitsOf = r.candidates(n.wanted, r.jobs.items, func(api.ID) bool { return false }), r.jobs.count
	}
	for _, c := range n.fits {
		if !r.taken(c.ID, n) {
			left = append(left, c)
		}
	}
	return left
}

// resolve links the group if only one assignment is possible. Otherwise it asks
// the user, unless the answer may still arrive by itself.
func (g *group) resolve(r *Reconciler) {
	for _, n := range g.intents {
		if n.sub.State == SubmissionSending || n.open() && !r.jobs.shows(n, r) {
			return // it may soon claim one of the jobs
		}
	}
	if g.certain() && r.jobs.skipped == 0 {
		r.promise(g.intents[0], g.jobs[0].ID)
		return
	}
	for i, n := range g.intents {
		if !n.open() {
			continue
		}
		q := Question{Candidates: g.found[i], Rivals: len(g.intents) - 1}
		if len(q.Candidates) == 0 { // a match too weak to link may still be worth showing
			q.Candidates = r.unclaimed(n)
		}
		n.ask(q)
	}
}

// certain reports whether the group's only submission must have made its only
// job: the job was created while the request was on its way. Other people may
// send the same request, so a job made earlier, much later, or one of several
// could be theirs.
func (g *group) certain() bool {
	return len(g.intents) == 1 && len(g.jobs) == 1 && g.intents[0].open() && g.jobs[0].Timing == TimingFits
}
