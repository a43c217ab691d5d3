package ui

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/jobset"
)

// edit opens the form for the row under the cursor, or for all marked rows.
func (g *setGrid) edit() tea.Cmd {
	if rows := g.Chosen(); len(rows) > 1 {
		return g.editMany(rows)
	}
	r := *g.Chosen()[0]
	return g.app.editFor(r.Draft, lent{
		title: text.Of("row " + r.Key()), words: r.Words(),
		save: func(d draft.Draft) tea.Cmd { return g.save(&r, d) },
	})
}

// save puts an edited draft into its row. Another job than before is looked at
// anew.
func (g *setGrid) save(was *jobset.Row, d draft.Draft) tea.Cmd {
	g.changed = true
	d.ID, d.Base, d.UpdatedAt = "", "", was.Draft.UpdatedAt
	g.rows.Amend(was.Key(), func(r *jobset.Row) {
		r.Draft = d
		if r.Content() != was.Content() {
			r.Trouble, r.Rival, r.Measured, r.Out, r.Decided = "", "", jobset.Measured{}, false, false
		}
	})
	g.compare()
	return g.check([]*jobset.Row{g.rows.At(g.rows.Index(was.Key()))})
}

// check checks changed rows in the background, because that reads their files.
func (g *setGrid) check(rows []*jobset.Row) tea.Cmd {
	copies := make([]jobset.Row, len(rows))
	for i, r := range rows {
		copies[i] = r.Copy()
	}
	sources, s := g.sources, g.app.session
	checked := func() tea.Msg {
		for i := range copies {
			sources.Check(&copies[i])
		}
		return setCheckedMsg{asked{s}, g, copies}
	}
	return tea.Batch(checked, g.lookBack(rows))
}

// setCheckedMsg carries the troubles of rows of a job set.
type setCheckedMsg struct {
	asked
	grid *setGrid
	rows []jobset.Row
}

func (m setCheckedMsg) apply(*composer) tea.Cmd {
	var sound []jobset.Row
	for i := range m.rows {
		checked := &m.rows[i]
		m.grid.rows.Amend(checked.Key(), func(r *jobset.Row) {
			if !r.SameJob(checked) { // it was changed again
				return
			}
			if r.Fault = checked.Fault; r.Fit() || r.Measured.Fault != "" {
				sound = append(sound, r.Copy())
			}
		})
	}
	m.grid.Refresh()
	return m.grid.measure(sound)
}
