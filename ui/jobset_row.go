package ui

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/keymap"
	"dubtop/state/jobset"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// edit opens the form for the row under the cursor.
func (g *setGrid) edit() tea.Cmd {
	r := *g.Selected()
	f := g.app.generationForm(r.Draft)
	f.aside, f.row = true, &rowEdit{grid: g, row: r}
	g.app.Push(f)
	return f.look()
}

// rowEdit is a row in the form.
type rowEdit struct {
	grid *setGrid
	row  jobset.Row
}

// actions returns the keys that save the form's draft in the row, or discard
// it.
func (e *rowEdit) actions(f *generationForm) []kit.Action {
	a := f.app
	take := a.Does(keymap.Estimate, func() tea.Cmd { return e.take(f) }).Hinted("save the row")
	take.Key.SetHelp(take.Key.Help().Key, "save the row in the job set")
	leave := a.Does(keymap.Leave, a.Pop).Hinted("discard")
	leave.Key.SetHelp(leave.Key.Help().Key, "discard the changes to the row")
	return []kit.Action{take, leave}
}

// take puts the form's draft into the row.
func (e *rowEdit) take(f *generationForm) tea.Cmd {
	g := e.grid
	g.changed = true
	g.rows.Amend(e.row.Key(), func(r *jobset.Row) {
		r.Draft = f.draft.Clone()
		r.Draft.ID, r.Draft.Base, r.Draft.UpdatedAt = "", "", e.row.Draft.UpdatedAt
		if r.Content() != e.row.Content() {
			r.Trouble, r.Twin, r.Out = "", "", false
		}
	})
	g.Refresh()
	row := g.rows.At(g.rows.Index(e.row.Key()))
	return tea.Batch(f.app.Pop(), g.check([]*jobset.Row{row}))
}

// check checks changed rows in the background, because that reads their files.
func (g *setGrid) check(rows []*jobset.Row) tea.Cmd {
	copies := make([]jobset.Row, len(rows))
	for i, r := range rows {
		copies[i] = *r
		copies[i].Draft = r.Draft.Clone()
	}
	sources, s := g.sources, g.app.session
	return func() tea.Msg {
		for i := range copies {
			sources.Check(&copies[i])
		}
		return setCheckedMsg{asked{s}, g, copies}
	}
}

// setCheckedMsg says what is wrong with rows of a job set.
type setCheckedMsg struct {
	asked
	grid *setGrid
	rows []jobset.Row
}

func (m setCheckedMsg) apply(*composer) tea.Cmd {
	for i := range m.rows {
		m.grid.rows.Amend(m.rows[i].Key(), func(r *jobset.Row) {
			if r.Content() == m.rows[i].Content() { // otherwise it was changed again
				r.Fault = m.rows[i].Fault
			}
		})
	}
	m.grid.Refresh()
	return nil
}

// lines says above the form what is wrong with the row.
func (e *rowEdit) lines(f *generationForm) (lines []paint.Styled) {
	for _, l := range paint.Wrap(e.row.Words(), max(10, f.Width-4)) {
		lines = append(lines, "  "+f.app.Theme.Text(paint.Warn, l))
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	return lines
}
