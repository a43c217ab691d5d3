package kit

import (
	"strings"

	"dubtop/api/text"
	"dubtop/state/table"
	"dubtop/ui/paint"
)

// This file chooses the columns a list shows and computes their widths.

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

// heading returns a column's title, its sort arrow and the gap that follows. If
// the title fills the column, or is right-aligned, the arrow takes a cell of
// the gap.
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

// The margin before the first column and the gap between columns, in cells.
const (
	listMargin = 2
	listGap    = 2
)

// arrange drops the columns that do not fit and shares the width among the
// rest.
func (l *List[T]) arrange() ([]*Column[T], []int) {
	all := l.wanted()
	cols, _ := fitting(all, 0)
	for limit := 10; limit > 0; limit-- {
		if more, need := fitting(all, limit); need <= l.width {
			cols = more
			break
		}
	}
	widths, spare := widen(cols, l.width-cellsFor(cols))
	return squeezed(cols, widths, -spare)
}

// widen distributes spare cells: first to columns that want more, then to those
// that grow. If spare is negative, the growing columns shrink. It returns the
// widths, and spare unchanged.
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

// squeezed narrows the last columns, or removes them, until excess cells are
// gone. It is the last resort when even the columns that are never dropped are
// too wide.
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

// leastImportant is the Drop value from which a column is shown only if the
// others have the width they want.
const leastImportant = 6

// cellsFor returns the minimum width of the columns in cells, gaps included.
func cellsFor[T any](cols []*Column[T]) int {
	need := listMargin - listGap
	for _, c := range cols {
		need += c.Width + listGap
	}
	return need
}

// fitting returns the columns whose Drop is at most limit, and the cells they
// need.
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

// wanted returns the columns worth showing. A Spare column is left out if it is
// empty in every visible row.
func (l *List[T]) wanted() []*Column[T] {
	cols := make([]*Column[T], 0, len(l.Columns))
	for _, c := range l.visible() {
		if c.When != nil && !c.When() || c.Spare && l.blank(c) {
			continue
		}
		cols = append(cols, c)
	}
	return cols
}

// blank reports whether a column is empty in every visible row. With no rows it
// reports false.
func (l *List[T]) blank(c *Column[T]) bool {
	end := min(l.Shown.Len(), l.top+l.Page())
	for i := l.top; i < end; i++ {
		if c.Cell(l.Shown.At(i)).Text != "" {
			return false
		}
	}
	return end > l.top
}
