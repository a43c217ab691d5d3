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
