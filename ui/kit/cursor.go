package kit

import (
	"cmp"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// cursor is the cursor of a list. It stands on an item, not on a line: updates,
// resizing, filtering and sorting may move the line but not the item. An action
// applies to the item that the last frame showed under the cursor; see
// Selected.
type cursor struct {
	id      string // of the item; "" if there is none
	at      int    // its line
	home    string // while a filter is typed: the item the cursor was on before
	changes uint64 // how often rows or order have changed

	// The state of the last frame.
	seen   string   // the item under it
	seenIn uint64   // changes at that time
	led    bool     // keys have moved the cursor since
	around []string // the items shown around it, in order
}

// settled reports whether the user knows which item is selected: the last frame
// showed it under the cursor, or keys have moved there over rows that were
// drawn.
func (c *cursor) settled() bool {
	if c.seen == "" {
		return false // no row was drawn
	}
	if c.led {
		return c.changes == c.seenIn
	}
	return c.id == c.seen
}

// Refresh updates the visible order and keeps the cursor on its item. If the
// item is gone, the cursor moves to the nearest item that was shown beside it.
// If a filter being typed hides the item, the cursor returns to it as soon as
// the filter matches again.
func (l *List[T]) Refresh() {
	if l.Query.Clock == nil {
		l.Query.Clock = wallClock{}
	}
	if l.Shown.Update(l.Rows, l.Query) {
		l.reordered()
	}
}

// wallClock is the real clock.
type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

// reordered keeps the cursor on its item after the visible rows have changed.
func (l *List[T]) reordered() {
	c := &l.cursor
	c.changes++
	if l.Marks != nil {
		l.Marks.counted = false
		l.letGo()
	}
	id := cmp.Or(c.home, c.id)
	i := l.Shown.Index(id)
	if i < 0 || id == "" {
		i = l.neighbour(id)
	}
	if l.top > 0 { // at the top, new rows appear above the cursor
		l.top += i - c.at
	}
	c.at = i
	l.place()
}

// neighbour returns the line of the nearest remaining item that was shown
// beside the missing one, looking below first. If there is none it returns the
// same line.
func (l *List[T]) neighbour(id string) int {
	c := &l.cursor
	at := slices.Index(c.around, id)
	if at < 0 {
		return c.at
	}
	for _, id := range c.around[at+1:] {
		if i := l.Shown.Index(id); i >= 0 {
			return i
		}
	}
	for _, id := range slices.Backward(c.around[:at]) {
		if i := l.Shown.Index(id); i >= 0 {
			return i
		}
	}
	return c.at
}

// place clamps the cursor to the list and scrolls as little as needed to show
// it.
func (l *List[T]) place() {
	n, page := l.Shown.Len(), l.Page()
	c := &l.cursor
	c.at = max(0, min(n-1, c.at))
	l.top = max(c.at-page+1, min(c.at, l.top))
	l.top = max(0, min(l.top, n-page))
	c.id = ""
	if n > 0 {
		c.id = keyOf(l.Shown.At(c.at))
	}
}

// move moves the cursor by a number of lines. At the edge of the screen the
// list scrolls by most of a page, so that rows seldom move while they are read.
func (l *List[T]) move(by int) {
	l.Refresh()
	page := l.Page()
	c := &l.cursor
	c.at = max(0, min(l.Shown.Len()-1, c.at+by))
	jump := page * 2 / 3
	switch {
	case c.at < l.top:
		l.top = c.at - jump
	case c.at >= l.top+page:
		l.top = c.at - page + 1 + jump
	}
	l.place()
	c.led = true
}

// At returns the key of the item under the cursor, "" if there is none.
func (l *List[T]) At() string { return l.cursor.id }

// Go moves the cursor to an item, unless a filter hides it or a filter is being
// typed.
func (l *List[T]) Go(key string) {
	l.Refresh()
	i := l.Shown.Index(key)
	if i < 0 || l.cursor.home != "" {
		return
	}
	l.cursor.at = i
	l.place()
}

// Page returns the number of rows visible at once.
func (l *List[T]) Page() int { return max(1, l.height-1-l.covered) }

// SetSize sets the size in cells, including the line of titles.
func (l *List[T]) SetSize(width, height int) {
	l.Refresh() // the cursor's line may have changed since the last frame
	l.width, l.height = width, height
	l.place()
}

// cover keeps the cursor's row above the last lines, where a prompt is shown.
func (l *List[T]) cover(lines int) {
	l.Refresh()
	l.covered = lines
	l.place()
}

// under returns the row under the cursor, or nil. It is for drawing only;
// actions use Selected.
func (l *List[T]) under() *T {
	l.Refresh()
	if l.Shown.Len() == 0 {
		return nil
	}
	return l.Shown.At(l.cursor.at)
}

// Selected returns the row an action applies to: the one the last frame showed
// under the cursor. It is nil if there is no row, or if an update has just put
// another row there that the user has not seen; None says which.
func (l *List[T]) Selected() *T {
	row := l.under()
	if row == nil || !l.cursor.settled() {
		return nil
	}
	return row
}

// None returns why there is no row to act on, or "".
func (l *List[T]) None() text.Text {
	switch row := l.under(); {
	case row == nil:
		return "there is no row to act on"
	case !l.cursor.settled():
		return "the list has just changed under the cursor: look, and press it again"
	}
	return ""
}

// Seen records the rows of the frame just drawn: none, if a prompt covers them
// all.
func (l *List[T]) Seen() {
	c := &l.cursor
	c.seen, c.seenIn, c.led = c.id, c.changes, false
	if l.height-1-l.covered < 1 {
		c.seen = ""
		return
	}
	if c.home != "" {
		return // while a filter is typed, the surroundings of the original item count
	}
	c.around = c.around[:0]
	for i := l.top; i < min(l.Shown.Len(), l.top+l.Page()); i++ {
		c.around = append(c.around, keyOf(l.Shown.At(i)))
	}
}

// Movement returns the actions that move the cursor.
func (l *List[T]) Movement() []Action {
	a := l.Stage
	by := func(n func() int) func() tea.Cmd {
		return func() tea.Cmd { l.Refresh(); l.move(n()); return l.further() }
	}
	return []Action{
		a.Does(keymap.Down, by(func() int { return 1 })),
		a.Does(keymap.Up, by(func() int { return -1 })),
		a.Does(keymap.Top, by(func() int { return -l.Shown.Len() })),
		a.Does(keymap.Bottom, by(func() int { return l.Shown.Len() })),
		a.Does(keymap.HalfDown, by(func() int { return l.Page() / 2 })),
		a.Does(keymap.HalfUp, by(func() int { return -l.Page() / 2 })),
		a.Does(keymap.PageDown, by(func() int { return l.Page() })),
		a.Does(keymap.PageUp, by(func() int { return -l.Page() })),
	}
}

// Position says where the cursor is: "3 of 214", "3 of 17, 214 in all". While
// older rows are still loading it gives the known total, or the least it can
// be, and says that a filter has searched only a part.
func (l *List[T]) Position() text.Text {
	l.Refresh()
	n := l.Shown.Len()
	if n == 0 {
		return ""
	}
	total := text.Sprint(n)
	switch part := l.Extent.Partial(); {
	case l.narrowed() && part:
		return text.Sprintf("%d of %s in %s", l.cursor.at+1, total, l.loaded())
	case l.narrowed():
		all := text.Sprint(l.Rows.Len())
		if more := l.Extent.All(); more > l.Rows.Len() {
			all = paint.Thousands(more)
		}
		return text.Sprintf("%d of %s, %s in all", l.cursor.at+1, total, all)
	case part:
		return text.Sprintf("%d of %d of %s", l.cursor.at+1, n, l.total())
	case n < l.Rows.Len():
		return text.Sprintf("%d of %s, %d hidden", l.cursor.at+1, total, l.Rows.Len()-n)
	}
	return text.Sprintf("%d of %s", l.cursor.at+1, total)
}

// loaded says what a filter has searched when not all rows are loaded.
func (l *List[T]) loaded() text.Text {
	return text.Sprintf("the %d loaded of %s", l.Rows.Len(), l.total())
}

// total returns the number of rows, as far as it is known.
func (l *List[T]) total() text.Text {
	n, all := l.Rows.Len(), l.Extent.All()
	switch {
	case !l.Extent.Partial():
		return text.Sprint(n)
	case all > 0:
		return paint.Thousands(max(n, all))
	}
	return text.Sprintf("%s %d", l.Stage.Theme.Glyphs.Least, n)
}
