// Package pick finds the saved files of jobs for a hand-over.
package pick

import (
	"path/filepath"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/outbox"
	"dubtop/ui/handover"
)

// Picked are the saved files of some jobs.
type Picked struct {
	Files   []handover.File
	Bytes   int64
	Lacking []text.Text // names of the jobs that have made something, but no saved file
	Folder  string      // the deepest one that has all files; "" if there is none
	Label   text.Text   // of all jobs; "" if they differ
}

// Saved finds the saved files of the jobs that have made something.
func Saved(s *state.Store, jobs []state.Generation) (p Picked) {
	labels := map[text.Text]bool{}
	for i := range jobs {
		g := &jobs[i]
		if g.ID == "" || g.Submission != "" || !g.Status.Produced() {
			continue
		}
		saved, ok := s.Saved.Output(g.Key())
		if !ok {
			p.Lacking = append(p.Lacking, g.Name)
			continue
		}
		file := handover.File{
			Path: saved.Path, ID: g.Key(), Name: g.Name, Label: g.Label(), Language: g.Lang(), Model: text.Of(g.Model),
			Seconds: float64(g.Length), SHA256: saved.SHA256,
		}
		if cost := s.Cost(g); cost.Kind == outbox.CostActual || cost.Kind == outbox.CostEstimate {
			file.Cost = new(api.Micros(cost.Amount))
		}
		p.Files, p.Bytes = append(p.Files, file), p.Bytes+saved.Size
		p.Folder = commonFolder(p.Folder, filepath.Dir(saved.Path), len(p.Files) == 1)
		labels[g.Label()] = true
	}
	if len(labels) == 1 {
		p.Label = p.Files[0].Label
	}
	return p
}

// commonFolder returns the deepest folder that has both.
func commonFolder(known, folder string, first bool) string {
	if first {
		return folder
	}
	for known != "" && known != filepath.Dir(known) {
		if inside, err := filepath.Rel(known, folder); err == nil && filepath.IsLocal(inside) {
			return known
		}
		known = filepath.Dir(known)
	}
	return ""
}
