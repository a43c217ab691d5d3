package ui

import (
	"slices"

	"dubtop/state/table"

	"dubtop/api/text"
	"dubtop/keymap"
)

// column is one column of a list.
type column[T any] struct {
	title text.Text
	width int         // cells, at least
	want  int         // cells it gets before the least important columns come in; 0: width
	grow  int         // its share of what the others leave
	right bool        // numbers stand right
	inner bool        // what is too long is cut in the middle: both ends of a name tell jobs apart
	drop  int         // on narrow screens columns go, highest first; 0 never goes
	sort  table.Sort  // SortNone: rows can't be ordered by it
	falls bool        // that order begins with the largest, or the latest
	spare bool        // it goes where none of the rows in sight has anything in it
	when  func() bool // whether there is anything for it at all; nil: always
	cell  func(row *T) piece
}

// list is the table every view is made of. It shows a collection through a
// query; the cursor follows the item, not the line, so a refresh never moves
// it away from what is looked at. Only the visible rows are drawn, and each
// once until something about it changes.
type list[T any] struct {
	stage   *stage
	rows    *table.Collection[T]
	view    table.View[T]
	query   table.Query
	columns []column[T]
	empty   func() []text.Text // what to say, and which key helps, when there is nothing
	sorts   []table.Sort
	marks   *marks[T] // nil where rows can't be marked
	extent  extent

	width, height int
	covered       int // lines at the bottom that a prompt stands on
	cursor        cursor
	top           int // the first line shown
	drawn         map[string]drawnRow
	drawnFor      rowsKey
}

// extent is what there is of rows beyond their collection.
type extent struct {
	all      func() int                  // how many exist; 0: nobody knows
	partial  func() bool                 // more exist than are loaded
	unloaded func(err error) []text.Text // why none could be loaded, and which key helps; nil: they are coming
	version  func() uint64               // of what rows are drawn from beside themselves
}

// everything is the extent of rows that are all there.
func everything() extent {
	return extent{
		all:      func() int { return 0 },
		partial:  func() bool { return false },
		unloaded: func(error) []text.Text { return nil },
		version:  func() uint64 { return 0 },
	}
}

// keyOf is the identity of a row. Every row type asserts that it is one.
func keyOf[T any](row *T) string { return any(row).(table.Row[T]).Key() }

// drawnRow is a row as it was last drawn.
type drawnRow struct {
	version uint64
	marked  bool
	text    styled
}

// rowsKey is what all drawn rows depend on beside themselves.
type rowsKey struct {
	second int64
	width  int
	theme  *theme
	beside uint64 // of the extent
	cols   uint64 // a bit for each that is drawn
}

// finding are the actions that change what is shown, and in which order.
func (l *list[T]) finding() []action {
	a := l.stage
	return []action{
		a.does(keymap.Filter, plain(l.askFilter)).hinted(""),
		a.does(keymap.Sort, plain(l.nextSort)).hinted("sort"),
		a.does(keymap.Reverse, plain(func() { l.query.Reverse = !l.query.Reverse; l.sorted() })),
	}
}

// askFilter asks for a filter. While it is typed the cursor returns to its item
// whenever that matches.
func (l *list[T]) askFilter() {
	l.refresh()
	l.cursor.home = l.cursor.id
	p := newFilter(l.stage, l.query.Text, l.filter, l.Position)
	p.left = func() { l.cursor.home = "" }
	p.doubt = l.doubt
	l.stage.push(p)
}

// doubt says what in the filter can hardly be meant, "" if nothing.
func (l *list[T]) doubt() text.Text {
	l.refresh()
	return text.Of(l.view.Doubt())
}

// filter shows only the rows that match.
func (l *list[T]) filter(words string) {
	l.query.Text = words
	l.refresh()
}

// nextSort orders by the next column that can be sorted by.
func (l *list[T]) nextSort() {
	at := slices.Index(l.sorts, l.query.Sort)
	for range l.sorts {
		at = (at + 1) % len(l.sorts)
		if l.sortable(l.sorts[at]) {
			break
		}
	}
	l.query.Sort = l.sorts[at]
	l.query.Reverse = false
	l.sorted()
}

// sortable reports whether there is anything for the column of an order.
func (l *list[T]) sortable(by table.Sort) bool {
	for i := range l.columns {
		if c := &l.columns[i]; c.sort == by {
			return c.when == nil || c.when()
		}
	}
	return true
}

func (l *list[T]) sorted() {
	l.refresh()
	for _, c := range l.columns {
		if c.sort == l.query.Sort && c.sort != table.SortNone {
			l.stage.say("sorted by " + c.title.Lower() + l.direction())
		}
	}
}

func (l *list[T]) direction() text.Text {
	if l.query.Reverse {
		return ", reversed"
	}
	return ""
}

// arrow says which way a column is ordered down the list: ↑ from the smallest
// to the largest, ↓ the other way; "" where the rows are not ordered by it.
func (l *list[T]) arrow(c *column[T]) text.Text {
	g := l.stage.theme.glyphs
	switch {
	case c.sort != l.query.Sort || c.sort == table.SortNone:
		return ""
	case c.falls != l.query.Reverse:
		return g.down
	}
	return g.up
}

// narrowed reports whether something hides rows, and takes it off.
func (l *list[T]) narrowed() bool { return l.query.Text != "" || l.query.Failures }

// Narrowed names what hides rows, "" when nothing does.
func (l *list[T]) Narrowed() text.Text {
	if !l.narrowed() {
		return ""
	}
	words := text.Text("failures only")
	if l.query.Text != "" {
		words = shorten(text.Of(l.query.Text), 24, l.stage.theme.glyphs.more)
		if l.query.Failures {
			words += ", failures only"
		}
	}
	return "/ " + words
}

func (l *list[T]) widen() {
	l.query.Text, l.query.Failures = "", false
	l.refresh()
}

// View draws the titles and the visible rows.
func (l *list[T]) View() styled {
	l.refresh()
	cols, widths := l.arrange()
	lines := make([]styled, 0, l.height)
	lines = append(lines, l.titles(cols, widths))
	if l.view.Len() == 0 {
		return joined(append(lines, l.nothing()...))
	}
	l.forgetDrawn(cols)
	for i := l.top; i < min(l.view.Len(), l.top+l.page()); i++ {
		lines = append(lines, l.row(i, cols, widths))
	}
	return joined(lines)
}

// forgetDrawn drops the drawn rows when anything they all depend on changed.
func (l *list[T]) forgetDrawn(cols []*column[T]) {
	k := rowsKey{l.stage.now.Unix(), l.width, l.stage.theme, l.extent.version(), l.drawnColumns(cols)}
	if k != l.drawnFor || len(l.drawn) > 4*l.height {
		l.drawn, l.drawnFor = make(map[string]drawnRow, 2*l.height), k
	}
}

// drawnColumns are the columns that are drawn, a bit for each.
func (l *list[T]) drawnColumns(cols []*column[T]) (bits uint64) {
	for i := range l.columns {
		if slices.Contains(cols, &l.columns[i]) {
			bits |= 1 << i
		}
	}
	return bits
}

// row draws one row, or finds it drawn. The cursor's row is never kept: there
// is only one of it.
func (l *list[T]) row(i int, cols []*column[T], widths []int) styled {
	item := l.view.At(i)
	id, version := keyOf(item), l.view.RowVersion(i)
	marked := l.isMarked(item)
	if i == l.cursor.at {
		return l.drawPicked(item, cols, widths, marked)
	}
	if d, ok := l.drawn[id]; ok && d.version == version && d.marked == marked {
		return d.text
	}
	margin := styled("  ")
	if marked {
		margin = l.stage.theme.text(toneMark, l.stage.theme.glyphs.mark) + " "
	}
	row := margin + l.drawRow(item, cols, widths)
	l.drawn[id] = drawnRow{version, marked, row}
	return row
}

// drawPicked draws the row under the cursor.
func (l *list[T]) drawPicked(item *T, cols []*column[T], widths []int, marked bool) styled {
	t := l.stage.theme
	margin := t.picked[toneText].on(" ")
	if marked {
		margin = t.picked[toneMark].on(t.glyphs.mark)
	}
	texts := make([]text.Text, len(cols)) // one tone for the whole row: it stands out by its ground
	for i, v := range l.cells(item, cols, widths) {
		texts[i] = v.text
	}
	return t.picked[toneCursor].on(t.glyphs.cursor) + margin + t.picked[toneText].on(text.Join(texts, ""))
}

// drawRow draws the columns of a row, without its margin.
func (l *list[T]) drawRow(item *T, cols []*column[T], widths []int) styled {
	var row drawing
	row.grow(l.width * 2)
	for _, v := range l.cells(item, cols, widths) {
		row.add(l.stage.theme.text(v.tone, v.text))
	}
	return row.styled()
}

// cells are the columns of a row, each as wide as it is drawn.
func (l *list[T]) cells(item *T, cols []*column[T], widths []int) []piece {
	cells := make([]piece, len(cols))
	for i, c := range cols {
		v := c.cell(item)
		if c.inner {
			v.text = inner(v.text, widths[i], l.stage.theme.glyphs.more)
		}
		v.text = fit(v.text, widths[i], c.right, l.stage.theme.glyphs.more)
		if i < len(cols)-1 {
			v.text += "  "
		}
		cells[i] = v
	}
	return cells
}

// nothing says why there are no rows, and which key gets one out of it.
func (l *list[T]) nothing() []styled {
	words := l.nothingWords()
	lines := []styled{""}
	for _, w := range words {
		for _, line := range wrap(w, max(10, l.width-6)) {
			lines = append(lines, "   "+l.stage.theme.text(toneMuted, line))
		}
	}
	return lines
}

func (l *list[T]) nothingWords() []text.Text {
	switch {
	case l.narrowed() && l.rows.Len() > 0:
		among := l.total()
		if l.extent.partial() {
			among = l.loaded()
		}
		words := []text.Text{text.Sprintf("None of %s matches %s.", among, l.described())}
		if doubt := l.doubt(); doubt != "" {
			words = append(words, doubt)
		}
		return append(words, "esc  show all")
	case l.rows.Known():
		return l.empty()
	}
	if words := l.extent.unloaded(l.rows.Err()); words != nil {
		return words
	}
	return []text.Text{"Loading" + l.stage.theme.glyphs.more}
}

func (l *list[T]) described() text.Text {
	switch {
	case l.query.Text == "":
		return "“failures only”"
	case l.query.Failures:
		return text.Sprintf("%q among the failures", l.query.Text)
	}
	return text.Sprintf("%q", l.query.Text)
}
