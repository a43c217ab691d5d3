package outbox

import (
	"cmp"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
)

const (
	// quarantine is how long after a request its job may be missing from the
	// list: longer than any delay ever seen.
	quarantine = 90 * time.Second
	// lookAgain is how often to look for a job that was not found.
	lookAgain = 10 * time.Minute
	// patience is how long a step may take before it is handed out again, in
	// case the caller failed.
	patience = 2 * time.Minute
	// soonest and latest bound the wait before a request is sent again.
	soonest, latest = 5 * time.Second, 10 * time.Minute
)

// Reconciler settles submissions of unknown outcome. It links a job to a
// submission only if no other is possible, and resends a request only if that
// is proved to be safe; otherwise it asks the user. It starts from the journal,
// so a restart changes nothing.
//
// Call Track after each change, carry out the steps of Next, and report their
// results. It must be used from one goroutine.
type Reconciler struct {
	Matcher
	// Proven is set if this server honours idempotency keys. The proof is that
	// it rejected a malformed key of an invalid request because of the key.
	// https://sync.so/docs/api-reference/guides/idempotency
	Proven bool

	intents  []*intent
	claimed  map[api.ID]string  // the submission that made each job and batch
	promised map[api.ID]*intent // the submission that each job is about to be linked to
	stale    bool               // something changed since resolve ran
	jobs     sighting[api.Generation]
	batches  sighting[api.Batch]
}

// sighting is the latest answer to a look.
type sighting[T any] struct {
	items []T
	at    time.Time // when it was asked for, our clock
	since time.Time // how far back it reaches, server's clock
	asked time.Time // when a look was last handed out
	count int       // number of answers so far
	// skipped counts the jobs that could not be read; each might be the one
	// looked for.
	skipped int
}

// Track takes in every submission whose outcome is open or was when it was
// dropped. A job named by any other submission is claimed for good, as by
// Claim.
func (r *Reconciler) Track(subs []Submission) {
	old := make(map[string]*intent, len(r.intents))
	for _, n := range r.intents {
		old[n.sub.ID] = n
	}
	r.intents, r.promised = nil, make(map[api.ID]*intent)
	for i := range subs {
		r.Claim(subs[i].GenerationID, subs[i].ID)
		r.Claim(subs[i].BatchID, subs[i].ID)
	}
	for i := range subs {
		s := &subs[i]
		if s.State == SubmissionSent || !s.MayHaveCost() {
			continue
		}
		n := cmp.Or(old[s.ID], new(intent))
		r.stale = n.update(s) || r.stale
		if r.claimed[n.link] != "" {
			n.link = "" // another submission got it first
		}
		if n.link != "" {
			r.promised[n.link] = n
		}
		r.intents = append(r.intents, n)
	}
	r.stale = r.stale || len(r.intents) != len(old)
}

// Claim records for good that a job or batch belongs to a submission. An empty
// id is ignored.
func (r *Reconciler) Claim(id api.ID, submission string) {
	if id == "" || r.claimed[id] == submission {
		return
	}
	if r.claimed == nil {
		r.claimed = make(map[api.ID]string)
	}
	r.claimed[id], r.stale = submission, true
}

// Next lists the steps to take now. It may be called as often as you like: a
// step is repeated only after patience.
func (r *Reconciler) Next(now time.Time) []Step {
	now = instant.Of(now)
	if r.stale {
		r.stale = false
		r.resolve()
	}
	var steps []Step
	for _, n := range r.intents {
		if !n.open() {
			continue
		}
		if step, ok := r.next(n, now); ok {
			step.Submission, step.At = n.sub.ID, now
			steps = append(steps, step)
		}
	}
	if since, due := r.lookDue(SubmitGeneration, r.jobs.at, r.jobs.asked, now); due {
		r.jobs.asked = now
		steps = append(steps, Step{Kind: StepLook, Since: since, At: now})
	}
	if since, due := r.lookDue(SubmitBatch, r.batches.at, r.batches.asked, now); due {
		r.batches.asked = now
		steps = append(steps, Step{Kind: StepLookBatches, Since: since, At: now})
	}
	return steps
}

// next returns the step for one submission, other than a look.
func (r *Reconciler) next(n *intent, now time.Time) (Step, bool) {
	switch {
	case n.link != "":
		if due(n.linked, patience, now) {
			n.linked = now
			return Step{Kind: StepLink, ID: n.link}, true
		}
	case r.leads(n):
		if due(n.followed, patience, now) {
			n.followed = now
			return Step{Kind: StepFollow, ID: n.sub.Lead}, true
		}
	case r.mayResend(n, now):
		if !now.Before(n.resendAt()) && due(n.resent, patience, now) {
			n.resent = now
			return Step{Kind: StepResend}, true
		}
	case n.question != nil && !n.asked:
		n.asked = true
		return Step{Kind: StepAsk}, true
	}
	return Step{}, false
}

// due reports whether something last done at a time may be done again. It
// returns true if the clock was set back, so that a wait always ends.
func due(last time.Time, pause time.Duration, now time.Time) bool {
	age := now.Sub(last)
	return last.IsZero() || age >= pause || age < 0
}

// leads reports whether the server named a job that is still worth checking.
func (r *Reconciler) leads(n *intent) bool {
	return n.sub.Kind == SubmitGeneration && n.sub.Lead.Valid() && !n.cold && !r.taken(n.sub.Lead, n)
}

// mayResend reports whether a resend is proved to be safe and can help. It
// can't if a link has expired, because the job could not fetch its input.
func (r *Reconciler) mayResend(n *intent, now time.Time) bool {
	s := n.sub
	return r.Proven && n.open() && !n.end.Over(now.Add(r.Skew)) && s.replayable(now) && s.Resend(now) == nil
}

// lookDue reports whether to look for submissions of a kind, and how far back.
// Looked and asked are when the last look was answered and handed out.
func (r *Reconciler) lookDue(k SubmissionKind, looked, asked, now time.Time) (since time.Time, ok bool) {
	for _, n := range r.intents {
		if !n.open() || n.sub.Kind != k || n.link != "" {
			continue
		}
		// Go further back than necessary, because the skew keeps being measured.
		from := instant.Of(n.sub.SentAt).Add(r.Skew - 2*matchSlack)
		if since.IsZero() || from.Before(since) {
			since = from
		}
		ok = ok || n.lookDue(looked, now)
	}
	return since, ok && due(asked, patience, now)
}

// Wake is when Next may have something new to do; zero if only an answer or the
// user can change that.
func (r *Reconciler) Wake(now time.Time) time.Time {
	now = instant.Of(now)
	var first time.Time
	for _, n := range r.intents {
		if !n.open() {
			continue
		}
		looked, asked := r.jobs.at, r.jobs.asked
		if n.sub.Kind == SubmitBatch {
			looked, asked = r.batches.at, r.batches.asked
		}
		for _, t := range []time.Time{
			n.ready(), n.resendAt(), instant.Of(n.sub.SentAt).Add(ReplayWindow), looked.Add(lookAgain), asked.Add(patience),
			n.linked.Add(patience), n.followed.Add(patience), n.resent.Add(patience),
		} {
			if t.After(now) && (first.IsZero() || t.Before(first)) {
				first = t
			}
		}
	}
	return first
}

// Looked applies the answer to a StepLook: every job created since the step's
// Since, perhaps older ones, and the number that could not be read. A truncated
// answer must not be passed in.
func (r *Reconciler) Looked(step Step, jobs []api.Generation, skipped int) {
	r.Echoes.Learn(jobs)
	s := &r.jobs
	if step.At.Before(s.at) && !step.At.Equal(s.asked) {
		return // a later look was answered first
	}
	s.at, s.since, s.items, s.skipped = step.At, step.Since, nil, skipped
	s.count++
	for i := range jobs {
		if r.wantsAny(&jobs[i]) {
			s.items = append(s.items, jobs[i])
		}
	}
	r.stale = true
}

// wantsAny keeps only matching jobs of a look, because a history may be long.
func (r *Reconciler) wantsAny(g *api.Generation) bool {
	return slices.ContainsFunc(r.intents, func(n *intent) bool {
		return n.wanted != nil && r.match(n.wanted, g) > MatchNone && r.timely(n.wanted, g.CreatedAt.Time)
	})
}

// LookedAtBatches applies the answer to a StepLookBatches.
func (r *Reconciler) LookedAtBatches(step Step, batches []api.Batch) {
	s := &r.batches
	if step.At.Before(s.at) && !step.At.Equal(s.asked) {
		return
	}
	s.at, s.since, s.items = step.At, step.Since, slices.Clone(batches)
	r.stale = true
}

// Followed applies the answer to a StepFollow; nil means that the job does not
// exist. A failed request must not be passed in.
func (r *Reconciler) Followed(step Step, g *api.Generation) {
	n := r.intent(step.Submission)
	if n == nil || !n.open() {
		return
	}
	n.cold, r.stale = true, true
	if g == nil || n.link != "" || n.wanted == nil || g.ID != n.sub.Lead || r.taken(g.ID, n) {
		return
	}
	if r.match(n.wanted, g) > MatchNone {
		r.promise(n, g.ID) // named by the server, and it matches
	}
}

// promise chooses the job that a submission will be linked to.
func (r *Reconciler) promise(n *intent, id api.ID) {
	n.link, n.question = id, nil
	r.promised[id] = n
}

// free reports whether a job may still be linked to a submission.
func (r *Reconciler) free(submission string, id api.ID) bool {
	n := r.intent(submission)
	return n != nil && !r.taken(id, n)
}

// settle promises a job to the submission the user chose for it. The link is
// already being written to the journal.
func (r *Reconciler) settle(submission string, id api.ID, now time.Time) {
	if n := r.intent(submission); n != nil {
		delete(r.promised, n.link)
		r.promise(n, id)
		n.linked = instant.Of(now)
	}
}

func (r *Reconciler) intent(submission string) *intent {
	for _, n := range r.intents {
		if n.sub.ID == submission {
			return n
		}
	}
	return nil
}

// taken reports whether a job belongs to another submission, or is about to.
func (r *Reconciler) taken(id api.ID, n *intent) bool {
	if owner, ok := r.claimed[id]; ok {
		return owner != n.sub.ID
	}
	o, ok := r.promised[id]
	return ok && o != n
}
