package ui

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/state/draft"
	"dubtop/state/jobset"
)

// repeated says which row or job a row repeats.
type repeated struct{ key, twin, made string }

// repeats lists the rows that repeat something else than they say.
func repeats(rows iter.Seq[*jobset.Row], before map[string]jobset.Made) (changes []repeated) {
	jobset.Twins(rows, before, func(r *jobset.Row, twin, made string) {
		if r.Twin != twin || r.Made != made {
			changes = append(changes, repeated{r.Key(), twin, made})
		}
	})
	return changes
}

// compare looks for duplicates anew, because rows have changed.
func (g *setGrid) compare() { g.mark(repeats(g.rows.All(), g.set.Before)) }

func (g *setGrid) mark(changes []repeated) {
	g.compared++
	for _, c := range changes {
		g.rows.Amend(c.key, func(r *jobset.Row) { r.Repeat(c.twin, c.made) })
	}
	g.Refresh()
}

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
	drafts := make([]draft.Draft, len(rows))
	copies := make([]jobset.Row, len(rows)) // their targets are replaced, never changed
	for i, r := range rows {
		drafts[i], copies[i] = r.Draft, *r
	}
	g.comparing++
	m := setComparedMsg{asked: asked{g.app.session}, grid: g, all: len(rows) == g.rows.Len(), compared: g.compared}
	return func() tea.Msg {
		if m.made, m.err = g.made(drafts); m.all && len(m.made) > 0 {
			m.changes = repeats(pointers(copies), m.made)
		}
		return m
	}
}

// pointers yields the address of each row.
func pointers(rows []jobset.Row) iter.Seq[*jobset.Row] {
	return func(yield func(*jobset.Row) bool) {
		for i := range rows {
			if !yield(&rows[i]) {
				return
			}
		}
	}
}

// setComparedMsg carries the jobs made before, by their content.
type setComparedMsg struct {
	asked
	grid *setGrid
	made map[string]jobset.Made
	err  error

	all      bool // changes are those of all rows, if none was compared in the meantime
	compared int
	changes  []repeated
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
		if maps.Copy(g.set.Before, m.made); m.all && m.compared == g.compared {
			g.mark(m.changes)
		} else {
			g.compare()
		}
	}
	return nil
}
