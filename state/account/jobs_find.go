package account

import (
	"context"
	"iter"

	"dubtop/state"
	"dubtop/state/table"
)

// Find yields the jobs that a query finds, until the first error. A job is only
// valid until the next. Where the order allows it, jobs come as they are read, and
// no list of them is kept. A probable mistake in the filter is handed to mistaken,
// which may return an error, before the jobs if all are read first, or else after
// them.
func (k *Jobs) Find(ctx context.Context, q table.Query, mistaken func(*table.Mistake) error) iter.Seq2[*Job, error] {
	return func(yield func(*Job, error) bool) {
		q.Hidden = &k.Store.Hidden
		sieve := table.NewSieve[state.Generation](q)
		show := func(j *Job) bool { return yield(j, nil) }
		var err error
		if sieve.NeedsAll() {
			err = k.sorted(ctx, q, mistaken, show)
		} else {
			err = k.sifted(ctx, sieve, mistaken, show)
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// sifted shows jobs as they are read, until show returns false.
func (k *Jobs) sifted(ctx context.Context, sieve *table.Sieve[state.Generation], mistaken func(*table.Mistake) error, show func(*Job) bool) error {
	if sieve.Named() {
		for j, err := range k.all(ctx) {
			if err != nil {
				return err
			}
			if sieve.Learn(&j.Generation) {
				break
			}
		}
	}
	for j, err := range k.all(ctx) {
		if err != nil {
			return err
		}
		sieve.Use(j.beside.figures, j.beside.remarks)
		if sieve.Picks(&j.Generation) && !show(j) {
			return nil
		}
	}
	if mistake := sieve.Mistake(); mistake != nil {
		return mistaken(mistake)
	}
	return nil
}

// sorted reads all jobs first, and shows them until show returns false.
func (k *Jobs) sorted(ctx context.Context, q table.Query, mistaken func(*table.Mistake) error, show func(*Job) bool) error {
	if err := k.Collect(ctx); err != nil {
		return err
	}
	q.Figures, q.Notes = k.Store.Figures(), k.Store.Remarks()
	var view table.View[state.Generation]
	view.Update(&k.Store.Generations, q)
	if mistake := view.Mistake(); mistake != nil {
		if err := mistaken(mistake); err != nil {
			return err
		}
	}
	for i := range view.Len() {
		if !show(new(k.Job(view.At(i)))) {
			return nil
		}
	}
	return nil
}

// all yields the jobs, newest first, until the first error.
func (k *Jobs) all(ctx context.Context) iter.Seq2[*Job, error] {
	return func(yield func(*Job, error) bool) {
		open, job := k.open, Job{}
		own := &facts{k.Store.Figures(), k.Store.Remarks()}
		next := func(g *state.Generation, beside *facts) bool {
			k.Store.Tell(g)
			job.is(g, beside.figures)
			job.beside = beside
			return yield(&job, nil)
		}
		until := func(rank int64) bool {
			for len(open) > 0 && open[0].Rank() >= rank {
				g := open[0]
				if open = open[1:]; !next(&g, own) {
					return false
				}
			}
			return true
		}
		for p := range k.pages(ctx) {
			if p.err != nil {
				yield(nil, p.err)
				return
			}
			beside := k.facts(&p)
			for i := range p.jobs {
				if !until(p.jobs[i].Rank()) || !next(&p.jobs[i], beside) {
					return
				}
			}
		}
		for i := range open {
			if g := open[i]; !next(&g, own) {
				return
			}
		}
	}
}

// Collect brings all jobs into the store, to filter and sort them.
func (k *Jobs) Collect(ctx context.Context) error {
	for p := range k.pages(ctx) {
		if p.err != nil {
			return p.err
		}
		k.Store.Figures().Add(p.entries, p.finished)
		k.Store.RecallGenerations(p.jobs)
		for i := range p.entries {
			k.Store.Ledger.Book(p.entries[i])
		}
	}
	for i := range k.open {
		k.Store.Generations.Put(k.open[i], k.AsOf)
	}
	return nil
}
