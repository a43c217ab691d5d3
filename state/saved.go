package state

import (
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
	"dubtop/state/output"
	"dubtop/state/table"
)

// Saved holds the files of jobs on the user's disk, and the jobs whose output is
// saved automatically. The zero Saved is empty and ready to use.
type Saved struct {
	files   map[string][]output.File // by job
	version uint64

	watch  watch           // for jobs that are saved automatically
	ended  []api.ID        // seen to end since AutomaticDue
	passed map[string]bool // jobs that are not to be looked at again
}

// Put adds a file, or replaces the one of the same kind.
func (s *Saved) Put(f output.File) {
	s.version++
	if s.files == nil {
		s.files = make(map[string][]output.File)
	}
	known := s.files[f.Job]
	for i := range known {
		if known[i].Kind == f.Kind {
			known[i] = f
			return
		}
	}
	s.files[f.Job] = append(known, f)
}

// File returns a file of a job; ok is false if it was not saved.
func (s *Saved) File(w output.Want) (f output.File, ok bool) {
	for _, f := range s.files[w.Job] {
		if f.Kind == w.Kind {
			return f, true
		}
	}
	return output.File{}, false
}

// Output returns the saved output of a job; ok is false if there is none.
func (s *Saved) Output(job string) (f output.File, ok bool) {
	return s.File(output.Want{Job: job, Kind: output.Output})
}

// Files returns the files of a job.
func (s *Saved) Files(job string) []output.File { return s.files[job] }

// Version changes with every file.
func (s *Saved) Version() uint64 { return s.version }

// Automatic makes the outputs of jobs of ours that end after since be reported
// by AutomaticDue, from now on.
func (s *Saved) Automatic(since, now time.Time) {
	s.watch = watch{instant.Of(since), instant.Of(now)}
}

// AutomaticDue returns the jobs that have ended with an output since the last
// call, and may have to be saved.
func (s *Saved) AutomaticDue() []api.ID {
	ended := s.ended
	s.ended = nil
	return ended
}

// Pass makes AutomaticDue leave a job out from now on.
func (s *Saved) Pass(job string) {
	if s.passed == nil {
		s.passed = make(map[string]bool)
	}
	s.passed[job] = true
}

// jobEnded notes a job that has ended. fresh means that it was known to run
// before.
func (s *Saved) jobEnded(g *Generation, fresh bool) {
	if g.Status.Produced() && !s.passed[g.Key()] && s.watch.covers(g, fresh) {
		s.ended = append(s.ended, g.ID)
	}
}

// Beside adds to a row that its output is saved.
func (s *Saved) Beside(row table.Searchable, id string) table.Searchable {
	if f, ok := s.Output(id); ok {
		return savedRow{row, text.Of(f.Mark)}
	}
	return row
}

// savedRow is a row whose output is saved.
type savedRow struct {
	table.Searchable
	mark text.Text
}

// FieldValue supports saved and the row's own fields.
func (r savedRow) FieldValue(name string) (string, bool) {
	if name != "saved" {
		return r.Searchable.FieldValue(name)
	}
	if r.mark != "" {
		return "yes " + strings.ToLower(string(r.mark)), true
	}
	return "yes", true
}
