package account

import (
	"context"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/output"
)

// PlanFiles names the files of some kinds of some jobs, before anything is
// fetched. Its event has the plan.
func (a *Account) PlanFiles(jobs []state.Generation, kinds []output.Kind) Work {
	r := a.planning(jobs, kinds)
	return a.work(func(ctx context.Context) apply {
		p, err := r.do(ctx)
		return func(time.Time) []Event {
			a.planned(&p)
			return []Event{{Kind: EventPlanned, Plan: &p, Err: err}}
		}
	})
}

// planned takes in the files that were found on the disk.
func (a *Account) planned(p *Plan) {
	for i := range p.Files {
		if f := &p.Files[i]; f.Here {
			a.Store.Saved.Put(f.file)
		}
	}
}

// PlanBatch names the files of the jobs of a batch. Their results are read
// first.
func (a *Account) PlanBatch(id api.ID, kinds []output.Kind) Work {
	c := a.Client
	return a.work(func(ctx context.Context) apply {
		items, err := batchJobs(ctx, c, id)
		return func(time.Time) []Event {
			if err != nil {
				return []Event{{Kind: EventPlanned, Err: err}}
			}
			jobs := make([]state.Generation, len(items))
			for i := range items {
				jobs[i] = items[i].Generation
			}
			a.once = append(a.once, a.PlanFiles(jobs, kinds))
			return nil
		}
	})
}

func (a *Account) planning(jobs []state.Generation, kinds []output.Kind) planning {
	r := planning{journal: a.Journal, how: a.Saving, err: a.Unsavable()}
	names := make(map[text.Text]bool)
	for i := range jobs {
		g := &jobs[i]
		if known, ok := a.Store.Generations.Find(g.Key()); ok {
			g = &known
		}
		names[g.Name] = true
		job := a.Saving.jobOf(g)
		for _, k := range kinds {
			f := Planned{Want: fileOf(g, k), Name: g.Name, Skip: unready(g, k), job: job}
			f.file, _ = a.Store.Saved.File(f.Want)
			if s := a.saves.find(f.Want); s != nil && s.wish.Reason == "" && f.Skip == "" {
				f.Skip, f.Now = "is being saved", true
			}
			r.files = append(r.files, f)
		}
	}
	r.siblings = a.siblings(names)
	return r
}

// siblings returns the jobs with one of these names that have an output or may
// get one: takes are numbered in the order in which the jobs were made, not in
// which they are saved.
func (a *Account) siblings(names map[text.Text]bool) (jobs []output.Job) {
	rows := &a.Store.Generations
	for i := range rows.Len() {
		g := rows.At(i)
		if names[g.Name] && g.Submission == "" && !g.Status.Troubled() {
			jobs = append(jobs, a.Saving.jobOf(g))
		}
	}
	return jobs
}
