package settings

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/BurntSushi/toml"

	"dubtop/state"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

// lists returns what the filters of each list understand.
func lists() map[string]table.Worded {
	return map[string]table.Worded{
		"generations": new(state.Generation), "batches": new(state.Batch), "assets": new(state.Asset),
		"models": new(state.Model), "queue": new(outbox.QueueRow), "ledger": new(ledger.Entry),
	}
}

// views reads the table of views: filters under names, for the generations, or
// in a table of its own for another list.
func (p *parser) views(s *Settings, top map[string]toml.Primitive) {
	v, ok := top["views"]
	if !ok {
		return
	}
	inner, _ := p.inner(v, "views")
	for _, name := range slices.Sorted(maps.Keys(inner)) {
		if lists()[name] == nil || p.md.Type("views", name) == "String" {
			p.view(s, "generations", name, inner[name])
			continue
		}
		own, _ := p.inner(inner[name], "views", name)
		for _, view := range slices.Sorted(maps.Keys(own)) {
			p.view(s, name, view, own[view])
		}
	}
}

// viewName is the name of the setting for a view.
func viewName(list, name string) string {
	if list == "generations" {
		return "views." + name
	}
	return "views." + list + "." + name
}

// view reads one view of a list.
func (p *parser) view(s *Settings, list, name string, v toml.Primitive) {
	p.take(viewName(list, name), v, entry{set: func(v any) error {
		filter, ok := v.(string)
		switch {
		case !ok:
			return errors.New(`it must be a filter, such as "status:failed age:<1d"`)
		case filter == "":
			return errors.New("the filter is empty")
		}
		if wrong := lists()[list].Vocabulary().Check(filter); wrong != nil {
			return fmt.Errorf("the filter is not understood: %w", wrong)
		}
		if s.Views == nil {
			s.Views = make(map[string]map[string]string)
		}
		if s.Views[list] == nil {
			s.Views[list] = make(map[string]string)
		}
		s.Views[list][name] = filter
		return nil
	}})
}
