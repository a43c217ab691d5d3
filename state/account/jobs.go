package account

import (
	"context"
	"errors"
	"iter"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// Jobs reads the jobs of an account from its journal, as its lists show them, and
// asks no server. The commands that list jobs use it.
type Jobs struct {
	// Store holds facts beside the jobs, such as labels and notes. The
	// jobs themselves are in it after Collect.
	Store *state.Store
	AsOf  time.Time // when the list was last current; zero if it never was

	journal *journal.Journal
	open    []state.Generation // requests without a known job, newest first
	booked  bool               // the ledger may tell costs
}

// Job is a job and its best known cost.
type Job struct {
	state.Generation
	Cost outbox.Cost
}

// ReadJobs reads everything except the jobs.
func ReadJobs(ctx context.Context, j *journal.Journal) (*Jobs, error) {
	k := &Jobs{Store: state.NewStore(), journal: j}
	s := k.Store
	labels, unlabelled := j.Labels(ctx)
	notes, torn := j.Notes(ctx)
	names, unnamed := j.KnownNames(ctx)
	sets := readSets(ctx, j, 0)
	files, _, lost := j.Files(ctx, 0)
	hidden, unhidden := j.Hidden(ctx)
	unresolved, err := j.Unresolved(ctx)
	if err = errors.Join(unlabelled, torn, unnamed, unhidden, sets.err, lost, err); err != nil {
		return nil, err
	}
	s.BringLabels(labels)
	s.Notes, s.Hidden = state.NewNotes(notes), state.NewHidden(hidden)
	s.BringNames(names)
	s.BringSets(sets.sets, sets.members)
	readVerdicts(ctx, j, 0).bring(s, 0)
	for _, f := range files {
		s.Saved.Put(f)
	}
	for i := range unresolved {
		sub := &unresolved[len(unresolved)-1-i]
		if sub.State == outbox.SubmissionDropped || sub.Kind == outbox.SubmitBatch {
			continue
		}
		row := state.SubmissionRow(sub, 0)
		if sub.Price.Cost != nil {
			s.Prices.Own(row.ID, *sub.Price.Cost)
		}
		k.open = append(k.open, row)
	}
	if k.booked, err = j.Books(ctx); err != nil {
		return nil, err
	}
	k.AsOf, _, err = j.Seen(ctx)
	return k, err
}

// page is a part of the jobs, with the ledger's entries for ours.
type page struct {
	jobs    []state.Generation
	entries []ledger.Entry
	err     error
}

const (
	// readFirst is the size of the first page: small, because somebody waits.
	readFirst = 200
	readNext  = 2000
)

// pages reads the jobs page by page, newest first. The next page is read while the
// last one is used.
func (k *Jobs) pages(ctx context.Context) iter.Seq[page] {
	return func(yield func(page) bool) {
		ctx, stop := context.WithCancel(ctx)
		read := make(chan page, 1)
		go func() {
			defer close(read)
			size, last := readFirst, state.Generation{}
			for {
				p := k.page(ctx, size, last)
				select {
				case read <- p:
				case <-ctx.Done():
					return
				}
				if p.err != nil || len(p.jobs) < size {
					return
				}
				size, last = readNext, p.jobs[len(p.jobs)-1]
			}
		}()
		for p := range read {
			if !yield(p) {
				break
			}
		}
		stop()
		for range read { // the journal is free again after this
			continue
		}
	}
}

// page reads one page.
func (k *Jobs) page(ctx context.Context, size int, after state.Generation) (p page) {
	if p.jobs, p.err = k.journal.Generations(ctx, size, after); p.err != nil || !k.booked {
		return p
	}
	ids := make([]api.ID, len(p.jobs))
	for i := range p.jobs {
		ids[i] = p.jobs[i].ID
	}
	p.entries, p.err = k.journal.Booked(ctx, ids)
	return p
}

// All yields the jobs, newest first, until the first error. A job is only valid
// until the next.
func (k *Jobs) All(ctx context.Context) iter.Seq2[*Job, error] {
	return func(yield func(*Job, error) bool) {
		open, job := k.open, Job{}
		next := func(g *state.Generation, prices *state.Prices) bool {
			job.Generation = *g
			k.Store.Tell(&job.Generation)
			job.Cost = prices.Cost(&job.Generation)
			return yield(&job, nil)
		}
		until := func(rank int64) bool {
			for len(open) > 0 && open[0].Rank() >= rank {
				if !next(&open[0], &k.Store.Prices) {
					return false
				}
				open = open[1:]
			}
			return true
		}
		for p := range k.pages(ctx) {
			if p.err != nil {
				yield(nil, p.err)
				return
			}
			var prices state.Prices
			for i := range p.entries {
				prices.Book(&p.entries[i])
			}
			for i := range p.jobs {
				if !until(p.jobs[i].Rank()) || !next(&p.jobs[i], &prices) {
					return
				}
			}
		}
		for i := range open {
			if !next(&open[i], &k.Store.Prices) {
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
		for i := range p.entries {
			k.Store.Prices.Book(&p.entries[i])
		}
		k.Store.RecallGenerations(p.jobs)
	}
	for i := range k.open {
		k.Store.Generations.Put(k.open[i], k.AsOf)
	}
	return nil
}

// Of completes a job from the server with the facts in the journal.
func (k *Jobs) Of(ctx context.Context, g state.Generation) (Job, error) {
	known, err := k.journal.GenerationsOf(ctx, []api.ID{g.ID})
	if err != nil {
		return Job{}, err
	}
	if old, ok := known[g.ID]; ok {
		g.Absorb(&old, time.Time{}) // when it changed is not known
	}
	k.Store.Tell(&g)
	entries, err := k.journal.Booked(ctx, []api.ID{g.ID})
	for i := range entries {
		k.Store.Prices.Book(&entries[i])
	}
	return k.Job(&g), err
}

// Open returns the request of an id whose job is not known; ok is false if there is
// none.
func (k *Jobs) Open(id api.ID) (j Job, ok bool) {
	for i := range k.open {
		if g := k.open[i]; g.ID == id {
			k.Store.Tell(&g)
			return k.Job(&g), true
		}
	}
	return Job{}, false
}

// Job adds the cost to a job of the store.
func (k *Jobs) Job(g *state.Generation) Job { return Job{*g, k.Store.Cost(g)} }
