package kit

import (
	"strings"

	"dubtop/ui/paint"

	"dubtop/state/table"

	"dubtop/api/text"
)

// Which columns a list shows, and how wide they are.

func (l *List[T]) titles(cols []*Column[T], widths []int) paint.Styled {
	t := l.Stage.Theme
	line := paint.Styled("  ")
	for i, c := range cols {
		n := paint.Muted
		if c.Sort == l.Query.Sort && c.Sort != table.SortNone {
			n = paint.Title
		}
		line += t.Text(n, l.heading(c, widths[i], i == len(cols)-1))
	}
	return line
}

// heading is a column's title with the arrow of its order, and the gap behind
// it. The arrow takes a cell of the gap where the column has none left, or where
// the title ends above the numbers.
func (l *List[T]) heading(c *Column[T], width int, last bool) text.Text {
	title, arrow := text.Of(strings.ToUpper(string(c.Title))), l.arrow(c)
	switch {
	case arrow == "" && last:
		return paint.Fit(title, width, c.Right, "")
	case arrow == "":
		return paint.Fit(title, width, c.Right, "") + "  "
	case last:
		return paint.Fit(title, width-1, c.Right, "") + arrow
	case c.Right || paint.TextWidth(title) >= width:
		return paint.Fit(title, width, c.Right, "") + arrow + " "
	}
	return paint.Fit(title+arrow, width, false, "") + "  "
}

// Cells before the first column, and between columns.
const (
	listMargin = 2
	listGap    = 2
)

// arrange drops the columns there is no room for and shares out the rest.
func (l *List[T]) arrange() ([]*Column[T], []int) {
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
func widen[T any](cols []*Column[T], spare int) (widths []int, _ int) {
	shares, left := 0, spare
	for _, c := range cols {
		shares += c.Grow
		more := min(max(0, c.Want-c.Width), max(0, left))
		widths = append(widths, c.Width+more)
		left -= more
	}
	for i, c := range cols {
		if c.Grow > 0 {
			widths[i] = max(1, widths[i]+left*c.Grow/shares)
		}
	}
	return widths, spare
}

// squeezed takes cells away from the last columns, and columns whole, where
// even those that never go are too wide.
func squeezed[T any](cols []*Column[T], widths []int, excess int) ([]*Column[T], []int) {
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
func cellsFor[T any](cols []*Column[T]) int {
	need := listMargin - listGap
	for _, c := range cols {
		need += c.Width + listGap
	}
	return need
}

// fitting are the columns that stay when those that go before limit are gone,
// and the cells they need.
func fitting[T any](all []*Column[T], limit int) (cols []*Column[T], need int) {
	need = listMargin - listGap
	for _, c := range all {
		if c.Drop <= limit {
			cols = append(cols, c)
			need += c.Width + listGap
			if limit >= leastImportant {
				need += max(0, c.Want-c.Width)
			}
		}
	}
	return cols, need
}

// wanted are the columns that have anything to say: of those that may be spared
// only those that are not empty in every row in sight.
func (l *List[T]) wanted() []*Column[T] {
	cols := make([]*Column[T], 0, len(l.Columns))
	for i := range l.Columns {
		c := &l.Columns[i]
		if c.When != nil && !c.When() || c.Spare && l.blank(c) {
			continue
		}
		cols = append(cols, c)
	}
	return cols
}

// blank reports whether a column is empty in every row in sight. Without rows
// it is not known to be.
func (l *List[T]) blank(c *Column[T]) bool {
	end := min(l.Shown.Len(), l.top+l.Page())
	for i := l.top; i < end; i++ {
		if c.Cell(l.Shown.At(i)).Text != "" {
			return false
		}
	}
	return end > l.top
}
