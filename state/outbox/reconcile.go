package outbox

import (
	"cmp"
	"slices"
	"time"

	"dubtop/state/draft"

	"dubtop/api"
	"dubtop/state/instant"
)

const (
	// quarantine is longer than any accepted request was seen to take until it
	// was in the list.
	quarantine = 90 * time.Second
	// lookAgain is how often what was not found is looked for.
	lookAgain = 10 * time.Minute
	// patience is how long an asked-for step may take before it is asked for
	// again: whoever was to do it may have failed.
	patience = 2 * time.Minute
	// soonest and latest bound the wait before a request is sent once more.
	soonest, latest = 5 * time.Second, 10 * time.Minute
)

// StepKind is what to do about a submission of unknown outcome.
type StepKind string

// The kinds of steps.
const (
	StepFollow      StepKind = "follow"       // fetch the job ID, a lead; tell Followed
	StepResend      StepKind = "resend"       // Submission.Resend, then send the same bytes
	StepLook        StepKind = "look"         // list every job created since Since; tell Looked
	StepLookBatches StepKind = "look batches" // list the batches; tell LookedAtBatches
	StepLink        StepKind = "link"         // Submission.Link to ID
	StepAsk         StepKind = "ask"          // the user has to choose; see Question
)

// Step is one thing to do now.
type Step struct {
	Kind       StepKind
	Submission string    // "" for looks, which serve all
	ID         api.ID    // of a lead, or of what to link to
	Since      time.Time // of a look, by the server's clock
	At         time.Time // when it was handed out
}

// Reconciler decides what becomes of submissions whose outcome is unknown. It
// links a job to a submission only if no other could be meant, and has a
// request sent once more only where that is proved to be safe; else it asks.
// It starts from what the journal holds, so a restart changes nothing.
//
// Call Track after each change, do what Next says, and tell what came of it. It belongs to one goroutine.
type Reconciler struct {
	Matcher
	// Proven says that this server honours idempotency keys. Only a proof will
	// do: it refused a malformed key of an invalid request for the key's sake.
	// https://sync.so/docs/api-reference/guides/idempotency
	Proven bool

	intents  []*intent
	claimed  map[api.ID]string  // the submission that each job and batch belongs to
	promised map[api.ID]*intent // what each job is about to be linked to
	stale    bool               // something is known that resolve has not seen
	jobs     sighting[api.Generation]
	batches  sighting[api.Batch]
}

// sighting is the last answer to a look.
type sighting[T any] struct {
	items []T
	at    time.Time // when it was asked for, our clock
	since time.Time // how far back it reaches, the server's clock
	asked time.Time // when a look was last handed out
	count int       // of the answers
	// skipped counts what the answer held and could not be read: each could be
	// what is looked for.
	skipped int
}

// intent is a submission that may have made a job nobody knows of. Only those
// that are unknown are resolved; the others are rivals for the jobs found.
type intent struct {
	sub      Submission
	wanted   *wanted // nil of batches
	cold     bool    // the lead leads nowhere, so far
	followed time.Time
	resent   time.Time
	linked   time.Time // when the link was handed out
	link     api.ID    // what it is to be linked to, "" if that is open
	question *Question // nil if there is none
	asked    bool
	end      draft.LinkEnd // of what would be sent once more
	fits     []Candidate   // of the jobs of a look, whoever has them
	fitsOf   int           // which look
}

// Track takes in the submissions as they stand: all whose outcome is open or was
// dropped while it was. What belongs to the others is told by them once, or by
// Claim; it stays claimed.
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
			n.link = "" // somebody was faster
		}
		if n.link != "" {
			r.promised[n.link] = n
		}
		r.intents = append(r.intents, n)
	}
	r.stale = r.stale || len(r.intents) != len(old)
}

// Claim notes that a job or a batch belongs to a submission, for good. An empty
// id is passed over.
func (r *Reconciler) Claim(id api.ID, submission string) {
	if id == "" || r.claimed[id] == submission {
		return
	}
	if r.claimed == nil {
		r.claimed = make(map[api.ID]string)
	}
	r.claimed[id], r.stale = submission, true
}

// update takes in how the submission stands now. What was decided about an
// earlier attempt is void.
func (n *intent) update(s *Submission) (changed bool) {
	if n.sub.State != s.State || !n.sub.AnsweredAt.Equal(s.AnsweredAt) || n.sub.Lead != s.Lead {
		resent := n.resent
		if !n.sub.AnsweredAt.Equal(s.AnsweredAt) {
			resent = time.Time{} // it was sent once more and got an answer: resendAt says when next
		}
		*n = intent{wanted: n.wanted, resent: resent, end: n.end}
		changed = true
	}
	if n.wanted == nil {
		n.wanted, _ = readWanted(s)
		if s.Kind == SubmitGeneration { // a batch is never sent again
			n.end = s.LinkEnd()
		}
	}
	if n.wanted != nil {
		n.wanted.until = givenUp(s) // sending once more puts it off
	}
	n.sub = *s
	return changed
}

// open reports whether the outcome is still to be found.
func (n *intent) open() bool { return n.sub.State == SubmissionUnknown }

// began is when the doubt began.
func (n *intent) began() time.Time {
	if n.sub.AnsweredAt.After(n.sub.SentAt) {
		return instant.Of(n.sub.AnsweredAt)
	}
	return instant.Of(n.sub.SentAt)
}

// ready is when to look first: earlier a job may not be in the list yet.
func (n *intent) ready() time.Time { return n.began().Add(quarantine) }

// Next lists what to do now. What it hands out it does not hand out again for
// a while, so it may be called as often as one likes.
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

// next is what to do about one submission, looks aside.
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

// due reports whether something last done at a time may be done again. A clock
// that was set back must not put it off for ever.
func due(last time.Time, pause time.Duration, now time.Time) bool {
	age := now.Sub(last)
	return last.IsZero() || age >= pause || age < 0
}

// leads reports whether there is a job named by the server itself to look at.
func (r *Reconciler) leads(n *intent) bool {
	return n.sub.Kind == SubmitGeneration && n.sub.Lead.Valid() && !n.cold && !r.taken(n.sub.Lead, n)
}

// mayResend reports whether sending once more is proved to be safe, and can help:
// what is behind a link that has ended, no worker can fetch.
func (r *Reconciler) mayResend(n *intent, now time.Time) bool {
	s := n.sub
	return r.Proven && n.open() && !n.end.Over(now.Add(r.Skew)) && s.replayable(now) && s.Resend(now) == nil
}

// resendAt doubles the wait with every attempt: it is as long as the doubt has
// lasted already.
func (n *intent) resendAt() time.Time {
	lasted := n.began().Sub(instant.Of(n.sub.SentAt))
	return n.began().Add(min(max(lasted, soonest), latest))
}

// lookDue reports whether to look, and how far back, for the submissions of a
// kind; looked and asked are when that was done and handed out last.
func (r *Reconciler) lookDue(k SubmissionKind, looked, asked, now time.Time) (since time.Time, ok bool) {
	for _, n := range r.intents {
		if !n.open() || n.sub.Kind != k || n.link != "" {
			continue
		}
		// Farther than need be, for the skew is measured anew all the time.
		from := instant.Of(n.sub.SentAt).Add(r.Skew - 2*matchSlack)
		if since.IsZero() || from.Before(since) {
			since = from
		}
		ok = ok || n.lookDue(looked, now)
	}
	return since, ok && due(asked, patience, now)
}

// lookDue reports whether the last look was too early for the submission, or is
// too long ago. After a day only what was never looked for is.
func (n *intent) lookDue(looked, now time.Time) bool {
	if now.Before(n.ready()) {
		return false
	}
	if looked.Before(n.ready()) || looked.After(now) {
		return true
	}
	return now.Before(instant.Of(n.sub.SentAt).Add(LookFor)) && due(looked, lookAgain, now)
}

// Wake is when Next may have something to do that it has not now; zero if only
// an answer or a person can bring that about.
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

// Looked takes in the answer to a StepLook: every job created since the step's
// Since, older ones if they came along, and how many could not be read. An
// answer that was cut short must not be told.
func (r *Reconciler) Looked(step Step, jobs []api.Generation, skipped int) {
	r.Echoes.Learn(jobs)
	s := &r.jobs
	if step.At.Before(s.at) && !step.At.Equal(s.asked) {
		return // a later look was answered before
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

// wantsAny keeps what a look brings small: a history may be long.
func (r *Reconciler) wantsAny(g *api.Generation) bool {
	return slices.ContainsFunc(r.intents, func(n *intent) bool {
		return n.wanted != nil && r.match(n.wanted, g) > MatchNone && r.timely(n.wanted, g.CreatedAt.Time)
	})
}

// LookedAtBatches takes in the answer to a StepLookBatches.
func (r *Reconciler) LookedAtBatches(step Step, batches []api.Batch) {
	s := &r.batches
	if step.At.Before(s.at) && !step.At.Equal(s.asked) {
		return
	}
	s.at, s.since, s.items = step.At, step.Since, slices.Clone(batches)
	r.stale = true
}

// Followed takes in the answer to a StepFollow; nil says that there is no such
// job. What is no answer must not be told.
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
		r.promise(n, g.ID) // the server's own word, and it fits
	}
}

// promise decides what a submission is to be linked to.
func (r *Reconciler) promise(n *intent, id api.ID) {
	n.link, n.question = id, nil
	r.promised[id] = n
}

// free reports whether a job may be linked to a submission still.
func (r *Reconciler) free(submission string, id api.ID) bool {
	n := r.intent(submission)
	return n != nil && !r.taken(id, n)
}

// settle promises a job to the submission that the user says it came of; the
// link is being written down already.
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
