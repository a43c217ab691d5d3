package ui

import (
	"dubtop/state/table"

	"dubtop/api/text"
	"dubtop/keymap"
)

// marks are the marked rows of a list. They stay with their items wherever
// refreshes, filters and orders take them, and go with items that are gone.
type marks[T any] struct {
	on       map[*T]struct{} // a collection keeps an item where it is
	last     *T              // the row marked last: where a range begins
	removals uint64          // of the collection, when the gone were last let go
	counted  bool
	hidden   int // how many of them the filter hides, if counted
}

// marking are the actions of a list whose rows can be marked.
func (l *list[T]) marking() []action {
	a := l.stage
	empty := func() text.Text {
		if l.under() == nil {
			return "there is nothing here to mark"
		}
		return ""
	}
	none := func() text.Text { return first(empty(), l.none()) }
	unmarked := func() text.Text {
		if l.markCount() == 0 {
			return "nothing is marked"
		}
		return ""
	}
	return []action{
		a.does(keymap.Mark, plain(l.toggleMark)).unless(none).hinted("mark"),
		a.does(keymap.MarkRange, plain(l.markRange)).unless(func() text.Text { return first(none(), l.rangeless()) }),
		a.does(keymap.MarkAll, plain(l.markAll)).unless(empty),
		a.does(keymap.MarkNone, plain(l.unmark)).unless(unmarked),
	}
}

// toggleMark marks the row under the cursor, or takes its mark off, and goes on
// to the next.
func (l *list[T]) toggleMark() {
	l.refresh()
	if row := l.view.At(l.cursor.at); l.isMarked(row) {
		delete(l.marks.on, row)
	} else {
		l.mark(l.cursor.at, l.cursor.at)
	}
	l.marks.counted = false
	l.move(1)
}

// mark marks the rows of some lines, both ends included.
func (l *list[T]) mark(from, to int) {
	m := l.marks
	if len(m.on) == 0 {
		m.on = make(map[*T]struct{}, to-from+1)
		m.removals = l.rows.Removals()
	}
	for i := from; i <= to; i++ {
		m.on[l.view.At(i)] = struct{}{}
	}
	m.last, m.counted = l.view.At(l.cursor.at), false
}

// rangeless says why there is no range to mark.
func (l *list[T]) rangeless() text.Text {
	if !l.isMarked(l.marks.last) {
		return "mark a row first (" + l.stage.keyFor(keymap.Mark) + "): the range goes from the last one marked to the cursor"
	}
	if l.view.Index(keyOf(l.marks.last)) < 0 {
		return "the row marked last is hidden: the range would begin nowhere"
	}
	return ""
}

// markRange marks all rows from the one marked last to the cursor.
func (l *list[T]) markRange() {
	l.refresh()
	from, to := l.view.Index(keyOf(l.marks.last)), l.cursor.at
	l.mark(min(from, to), max(from, to))
}

// markAll marks all rows that match the filter. Those that are still loading
// are not among them, and it says so.
func (l *list[T]) markAll() {
	l.refresh()
	l.mark(0, l.view.Len()-1)
	if l.extent.partial() {
		l.stage.warn(text.Sprintf("%d marked; older ones are still loading and are not among them", l.view.Len()))
	}
}

// unmark takes all marks off.
func (l *list[T]) unmark() { *l.marks = marks[T]{} }

// isMarked reports whether a row is marked.
func (l *list[T]) isMarked(row *T) bool {
	if l.marks == nil || len(l.marks.on) == 0 {
		return false
	}
	_, marked := l.marks.on[row]
	return marked
}

// markCount is how many rows are marked, hidden ones included.
func (l *list[T]) markCount() int {
	if l.marks == nil {
		return 0
	}
	return len(l.marks.on)
}

// soleMark is the marked row where there is exactly one, else nil.
func (l *list[T]) soleMark() *T {
	l.refresh()
	if l.markCount() != 1 {
		return nil
	}
	for row := range l.marks.on {
		return row
	}
	return nil
}

// letGo forgets the marks of items that are gone.
func (l *list[T]) letGo() {
	m := l.marks
	if m == nil || len(m.on) == 0 || m.removals == l.rows.Removals() {
		return
	}
	there := make(map[*T]struct{}, len(m.on))
	for row := range l.rows.All() {
		if l.isMarked(row) {
			there[row] = struct{}{}
		}
	}
	m.on = there
	m.removals, m.counted = l.rows.Removals(), false
}

// marked are all marked rows in the order of the view, those that its filter
// hides included.
func (l *list[T]) marked() []*T {
	l.refresh()
	n := l.markCount()
	if n == 0 {
		return nil
	}
	shown := &l.view
	if l.narrowed() {
		q := l.query
		q.Text, q.Failures = "", false
		shown = new(table.View[T])
		shown.Update(l.rows, q)
	}
	rows := make([]*T, 0, n)
	for i := range shown.Len() {
		if row := shown.At(i); l.isMarked(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// chosen are the rows that an action is for: the marked ones, else the one
// under the cursor.
func (l *list[T]) chosen() []*T {
	if rows := l.marked(); len(rows) > 0 {
		return rows
	}
	if row := l.selected(); row != nil {
		return []*T{row}
	}
	return nil
}

// hiddenMarks is how many marked rows the filter hides.
func (l *list[T]) hiddenMarks() int {
	m := l.marks
	if m.counted {
		return m.hidden
	}
	m.hidden, m.counted = 0, true
	if !l.narrowed() {
		return 0
	}
	m.hidden = len(m.on)
	for i := range l.view.Len() {
		if l.isMarked(l.view.At(i)) {
			m.hidden--
		}
	}
	return m.hidden
}

// Marked says how many rows are marked, and how many of them can't be seen: ""
// if none is.
func (l *list[T]) Marked() text.Text {
	l.refresh()
	n := l.markCount()
	if n == 0 {
		return ""
	}
	words := text.Sprintf("%s %d marked", l.stage.theme.glyphs.mark, n)
	if hidden := l.hiddenMarks(); hidden > 0 {
		words += text.Sprintf(", %d hidden", hidden)
	}
	return words
}
