package ui

import (
	"strings"

	"dubtop/state/table"

	"dubtop/api/text"
)

// Which columns a list shows, and how wide they are.

func (l *list[T]) titles(cols []*column[T], widths []int) styled {
	t := l.stage.theme
	line := styled("  ")
	for i, c := range cols {
		n := toneMuted
		if c.sort == l.query.Sort && c.sort != table.SortNone {
			n = toneTitle
		}
		line += t.text(n, l.heading(c, widths[i], i == len(cols)-1))
	}
	return line
}

// heading is a column's title with the arrow of its order, and the gap behind
// it. The arrow takes a cell of the gap where the column has none left, or where
// the title ends above the numbers.
func (l *list[T]) heading(c *column[T], width int, last bool) text.Text {
	title, arrow := text.Of(strings.ToUpper(string(c.title))), l.arrow(c)
	switch {
	case arrow == "" && last:
		return fit(title, width, c.right, "")
	case arrow == "":
		return fit(title, width, c.right, "") + "  "
	case last:
		return fit(title, width-1, c.right, "") + arrow
	case c.right || textWidth(title) >= width:
		return fit(title, width, c.right, "") + arrow + " "
	}
	return fit(title+arrow, width, false, "") + "  "
}

// Cells before the first column, and between columns.
const (
	listMargin = 2
	listGap    = 2
)

// arrange drops the columns there is no room for and shares out the rest.
func (l *list[T]) arrange() ([]*column[T], []int) {
	all := l.wanted()
	cols, _ := fitting(all, 0)
	for limit := 9; limit > 0; limit-- {
		if more, need := fitting(all, limit); need <= l.width {
			cols = more
			break
		}
	}
	widths, spare := widen(cols, l.width-cellsFor(cols))
	return squeezed(cols, widths, -spare)
}

// widen shares out the spare cells, first to the columns that want more; where
// they are missing, those that grow shrink. It gives how many there were.
func widen[T any](cols []*column[T], spare int) (widths []int, _ int) {
	shares, left := 0, spare
	for _, c := range cols {
		shares += c.grow
		more := min(max(0, c.want-c.width), max(0, left))
		widths = append(widths, c.width+more)
		left -= more
	}
	for i, c := range cols {
		if c.grow > 0 {
			widths[i] = max(1, widths[i]+left*c.grow/shares)
		}
	}
	return widths, spare
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

// leastImportant is the drop from which on columns come in only where those
// that want more room have it.
const leastImportant = 6

// cellsFor is how many cells columns take at least.
func cellsFor[T any](cols []*column[T]) int {
	need := listMargin - listGap
	for _, c := range cols {
		need += c.width + listGap
	}
	return need
}

// fitting are the columns that stay when those that go before limit are gone,
// and the cells they need.
func fitting[T any](all []*column[T], limit int) (cols []*column[T], need int) {
	need = listMargin - listGap
	for _, c := range all {
		if c.drop <= limit {
			cols = append(cols, c)
			need += c.width + listGap
			if limit >= leastImportant {
				need += max(0, c.want-c.width)
			}
		}
	}
	return cols, need
}

// wanted are the columns that have anything to say: of those that may be spared
// only those that are not empty in every row in sight.
func (l *list[T]) wanted() []*column[T] {
	cols := make([]*column[T], 0, len(l.columns))
	for i := range l.columns {
		c := &l.columns[i]
		if c.when != nil && !c.when() || c.spare && l.blank(c) {
			continue
		}
		cols = append(cols, c)
	}
	return cols
}

// blank reports whether a column is empty in every row in sight. Without rows
// it is not known to be.
func (l *list[T]) blank(c *column[T]) bool {
	end := min(l.view.Len(), l.top+l.page())
	for i := l.top; i < end; i++ {
		if c.cell(l.view.At(i)).text != "" {
			return false
		}
	}
	return end > l.top
}
