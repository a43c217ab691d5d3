package state

import (
	"cmp"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/table"
)

// Project is the row of a project.
type Project struct {
	ID          api.ID
	Name        text.Text // never empty
	Description text.Text
	Mode        text.Text // CREATOR, DEVELOPER

	haystack string
}

var _ table.Row[Project] = (*Project)(nil)

// NewProject converts an API project to a row.
func NewProject(p api.Project) Project {
	row := Project{ID: p.ID, Name: cmp.Or(p.Name, text.Of(p.ID.Short())), Description: p.Description, Mode: p.Mode}
	row.haystack = strings.ToLower(strings.Join([]string{string(row.ID), string(row.Name), string(row.Description)}, "\n"))
	return row
}

// Key is the id.
func (p *Project) Key() string { return string(p.ID) }

// Rank is the same for all projects, so that they are ordered by key.
func (p *Project) Rank() int64 { return 0 }

// Class is ClassOther: projects have no life cycle.
func (p *Project) Class() table.Class { return table.ClassOther }

// Haystack joins the id, name and description for searching.
func (p *Project) Haystack() string { return p.haystack }

// FieldValue supports id, name and mode.
func (p *Project) FieldValue(name string) (string, bool) {
	switch name {
	case "id":
		return strings.ToLower(string(p.ID)), true
	case "name":
		return strings.ToLower(string(p.Name)), true
	case "mode":
		return strings.ToLower(string(p.Mode)), true
	}
	return "", false
}

// Vocabulary lists the fields of projects.
func (p *Project) Vocabulary() table.Vocabulary {
	return table.Vocabulary{Fields: []string{"id", "name", "mode"}}
}

// Compare supports the name.
func (p *Project) Compare(o *Project, by table.Sort) int {
	if by == table.SortName {
		return cmp.Compare(p.Name, o.Name)
	}
	return 0
}

// Same reports whether the rows are equal.
func (p *Project) Same(o *Project) bool { return *p == *o }

// Absorb does nothing: answers contain everything.
func (p *Project) Absorb(*Project, time.Time) {}

// origin is what a job says by an id alone. Few jobs differ in it.
type origin struct {
	project api.ID
	called  text.Text // the project's name; "" if it is not known
	asset   api.ID    // whose name a job without one takes; "" once it has
}

// absorbTags keeps the user's words, and a project and its name that an answer
// does not tell.
func (g *Generation) absorbTags(old *Generation) {
	if g.tags == old.tags {
		return
	}
	t, was := g.own(), old.own()
	t.label, t.set, t.lang = was.label, was.set, was.lang
	if t.project == "" || t.project == was.project {
		t.project, t.called = was.project, was.called
	}
	if g.named {
		t.asset = ""
	}
	g.keepTags(t)
}

// ProjectID is the id of the job's project, or "".
func (g *Generation) ProjectID() api.ID { return g.own().project }

// Project is the name of the job's project, or else the start of its id; "" if it
// has none. Store sets the name.
func (g *Generation) Project() text.Text {
	o := g.own()
	return cmp.Or(o.called, text.Of(o.project.Short()))
}

// SetProject sets the project of a row that was saved.
func (g *Generation) SetProject(id api.ID) { g.keepTags(tags{origin: origin{project: id}}) }

func (s *Store) applyProjects(q Query, a Answer, now time.Time) {
	if a.Err == nil {
		s.NoProjects = a.Absent
	}
	for i := range a.Projects {
		s.learnName(kindProject, a.Projects[i].ID, a.Projects[i].Name)
	}
	applyList(&s.Projects, q.ticket, a.Projects, a.Skipped == 0, a.Err, now)
	s.nameProjects()
}

// ProjectName returns the name of a project, or "" if it is unknown.
func (s *Store) ProjectName(id api.ID) text.Text { return s.names[nameKey{kindProject, id}] }

// InProjects reports whether any job is in a project.
func (s *Store) InProjects() bool { return s.grouped }

// nameProjects gives the projects of all jobs the names that have just changed.
func (s *Store) nameProjects() {
	if !s.renamed {
		return
	}
	s.renamed = false
	for g := range s.Generations.All() {
		if t := g.own(); s.nameProject(&t.origin) {
			s.Generations.Amend(g.Key(), func(g *Generation) { g.setTags(t) })
		}
	}
}

// nameProject names the project of a job; it returns false if it is named already.
func (s *Store) nameProject(o *origin) bool {
	if o.project == "" {
		return false
	}
	s.grouped = true
	name := s.ProjectName(o.project)
	if name == "" || name == o.called {
		return false
	}
	o.called = name
	return true
}
