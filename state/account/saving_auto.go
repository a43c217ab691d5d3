package account

import (
	"context"
	"strings"
	"time"

	"dubtop/state"
	"dubtop/state/output"
	"dubtop/state/table"
)

// Outputs of jobs of ours that end after automatic saving was switched on are
// saved without a key. The journal remembers when that was, and each job is
// wished for once, in whatever window or process sees its end first.

// automaticAll is the choice of all jobs.
const automaticAll = "all"

// bringAutomatic begins to watch for jobs that end.
func (a *Account) bringAutomatic(since time.Time) {
	v := &a.saves.auto
	v.since = since
	if v.filter = a.Saving.automaticChoice(); strings.EqualFold(v.filter, automaticAll) {
		v.filter = ""
	}
	if !since.IsZero() {
		a.Store.Saved.Automatic(since, a.now)
	}
}

// AutomaticSince is when automatic saving was switched on, zero if it is off.
func (a *Account) AutomaticSince() time.Time { return a.saves.auto.since }

// automaticJobs returns the jobs whose outputs are to be saved now.
func (a *Account) automaticJobs() (jobs []state.Generation) {
	if a.saves.auto.since.IsZero() || a.Saving.Chosen {
		return nil
	}
	for _, id := range a.Store.Saved.AutomaticDue() {
		g, ok := a.Store.Generations.Find(string(id))
		if !ok || !a.ours(&g) {
			continue // it may turn out to be ours later
		}
		if !a.automaticallySaved(g.Key()) {
			continue // it may get the label later
		}
		a.Store.Saved.Pass(g.Key())
		want := fileOf(&g, output.Output)
		if _, here := a.Store.Saved.File(want); !here && a.saves.find(want) == nil {
			jobs = append(jobs, g)
		}
	}
	return jobs
}

// automaticallySaved reports whether a job is among those whose outputs are saved
// automatically: those that the same filter shows in the list of jobs.
func (a *Account) automaticallySaved(job string) bool {
	v := &a.saves.auto
	if v.filter == "" {
		return true
	}
	return v.shown.Includes(&a.Store.Generations, table.Query{Text: v.filter, Figures: a.Store.Figures(), Notes: a.Store.Remarks(), Clock: ownClock{a}}, job)
}

// ownClock tells the time of the account's last event.
type ownClock struct{ account *Account }

// Now implements table.Clock.
func (c ownClock) Now() time.Time { return c.account.now }

// automaticWork wishes for the outputs of jobs that have ended.
func (a *Account) automaticWork(now time.Time) []Work {
	jobs := a.automaticJobs()
	if len(jobs) == 0 {
		return nil
	}
	r := a.planning(jobs, []output.Kind{output.Output})
	j := a.Journal
	a.saves.planning++
	return []Work{a.work(func(ctx context.Context) apply {
		p, err := r.do(ctx)
		var taken []output.Wish
		if err == nil {
			wishes := p.wishes(now)
			for i := range wishes {
				wishes[i].Automatic = true
			}
			taken, err = j.WishFiles(ctx, wishes)
		}
		return func(time.Time) []Event {
			a.saves.planning--
			a.planned(&p)
			a.wished(taken)
			if err != nil {
				return []Event{{Kind: EventWished, Err: err}}
			}
			return nil
		}
	})}
}
