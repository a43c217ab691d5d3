package account

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/download"
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

func (p *Plan) wishes(now time.Time) []output.Wish {
	wishes := p.retry
	for i := range p.Files {
		if f := &p.Files[i]; f.Skip == "" {
			wishes = append(wishes, output.Wish{Want: f.Want, Path: f.Path})
		}
	}
	for i := range wishes {
		wishes[i].Asked = now.UTC()
	}
	return wishes
}

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
		b, err := c.Batch(ctx, id)
		var lines []api.BatchResult
		if err == nil {
			lines, err = c.BatchResults(ctx, b)
		}
		return func(time.Time) []Event {
			if err != nil {
				return []Event{{Kind: EventPlanned, Err: err}}
			}
			var jobs []state.Generation
			for i, line := range lines {
				if item := state.NewBatchItem(i+1, line); item.Generation.ID != "" {
					jobs = append(jobs, item.Generation)
				}
			}
			a.once = append(a.once, a.PlanFiles(jobs, kinds))
			return nil
		}
	})
}

// planning is the work on a plan.
type planning struct {
	journal  *journal.Journal
	how      Saving
	files    []Planned
	siblings []output.Job // other jobs whose files could have the same names
	err      error
}

func (a *Account) planning(jobs []state.Generation, kinds []output.Kind) planning {
	r := planning{journal: a.Journal, how: a.Saving, err: a.unsavable()}
	names := make(map[text.Text]bool)
	for i := range jobs {
		g := &jobs[i]
		if known, ok := a.Store.Generations.Find(g.Key()); ok {
			g = &known
		}
		names[g.Name] = true
		job := a.fileJob(g)
		for _, k := range kinds {
			f := Planned{Want: fileOf(g, k), Name: g.Name, Skip: unready(g, k), job: job}
			f.file, _ = a.Store.Saved.File(f.Want)
			if s := a.saves.find(f.Want); s != nil && s.wish.Reason == "" && f.Skip == "" {
				f.Skip = "is being saved"
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
			jobs = append(jobs, a.fileJob(g))
		}
	}
	return jobs
}

// unready says why a job has no file of a kind to save, or "".
func unready(g *state.Generation, k output.Kind) text.Text {
	switch {
	case g.ID == "":
		return "it never became a job"
	case g.Submission != "":
		return "it is not known yet whether it became a job"
	case g.Gone:
		return "the server no longer knows it"
	case k == output.Request, g.Status == api.Completed:
		return ""
	case g.Status.Troubled():
		return "it ended without an output"
	}
	return "it has no output yet"
}

// fileJob is what the names of a job's files are made of.
func (a *Account) fileJob(g *state.Generation) output.Job {
	zone := a.Saving.Zone
	if zone == nil {
		zone = time.Local
	}
	j := output.Job{
		ID: g.Key(), Name: bare(string(g.Name)), Lang: string(g.Lang()), Label: string(g.Label()),
		Project: string(g.Project()), Set: string(g.Set()), Model: g.Model,
	}
	j.Stem = j.Name
	if !g.Created.IsZero() {
		j.Made = g.Created.In(zone)
	}
	return j
}

// bare is a name without the extension of a media file.
func bare(name string) string {
	ext := filepath.Ext(name)
	for _, k := range []output.Kind{output.Output, output.Audio} {
		if ext != "" && "."+k.Ext(name) == ext {
			return name[:len(name)-len(ext)]
		}
	}
	return name
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

// namer finds the name of a file.
type namer struct {
	journal *journal.Journal
	how     Saving
	job     output.Job
	want    output.Want
	known   output.File // as saved before
	take    int         // 0 if it is not known
}

// free returns the path of a file: here means that the file is there already,
// known by the journal, its sidecar or its hash. If the name is a stranger's, the
// job becomes the next take.
func (n *namer) free(ctx context.Context, ext string) (path string, here bool, err error) {
	if n.known.Path != "" && sizeIs(n.known.Path, n.known.Size) {
		return n.known.Path, true, nil
	}
	if n.take == 0 {
		takes, err := n.journal.GiveTakes(ctx, n.how.Naming, []output.Job{n.job})
		if err != nil {
			return "", false, err
		}
		n.take = takes[0].Number
	}
	for {
		path = filepath.Join(n.how.Folder, filepath.FromSlash(n.how.Naming.Path(n.job, n.take, n.want.Kind, ext)))
		if _, err := os.Lstat(path); err != nil {
			return path, false, nil // why it can't be seen is told when it is saved
		}
		if n.recognised(ctx, path) {
			return path, true, n.journal.SaveFile(ctx, n.known)
		}
		next, err := n.journal.NextTake(ctx, n.how.Naming, n.job)
		if err != nil {
			return "", false, err
		}
		n.take = next.Number
	}
}

// recognised reports whether a file is the one that is wanted, and notes its
// facts.
func (n *namer) recognised(ctx context.Context, path string) bool {
	side, ok := readSidecar(path)
	switch {
	case ok && side.Job == n.want.Job && side.Kind == n.want.Kind && sizeIs(path, side.Size):
		n.known = output.File{Job: side.Job, Kind: side.Kind, Path: path, Size: side.Size, SHA256: side.SHA256, At: side.Saved.UTC(), Mark: side.Differs}
		return true
	case n.known.SHA256 == "" || !sizeIs(path, n.known.Size):
		return false
	}
	_, sum, err := download.Sum(ctx, path)
	if err != nil || sum != n.known.SHA256 {
		return false
	}
	n.known.Path = path
	return true
}

// Present reports whether a file is there.
func Present(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func sizeIs(path string, size int64) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == size
}

// sidecar is what is written beside a file, so that it can be told without the
// journal whose it is.
type sidecar struct {
	Dubtop   int         `json:"dubtop"` // version of this format
	Job      string      `json:"job"`
	Kind     output.Kind `json:"kind"`
	Name     string      `json:"name,omitempty"`
	Model    string      `json:"model,omitempty"`
	Label    string      `json:"label,omitempty"`
	Set      string      `json:"set,omitempty"`
	Lang     string      `json:"lang,omitempty"`
	Project  string      `json:"project,omitempty"`
	Take     int         `json:"take,omitempty"`
	Created  *time.Time  `json:"created,omitempty"`
	Saved    time.Time   `json:"saved"`
	Size     int64       `json:"size"`
	SHA256   string      `json:"sha256"`
	Duration float64     `json:"duration,omitempty"` // seconds, as the job says
	Differs  string      `json:"differs,omitempty"`
}

func sidecarPath(path string) string { return path + ".json" }

// maxSidecar is larger than any sidecar, in bytes.
const maxSidecar = 1 << 20

func readSidecar(path string) (s sidecar, ok bool) {
	info, err := os.Stat(sidecarPath(path))
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSidecar {
		return s, false
	}
	b, err := os.ReadFile(sidecarPath(path))
	return s, err == nil && json.Unmarshal(b, &s) == nil && s.Dubtop > 0
}

// write writes a sidecar, unless something else has its name.
func (s *sidecar) write(path string) error {
	if _, ours := readSidecar(path); !ours {
		if _, err := os.Lstat(sidecarPath(path)); err == nil {
			return nil // a file of the user's
		}
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return replace(sidecarPath(path), append(b, '\n'))
}

// replace writes a file whole or not at all.
func replace(path string, b []byte) error { return written(path, b, os.Rename) }

// written writes a file under another name, and then gives it its own.
func written(path string, b []byte, rename func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".dubtop-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	const readable = 0o644
	err = errors.Join(err, f.Chmod(readable), f.Sync(), f.Close())
	if err == nil {
		err = rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
