package account

import (
	"context"
	"time"

	"dubtop/api/text"
	"dubtop/state/journal"
	"dubtop/state/output"
)

// Plan lists files to be saved, under which names.
type Plan struct {
	Files []Planned

	retry []output.Wish
}

// Planned is a file to be saved, or the reason why it is not.
type Planned struct {
	output.Want
	Name text.Text // of the job
	Path string
	Skip text.Text // "" if it is to be saved
	Here bool      // skipped because it is saved already
	Now  bool      // skipped because it is wished for already, and goes on by itself

	job  output.Job
	file output.File // as saved before; zero without
}

// New counts the files to be saved.
func (p *Plan) New() (n int) {
	for i := range p.Files {
		if p.Files[i].Skip == "" {
			n++
		}
	}
	return n
}

// Goes counts the files that are saved from now on: the new ones, and those that go on.
func (p *Plan) Goes() (n int) {
	for i := range p.Files {
		if p.Files[i].Skip == "" || p.Files[i].Now {
			n++
		}
	}
	return n
}

func (p *Plan) wishes(now time.Time) []output.Wish {
	wishes := p.retry
	for i := range p.Files {
		if f := &p.Files[i]; f.Skip == "" {
			wishes = append(wishes, output.Wish{Want: f.Want, Path: f.Path})
		}
	}
	for i := range wishes {
		wishes[i].Asked = now.UTC().Add(time.Duration(i)) // the journal keeps their order
	}
	return wishes
}

// planning is the work on a plan.
type planning struct {
	journal  *journal.Journal
	how      Saving
	files    []Planned
	siblings []output.Job // other jobs whose files could have the same names
	err      error
}

// do names the files. Those that are on the disk already are left out.
func (r *planning) do(ctx context.Context) (Plan, error) {
	if r.err != nil {
		return Plan{}, r.err
	}
	jobs := r.siblings
	for i := range r.files {
		jobs = append(jobs, r.files[i].job)
	}
	takes, err := r.journal.GiveTakes(ctx, r.how.Naming, jobs)
	if err != nil {
		return Plan{}, err
	}
	takes = takes[len(r.siblings):]
	for i := range r.files {
		f := &r.files[i]
		if f.Skip != "" {
			continue
		}
		n := namer{journal: r.journal, how: r.how, job: f.job, want: f.Want, known: f.file, take: takes[i].Number}
		if f.Path, f.Here, err = n.free(ctx, f.Kind.Ext("")); err != nil {
			return Plan{}, err
		}
		if f.Here {
			f.Skip, f.file = "is saved already", n.known
		}
	}
	return Plan{Files: r.files}, nil
}
