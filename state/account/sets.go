package account

import (
	"context"
	"errors"
	"maps"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/outbox"
)

func (a *Account) knownNumbers() numbers {
	if !a.Lists {
		return numbers{notRead, notRead}
	}
	return a.known
}

// setsRead holds the journal's job sets, and their members since a given one.
type setsRead struct {
	sets    []outbox.Set
	members []outbox.Member
	last    int64
	err     error
}

// readSets reads the sets if there are new members.
func readSets(ctx context.Context, j *journal.Journal, after int64) (r setsRead) {
	if after == notRead {
		return r
	}
	if r.members, r.last, r.err = j.Members(ctx, after); r.err != nil || len(r.members) == 0 {
		return r
	}
	r.sets, r.err = j.Sets(ctx)
	return r
}

func (a *Account) bringSets(r setsRead) {
	if r.err == nil && len(r.members) > 0 {
		a.known.member = max(a.known.member, r.last)
		a.Store.BringSets(r.sets, r.members)
	}
}

// bringPlans takes in the plans of all sets.
func (a *Account) bringPlans(plans map[string]outbox.Plan) {
	if maps.Equal(plans, a.Outbox.Queue.Sharing.Plans) {
		return
	}
	share := a.Outbox.Queue.Sharing
	share.Plans = plans
	a.Outbox.Queue.Share(share)
	a.Store.Sets.SetPlans(plans)
}

// PlanSet changes the deadline and the priority of a set.
func (a *Account) PlanSet(set string, p outbox.Plan, words string) Work {
	plans := maps.Clone(a.Outbox.Queue.Sharing.Plans)
	if plans == nil {
		plans = make(map[string]outbox.Plan)
	}
	plans[set] = p
	if p == (outbox.Plan{}) {
		delete(plans, set)
	}
	a.bringPlans(plans)
	return a.change(nil, words, func(ctx context.Context, j *journal.Journal) error { return j.SavePlan(ctx, set, p) })
}

// EnqueueSet is Enqueue for a confirmed job set. With again, the set exists and
// some of its rows are run once more.
func (a *Account) EnqueueSet(set outbox.Set, again bool, subs []outbox.Submission, pilot bool) Work {
	j := a.Journal
	save := func(ctx context.Context, subs []outbox.Submission, paused func(i int) bool, now time.Time) error {
		err := j.EnqueueSet(ctx, set, again, subs, paused, now)
		if errors.Is(err, journal.ErrSetName) {
			return errors.New("another job set got the name " + set.Name + " in the meantime: choose another")
		}
		return err
	}
	return a.enqueueWith(subs, pilot, save, func() { a.Store.JoinSet(set, again, subs) })
}

// resultsAgain is how long to wait before the results of a batch are asked for
// once more.
const resultsAgain = 5 * time.Minute

// resultsDue reads the results of an ended batch of a set, so that its jobs are
// rows like all others.
func (a *Account) resultsDue(now time.Time) []Work {
	r := &a.results
	sets, batches := a.Store.Sets.Version(), a.Store.Batches.Version()
	if !a.Lists || r.reading || sets == r.sets && batches == r.batches && now.Before(r.nextTime) {
		return nil
	}
	r.sets, r.batches, r.nextTime = sets, batches, now.Add(resultsAgain)
	for _, id := range a.Store.UnreadBatches() {
		if at, tried := r.tried[id]; tried && now.Sub(at) < resultsAgain {
			continue
		}
		if r.tried == nil {
			r.tried = make(map[api.ID]time.Time)
		}
		r.tried[id], r.reading, r.sets = now, true, 0
		m, _ := a.Store.MemberOf(string(id))
		return []Work{a.work(func(ctx context.Context) apply {
			rows, jobs, err := readResults(ctx, a.Client, a.Journal, id, m.Batch)
			return func(now time.Time) []Event { return a.resultsRead(rows, jobs, err, now) }
		})}
	}
	return nil
}

// readResults fetches and saves the jobs that the lines of a batch became.
func readResults(ctx context.Context, c *api.Client, j *journal.Journal, id api.ID, submission string) (rows []state.Generation, jobs map[string]api.ID, err error) {
	ctx = api.Background(ctx)
	items, err := batchJobs(ctx, c, id)
	if err != nil {
		return nil, nil, err
	}
	jobs = make(map[string]api.ID)
	for i := range items {
		l := outbox.BatchLine{RequestID: string(items[i].RequestID)}
		jobs[l.MemberID(submission)] = items[i].Generation.ID
		rows = append(rows, items[i].Generation)
	}
	return rows, jobs, j.SaveResults(ctx, jobs)
}

// resultsRead shows the jobs of a batch.
func (a *Account) resultsRead(rows []state.Generation, jobs map[string]api.ID, err error, now time.Time) []Event {
	a.results.reading = false
	if err != nil {
		return nil // it is tried again, and the batch shows its counts
	}
	a.Store.JoinResults(jobs)
	a.Store.ObserveUnlisted(rows, now)
	return nil
}
