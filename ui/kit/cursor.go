package kit

import (
	"cmp"
	"slices"

	"dubtop/ui/paint"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// cursor is where a list's cursor stands. It stands on an item, not on a line:
// answers, sizes, filters and orders move the line, never the item. What acts
// on the item under it is for what the last frame showed there; see selected.
type cursor struct {
	id      string // of the item; "" where there is none
	at      int    // its line
	home    string // while a filter is typed: the item it stood on before
	changes uint64 // times that rows or order changed

	// What the last frame showed.
	seen   string   // the item under it
	seenIn uint64   // changes then
	led    bool     // it was moved by keys since
	around []string // the items that were seen around it, in order
}

// settled reports whether the user knows which item the cursor is on: it was
// drawn there, or keys led to it among rows that were drawn.
func (c *cursor) settled() bool {
	if c.seen == "" {
		return false // no row was drawn
	}
	if c.led {
		return c.changes == c.seenIn
	}
	return c.id == c.seen
}

// Refresh brings the visible order up to date. The cursor stays on its item. If
// that is gone it goes to the nearest one that was seen beside it, and comes
// back when it was hidden by a filter that is still being typed.
func (l *List[T]) Refresh() {
	if !l.Shown.Update(l.Rows, l.Query) {
		return
	}
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
	if l.top > 0 { // at the top what is new comes into sight above
		l.top += i - c.at
	}
	c.at = i
	l.place()
}

// neighbour is the line of the nearest item that was seen beside the one that is
// gone, the ones below it first; without one it is the same line.
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

// place keeps the cursor on a line that there is, and in sight. It scrolls no
// further than it must.
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

// move takes the cursor by some lines, as keys do. At the edge the list goes on
// by most of a page, so that most keys leave the rows standing where they are
// read.
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

// Page is how many rows are seen at once.
func (l *List[T]) Page() int { return max(1, l.height-1-l.covered) }

// SetSize gives the list its room, the line of titles included.
func (l *List[T]) SetSize(width, height int) {
	l.Refresh() // the cursor's line may have moved since the last frame
	l.width, l.height = width, height
	l.place()
}

// cover keeps the cursor's row above the last lines, which something stands on.
func (l *List[T]) cover(lines int) {
	l.Refresh()
	l.covered = lines
	l.place()
}

// under is the row under the cursor, nil when there is none. It is for drawing.
func (l *List[T]) under() *T {
	l.Refresh()
	if l.Shown.Len() == 0 {
		return nil
	}
	return l.Shown.At(l.cursor.at)
}

// Selected is the row that an action is for: the one under the cursor as the
// last frame showed it. It is nil when there is none, and also when an answer
// has just taken away what was drawn there: what stands there now nobody has
// seen, and none says so.
func (l *List[T]) Selected() *T {
	row := l.under()
	if row == nil || !l.cursor.settled() {
		return nil
	}
	return row
}

// None says why there is no row for an action, "" when there is one.
func (l *List[T]) None() text.Text {
	switch row := l.under(); {
	case row == nil:
		return "there is nothing here to do that with"
	case !l.cursor.settled():
		return "the list has just changed under the cursor: look, and press it again"
	}
	return ""
}

// Seen takes note of what the frame that was just made shows. Where something
// stands on every row it shows none.
func (l *List[T]) Seen() {
	c := &l.cursor
	c.seen, c.seenIn, c.led = c.id, c.changes, false
	if l.height-1-l.covered < 1 {
		c.seen = ""
		return
	}
	if c.home != "" {
		return // what was around its item counts, whatever is typed meanwhile
	}
	c.around = c.around[:0]
	for i := l.top; i < min(l.Shown.Len(), l.top+l.Page()); i++ {
		c.around = append(c.around, keyOf(l.Shown.At(i)))
	}
}

// Movement are the actions every list has.
func (l *List[T]) Movement() []Action {
	a := l.Stage
	by := func(n func() int) func() tea.Cmd { return Plain(func() { l.Refresh(); l.move(n()) }) }
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
// older ones are still loading it says how much there is, or at least is, and
// that a filter goes through a part of it.
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
		return text.Sprintf("%d of %s, %d in all", l.cursor.at+1, total, l.Rows.Len())
	case part:
		return text.Sprintf("%d of %d of %s", l.cursor.at+1, n, l.total())
	}
	return text.Sprintf("%d of %s", l.cursor.at+1, total)
}

// loaded says what a filter looks through where that is not all there is.
func (l *List[T]) loaded() text.Text {
	return text.Sprintf("the %d loaded of %s", l.Rows.Len(), l.total())
}

// total is how many there are, as far as is known.
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
