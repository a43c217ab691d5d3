package kit

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/keymap"
	"dubtop/ui/paint"
)

// Wheel moves the cursor.
func (v *ListView[T]) Wheel(lines int) tea.Cmd {
	v.Refresh()
	v.move(lines)
	return v.further()
}

// Wheel scrolls.
func (p *Pager) Wheel(lines int) tea.Cmd {
	p.Scroll(lines)
	return nil
}

// doubleClick is the longest time between the clicks of a double click.
const doubleClick = 500 * time.Millisecond

// Click selects a row, opens it if it is the second click, sorts by a column, or
// shows a named view.
func (v *ListView[T]) Click(x, y int) tea.Cmd {
	v.Refresh()
	switch y -= v.above; {
	case y == -1 && len(v.views()) > 0:
		return v.clickView(x)
	case v.placed() == paneFull || x >= v.List.width || y < 0 || y >= v.List.height:
		return nil
	case y == 0:
		return v.clickTitle(x)
	}
	return v.clickRow(v.top + y - 1)
}

// clickRow selects a row. The second click on a row that the last frame has shown
// opens it.
func (v *ListView[T]) clickRow(at int) tea.Cmd {
	if at >= v.Shown.Len() {
		return nil
	}
	m, id, now := &v.Stage.Mouse, v.Shown.Key(at), time.Now()
	double := m.last == id && now.Sub(m.at) < doubleClick && v.At() == id
	m.last, m.at = id, now
	v.cursor.at = at
	v.place()
	if !double || v.None() != "" {
		return nil
	}
	m.last = ""
	for _, act := range v.Actions() {
		if act.Name == keymap.Details && act.refusal() == "" {
			return act.Run()
		}
	}
	return nil
}

// clickTitle sorts by a column, or turns its order round.
func (v *ListView[T]) clickTitle(x int) tea.Cmd {
	cols, widths := v.arrange()
	from := listMargin
	for i, c := range cols {
		if x >= from && x < from+widths[i]+listGap && v.sortable(c) {
			return v.sortBy(c.Sort, c.Sort == v.Query.Sort && !v.Query.Reverse)
		}
		from += widths[i] + listGap
	}
	return nil
}

// clickView shows the named view at a place of their line.
func (v *ListView[T]) clickView(x int) tea.Cmd {
	pieces, first := v.viewPieces(v.width)
	for i, p := range pieces {
		if x -= paint.TextWidth(p.Text); x < 0 {
			return v.showView(first + i)
		}
	}
	return nil
}
