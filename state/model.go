package state

import (
	"cmp"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
	"dubtop/state/table"
)

// Model is the row of a model. Name is the one used in requests.
type Model struct {
	ID          api.ID
	Name        string
	Type        string // lipsync, react
	Version     string
	Description string
	Deprecated  time.Time // zero if it is not deprecated

	haystack string
}

var _ table.Row[Model] = (*Model)(nil)

// NewModel converts an API model to a row.
func NewModel(m api.Model) Model {
	row := Model{
		ID:          m.ID,
		Name:        cmp.Or(string(m.Name), string(m.ID)),
		Type:        string(m.Type),
		Version:     string(m.Version),
		Description: string(m.Description),
		Deprecated:  instant.Of(m.Deprecated.Time),
	}
	row.haystack = strings.ToLower(strings.Join([]string{
		string(row.ID), row.Name, row.Type, row.Version, row.Description,
	}, "\n"))
	return row
}

// Key is the id, or else the name.
func (m *Model) Key() string { return cmp.Or(string(m.ID), m.Name) }

// Rank is the same for all models, so that they are ordered by key.
func (m *Model) Rank() int64 { return 0 }

// Class is ClassOther: models have no life cycle.
func (m *Model) Class() table.Class { return table.ClassOther }

// Haystack joins the id, name, type, version and description for searching.
func (m *Model) Haystack() string { return m.haystack }

// FieldValue supports id, name (also called model), type and version.
func (m *Model) FieldValue(name string) (string, bool) {
	var value string
	switch name {
	case "id":
		value = string(m.ID)
	case "name", "model":
		value = m.Name
	case "type":
		value = m.Type
	case "version":
		value = m.Version
	default:
		return "", false
	}
	return strings.ToLower(value), true
}

// Vocabulary lists the fields of models.
func (m *Model) Vocabulary() table.Vocabulary {
	return table.Vocabulary{Fields: []string{"id", "name", "model", "type", "version"}}
}

// Compare supports name and type (for status).
func (m *Model) Compare(o *Model, by table.Sort) int {
	switch by {
	case table.SortName, table.SortModel:
		return cmp.Compare(m.Name, o.Name)
	case table.SortStatus:
		return cmp.Compare(m.Type, o.Type)
	}
	return 0
}

// Same reports whether the rows are equal.
func (m *Model) Same(o *Model) bool { return *m == *o }

// Absorb does nothing: answers contain everything.
func (m *Model) Absorb(*Model, time.Time) {}
