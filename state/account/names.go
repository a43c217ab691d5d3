package account

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/download"
	"dubtop/state/journal"
	"dubtop/state/output"
)

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

// recognised reports whether a file is the wanted one, and notes its facts.
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

// unready says why a job has no file of a kind to save, or "".
func unready(g *state.Generation, k output.Kind) text.Text {
	switch {
	case g.ID == "":
		return "it never became a job"
	case g.Submission != "":
		return "it is not known yet whether it became a job"
	case g.Gone:
		return "the server no longer knows it"
	case k == output.Request, g.Status.Produced():
		return ""
	case g.Status.Troubled():
		return "it ended without an output"
	}
	return "it has no output yet"
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

// jobOf returns the facts about a job that the names of its files are made of.
func (s *Saving) jobOf(g *state.Generation) output.Job {
	zone := s.Zone
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

func fileOf(g *state.Generation, k output.Kind) output.Want {
	return output.Want{Job: g.Key(), Kind: k}
}
