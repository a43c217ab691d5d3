package state

import (
	"cmp"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
)

// The server can hold a request for a job until it ends, which shows its end at
// once. That is kept for the few jobs whose end somebody waits for; all others
// are in the list of running jobs.

const (
	// maxAwaited is how many jobs are awaited at once.
	maxAwaited = 3
	// awaitAgain is how long to wait after an answer without news, and awaitLater
	// after a failed one: proxies end what takes long.
	awaitAgain = time.Second
	awaitLater = 30 * time.Second
	// awaitOff is how long a server that holds no requests is left alone.
	awaitOff = 10 * time.Minute
)

// awaiting are the requests that the server holds until their job ends.
type awaiting struct {
	wanted []api.ID          // by the caller
	chosen []api.ID          // those that run, the most urgent first; at most maxAwaited
	away   map[api.ID]uint64 // the requests under way
	next   time.Time         // when the next may be made
}

// Await names the jobs whose end somebody waits for, beside the one whose details
// are open. It replaces the former ones.
func (p *Poller) Await(jobs []api.ID) { p.awaiting.wanted = jobs }

// Awaits reports whether somebody still waits for the end of a job. If not, a
// request that the server holds can be given up.
func (p *Poller) Awaits(job api.ID) bool { return slices.Contains(p.awaiting.chosen, job) }

// choose finds the jobs to await: the open one, those already awaited, and those
// that should end first.
func (w *awaiting) choose(s *Store, now time.Time) {
	w.chosen = nil
	if s.Opened.ID == "" && len(w.wanted) == 0 {
		return
	}
	type candidate struct {
		id   api.ID
		rank int
		left time.Duration
	}
	var all []candidate
	for i, id := range append([]api.ID{s.Opened.ID}, w.wanted...) {
		g, ok := s.Generations.Find(string(id))
		if ok && g.awaitable() && (i == 0 || id != s.Opened.ID) {
			all = append(all, candidate{id, w.rank(i, id), s.Forecast.Expect(&g, now).Left})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Or(a.rank-b.rank, cmp.Compare(a.left, b.left)) })
	for _, c := range all[:min(len(all), maxAwaited)] {
		w.chosen = append(w.chosen, c.id)
	}
}

// awaitable reports whether the server knows the job, and it has not ended.
func (g *Generation) awaitable() bool {
	return g.Status.Running() && !g.Gone && g.Submission == ""
}

// rank orders jobs by urgency: the open one is the first of all.
func (w *awaiting) rank(i int, id api.ID) int {
	switch _, away := w.away[id]; {
	case i == 0:
		return 0
	case away:
		return 1
	}
	return 2
}

// idle are the chosen jobs without a request.
func (w *awaiting) idle() (jobs []api.ID) {
	for _, id := range w.chosen {
		if _, away := w.away[id]; !away {
			jobs = append(jobs, id)
		}
	}
	return jobs
}

// awaitReady is when the next job may be awaited; ok is false if that does not
// depend on time alone.
func (p *Poller) awaitReady() (at time.Time, ok bool) {
	w := &p.awaiting
	if p.rejected != nil || p.paused || p.outage.streak > 0 || !p.facts.known || len(w.away) >= maxAwaited || len(w.idle()) == 0 {
		return at, false
	}
	return p.gated(Awaited, w.next), true
}

// awaitDue returns the requests for jobs to await.
func (p *Poller) awaitDue(now time.Time, s *Store) (due []Query) {
	for {
		at, ok := p.awaitReady()
		if !ok || at.After(now) {
			return due
		}
		id := p.awaiting.idle()[0]
		g, _ := s.Generations.Find(string(id))
		p.asked++
		p.quota.spend(now, awaits)
		if p.awaiting.away == nil {
			p.awaiting.away = make(map[api.ID]uint64)
		}
		p.awaiting.away[id] = p.asked
		due = append(due, Query{ID: p.asked, Topic: Awaited, Job: id, Was: g.Status})
	}
}

// awaited takes in the end of a held request. Its failure says nothing about the
// connection: proxies end requests that take long.
func (p *Poller) awaited(s *Store, q Query, a Answer, now time.Time) {
	w := &p.awaiting
	if w.away[q.Job] == q.ID {
		delete(w.away, q.Job)
	}
	switch {
	case a.Absent:
		w.next = instant.Later(w.next, now.Add(awaitOff))
	case kindOf(a.Err) == api.KindRateLimited:
		p.limited(a.Err, now)
	case a.Err != nil && w.wants(q.Job):
		w.next = instant.Later(w.next, now.Add(awaitLater))
	case a.Err == nil:
		w.next = instant.Later(w.next, now.Add(awaitAgain))
		s.applyAwaited(a.Details.Job, now)
	}
}

func (w *awaiting) wants(job api.ID) bool { return slices.Contains(w.chosen, job) }

// AwaitedAnswer converts the answer of Client.Await.
func AwaitedAnswer(job api.Generation, err error) Answer {
	return Answer{Details: Details{Job: job}, Absent: unsupported(err), Err: err}
}

// applyAwaited applies a job as the server told it when it ended, or after some
// time.
func (s *Store) applyAwaited(job api.Generation, now time.Time) {
	s.Observe([]Generation{NewGeneration(job)}, now)
	if o := &s.Opened; o.ID == job.ID && o.Job != nil && job.Status.Terminal() {
		o.Job, o.Err = &job, nil
	}
}
