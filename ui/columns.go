package ui

import (
	"strings"

	"dubtop/api/text"
	"dubtop/state"
)

// Which columns a list shows, and how wide they are.

func (l *list[T]) titles(cols []*column[T], widths []int) styled {
	t := l.app.theme
	line := styled("  ")
	for i, c := range cols {
		n := toneMuted
		if c.sort == l.query.Sort && c.sort != state.SortNone {
			n = toneTitle
		}
		title := fit(text.Of(strings.ToUpper(string(c.title))), widths[i], c.right, "")
		if i < len(cols)-1 {
			title += "  "
		}
		line += t.text(n, title)
	}
	return line
}

// Cells before the first column, and between columns.
const (
	listMargin = 2
	listGap    = 2
)

// arrange drops the columns there is no room for and shares out the rest.
func (l *list[T]) arrange() ([]*column[T], []int) {
	cols, need := l.fitting(0)
	for limit := 9; limit > 0; limit-- {
		if more, sum := l.fitting(limit); sum <= l.width {
			cols, need = more, sum
			break
		}
	}
	shares := 0
	for _, c := range cols {
		shares += c.grow
	}
	spare := l.width - need
	widths := make([]int, len(cols))
	for i, c := range cols {
		widths[i] = c.width
		if c.grow > 0 {
			widths[i] = max(1, c.width+spare*c.grow/shares)
		}
	}
	return squeezed(cols, widths, -spare)
}

// squeezed takes cells away from the last columns, and columns whole, where
// even those that never go are too wide.
func squeezed[T any](cols []*column[T], widths []int, excess int) ([]*column[T], []int) {
	for excess > 0 && len(cols) > 1 {
		last := len(cols) - 1
		if widths[last] > excess {
			widths[last] -= excess
			break
		}
		excess -= widths[last] + listGap
		cols, widths = cols[:last], widths[:last]
	}
	return cols, widths
}

// fitting are the columns that stay when those that go before limit are gone,
// and the cells they need.
func (l *list[T]) fitting(limit int) (cols []*column[T], need int) {
	need = listMargin - listGap
	for i := range l.columns {
		if c := &l.columns[i]; c.drop <= limit {
			cols = append(cols, c)
			need += c.width + listGap
		}
	}
	return cols, need
}
