package kit

import (
	"cmp"
	"maps"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/table"
)

// Marks holds the marked rows of a list. A mark stays with its item when the
// list is refreshed, filtered or sorted, and disappears with the item.
type Marks[T any] struct {
	On       map[*T]struct{} // a collection never moves an item in memory
	last     *T              // the row marked last, where a range starts
	removals uint64          // the collection's removals when marks were last dropped
	counted  bool
	hidden   int // how many of them the filter hides; valid if counted
}

// Marking returns the actions of a list whose rows can be marked.
func (l *List[T]) Marking() []Action {
	a := l.Stage
	empty := func() text.Text {
		if l.under() == nil {
			return "there is nothing to mark"
		}
		return ""
	}
	none := func() text.Text { return cmp.Or(empty(), l.None()) }
	unmarked := func() text.Text {
		if l.MarkCount() == 0 {
			return "nothing is marked"
		}
		return ""
	}
	return []Action{
		a.Does(keymap.Mark, Plain(l.toggleMark)).Unless(none).Hinted("mark"),
		a.Does(keymap.MarkRange, Plain(l.markRange)).Unless(func() text.Text { return cmp.Or(none(), l.rangeless()) }),
		a.Does(keymap.MarkAll, Plain(l.markAll)).Unless(empty),
		a.Does(keymap.MarkNone, Plain(func() { l.remarkable("marks removed"); l.Unmark() })).Unless(unmarked),
	}
}

// toggleMark marks or unmarks the row under the cursor and moves to the next.
func (l *List[T]) toggleMark() {
	l.Refresh()
	m, row, last := l.Marks, l.Shown.At(l.cursor.at), l.Marks.last
	marked := l.isMarked(row)
	if marked {
		delete(m.On, row)
	} else {
		l.mark(l.cursor.at, l.cursor.at)
	}
	m.counted = false
	l.Stage.Undoable(func() tea.Cmd {
		if marked {
			m.put(row)
		} else {
			delete(m.On, row)
		}
		m.last, m.counted = last, false
		m.removals = 0 // the row may be gone by now
		l.letGo()
		l.Stage.Undone("mark")
		return nil
	})
	l.move(1)
}

// remarkable lets the marks be as they are now again, after a change.
func (l *List[T]) remarkable(words text.Text) {
	m := l.Marks
	was := *m
	was.On = maps.Clone(m.On)
	l.Stage.Undoable(func() tea.Cmd {
		*m = was
		m.counted = false
		l.letGo()
		l.Stage.Undone(words)
		return nil
	})
}

// mark marks the lines from from to to, both included.
func (l *List[T]) mark(from, to int) {
	m := l.Marks
	if len(m.On) == 0 {
		m.On = make(map[*T]struct{}, to-from+1)
		m.removals = l.Rows.Removals()
	}
	for i := from; i <= to; i++ {
		m.On[l.Shown.At(i)] = struct{}{}
	}
	m.last, m.counted = l.Shown.At(l.cursor.at), false
}

// put marks a row.
func (m *Marks[T]) put(row *T) {
	if m.On == nil {
		m.On = make(map[*T]struct{})
	}
	m.On[row] = struct{}{}
}

// rangeless returns why no range can be marked, or "".
func (l *List[T]) rangeless() text.Text {
	if !l.isMarked(l.Marks.last) {
		return "mark a row first (" + l.Stage.KeyFor(keymap.Mark) + "): a range goes from the last marked row to the cursor"
	}
	if l.Shown.Index(keyOf(l.Marks.last)) < 0 {
		return "the row marked last is hidden, so the range has no start"
	}
	return ""
}

// markRange marks all rows from the one marked last to the cursor.
func (l *List[T]) markRange() {
	l.Refresh()
	from, to := l.Shown.Index(keyOf(l.Marks.last)), l.cursor.at
	l.remarkable("marks")
	l.mark(min(from, to), max(from, to))
}

// markAll marks all rows that match the filter. If older rows are still
// loading, it says that they are not marked.
func (l *List[T]) markAll() {
	l.Refresh()
	l.remarkable("marks")
	l.mark(0, l.Shown.Len()-1)
	if l.Extent.Partial() {
		l.Stage.Warn(text.Sprintf("%d marked; older rows are still loading and are not included", l.Shown.Len()))
	}
}

// Replace shows another collection of the same items. Marks stay with the items
// that it has too.
func (l *List[T]) Replace(rows *table.Collection[T]) {
	if l.Rows == rows {
		return
	}
	l.Rows = rows
	if l.Marks != nil && len(l.Marks.On) > 0 {
		on := make(map[*T]struct{}, len(l.Marks.On))
		for row := range l.Marks.On {
			if i := rows.Index(keyOf(row)); i >= 0 {
				on[rows.At(i)] = struct{}{}
			}
		}
		*l.Marks = Marks[T]{On: on, removals: rows.Removals()}
	}
	l.Refresh()
}

// Unmark removes all marks.
func (l *List[T]) Unmark() { *l.Marks = Marks[T]{} }

// isMarked reports whether a row is marked.
func (l *List[T]) isMarked(row *T) bool {
	if l.Marks == nil || len(l.Marks.On) == 0 {
		return false
	}
	_, marked := l.Marks.On[row]
	return marked
}

// MarkCount returns the number of marked rows, including hidden ones.
func (l *List[T]) MarkCount() int {
	if l.Marks == nil {
		return 0
	}
	return len(l.Marks.On)
}

// SoleMark returns the marked row if there is exactly one, or else nil.
func (l *List[T]) SoleMark() *T {
	l.Refresh()
	if l.MarkCount() != 1 {
		return nil
	}
	for row := range l.Marks.On {
		return row
	}
	return nil
}

// letGo drops the marks of items that no longer exist.
func (l *List[T]) letGo() {
	m := l.Marks
	if m == nil || len(m.On) == 0 || m.removals == l.Rows.Removals() {
		return
	}
	there := make(map[*T]struct{}, len(m.On))
	for row := range l.Rows.All() {
		if l.isMarked(row) {
			there[row] = struct{}{}
		}
	}
	m.On = there
	m.removals, m.counted = l.Rows.Removals(), false
}

// marked returns all marked rows in the order of the view, including those that it
// does not show.
func (l *List[T]) marked() []*T {
	l.Refresh()
	rows := l.markedIn(&l.Shown)
	if len(rows) == l.MarkCount() {
		return rows
	}
	q := l.Query
	q.Text, q.Failures, q.Hidden = "", false, nil
	var all table.View[T]
	all.Update(l.Rows, q)
	return l.markedIn(&all)
}

// markedIn returns the marked rows of a view.
func (l *List[T]) markedIn(v *table.View[T]) (rows []*T) {
	if l.MarkCount() == 0 {
		return nil
	}
	for i := range v.Len() {
		if row := v.At(i); l.isMarked(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// Chosen returns the rows an action applies to: the marked ones, or else the
// one under the cursor.
func (l *List[T]) Chosen() []*T {
	if rows := l.marked(); len(rows) > 0 {
		return rows
	}
	if row := l.Selected(); row != nil {
		return []*T{row}
	}
	return nil
}

// hiddenMarks returns the number of marked rows that the view does not show.
func (l *List[T]) hiddenMarks() int {
	m := l.Marks
	if m.counted {
		return m.hidden
	}
	m.hidden, m.counted = 0, true
	if l.Shown.Len() == l.Rows.Len() {
		return 0
	}
	m.hidden = len(m.On)
	for i := range l.Shown.Len() {
		if l.isMarked(l.Shown.At(i)) {
			m.hidden--
		}
	}
	return m.hidden
}

// Marked says how many rows are marked and how many of those are hidden, or
// returns "".
func (l *List[T]) Marked() text.Text {
	l.Refresh()
	n := l.MarkCount()
	if n == 0 {
		return ""
	}
	words := text.Sprintf("%s %d marked", l.Stage.Theme.Glyphs.Mark, n)
	if hidden := l.hiddenMarks(); hidden > 0 {
		words += text.Sprintf(", %d hidden", hidden)
	}
	return words
}
