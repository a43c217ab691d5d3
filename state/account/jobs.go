package account

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/settle"
	"dubtop/state/table"
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
	// finishes means that the server has told when jobs ended.
	finishes bool
}

// Job is a job, its best known cost, and how long it took.
type Job struct {
	state.Generation
	Cost outbox.Cost

	took   time.Duration
	timed  bool // took is known
	beside *facts
}

// Took is how long an ended job took, as lists show it; ok is false if that is not
// known.
func (j *Job) Took() (took time.Duration, ok bool) { return j.took, j.timed }

// is makes j another job.
func (j *Job) is(g *state.Generation, f state.Figures) {
	j.Generation, j.Cost = *g, f.Cost(g)
	j.took, _, j.timed = f.Took(g)
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
	if k.booked, err = j.Books(ctx); k.booked && err == nil {
		var last []ledger.Entry
		last, err = j.BookedLast(ctx)
		s.Ledger.Bring(last) // tells the discount
	}
	finishes, unfinished := j.Finishes(ctx)
	if k.finishes = finishes; errors.Join(err, unfinished) != nil {
		return nil, errors.Join(err, unfinished)
	}
	k.AsOf, _, err = j.Seen(ctx)
	return k, err
}

// page is a part of the jobs, with the records about them in other places.
type page struct {
	jobs     []state.Generation
	entries  []ledger.Entry // of the ledger
	finished []settle.Row   // their ends, as told by the server
	err      error
}

// facts are what lists show of jobs beside their rows.
type facts struct {
	figures state.Figures
	remarks table.Annotations
}

// facts returns those of a page.
func (k *Jobs) facts(p *page) *facts {
	return &facts{state.FiguresOf(p.entries, p.finished), k.Store.Remarks().With(k.Store.Ledger.Part(slices.Clone(p.entries)))}
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
	if p.jobs, p.err = k.journal.Generations(ctx, size, after); p.err != nil {
		return p
	}
	ids := make([]api.ID, len(p.jobs))
	for i := range p.jobs {
		ids[i] = p.jobs[i].ID
	}
	if k.booked {
		p.entries, p.err = k.journal.Booked(ctx, ids)
	}
	if k.finishes && p.err == nil {
		p.finished, p.err = k.journal.Finished(ctx, ids)
	}
	return p
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
	finished, unfinished := k.journal.Finished(ctx, []api.ID{g.ID})
	k.Store.Figures().Add(entries, finished)
	return k.Job(&g), errors.Join(err, unfinished)
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

// Job adds the figures to a job of the store.
func (k *Jobs) Job(g *state.Generation) (j Job) {
	j.is(g, k.Store.Figures())
	return j
}
