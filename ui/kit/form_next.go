package kit

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/keymap"
)

// next completes the value of the focused field as a shell would, or else moves
// to the next field.
func (f *Form) next() Action {
	step := f.Stage.Does(keymap.NextField, f.step(1)).Hinted("next")
	if f.Longer == nil || len(f.Fields) == 0 {
		return step
	}
	c := f.Current()
	longer := f.Longer(c.Name)
	if longer == "" {
		return step
	}
	put := func() tea.Cmd { return f.Put(c.Name, longer) }
	return f.Stage.Does(keymap.NextField, put).Called("complete the path").Hinted("complete")
}
