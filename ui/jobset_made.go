package ui

import (
	"context"
	"errors"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/state/draft"
	"dubtop/state/jobset"
)

// compareAll compares all rows with the jobs made before.
func (g *setGrid) compareAll() tea.Cmd {
	g.apart = ""
	return g.lookBack(slices.Collect(g.rows.All()))
}

// lookBack compares rows with the jobs made before in the background, because
// there may be a hundred thousand.
func (g *setGrid) lookBack(rows []*jobset.Row) tea.Cmd {
	if len(rows) == 0 {
		return nil
	}
	drafts := make([]draft.Draft, len(rows)) // their parts are replaced, never changed
	for i, r := range rows {
		drafts[i] = r.Draft
	}
	g.comparing++
	s := g.app.session
	return func() tea.Msg {
		made, err := g.made(drafts)
		return setComparedMsg{asked{s}, g, made, err}
	}
}

// setComparedMsg carries the jobs made before, by their content.
type setComparedMsg struct {
	asked
	grid *setGrid
	made map[string]jobset.Made
	err  error
}

func (m setComparedMsg) apply(a *composer) tea.Cmd {
	g := m.grid
	g.comparing--
	switch {
	case errors.Is(m.err, context.Canceled): // the grid was left
	case m.err != nil:
		g.apart = errorText(m.err)
		a.Warn("the rows could not be compared with the jobs made before: " + g.apart)
	case len(m.made) > 0:
		if g.set.Before == nil {
			g.set.Before = make(map[string]jobset.Made, len(m.made))
		}
		maps.Copy(g.set.Before, m.made)
		g.compare()
	}
	return nil
}
