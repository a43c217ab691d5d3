package kit

import (
	"slices"

	"dubtop/ui/paint"

	"dubtop/state/table"

	"dubtop/api/text"
	"dubtop/keymap"
)

// Column is one column of a list.
type Column[T any] struct {
	Title text.Text
	Width int         // cells, at least
	Want  int         // cells it gets before the least important columns come in; 0: width
	Grow  int         // its share of what the others leave
	Right bool        // numbers stand right
	Inner bool        // what is too long is cut in the middle: both ends of a name tell jobs apart
	Drop  int         // on narrow screens columns go, highest first; 0 never goes
	Sort  table.Sort  // SortNone: rows can't be ordered by it
	Falls bool        // that order begins with the largest, or the latest
	Spare bool        // it goes where none of the rows in sight has anything in it
	When  func() bool // whether there is anything for it at all; nil: always
	Cell  func(row *T) paint.Piece
}

// List is the table every view is made of. It shows a collection through a
// query; the cursor follows the item, not the line, so a refresh never moves
// it away from what is looked at. Only the visible rows are drawn, and each
// once until something about it changes.
type List[T any] struct {
	Stage   *Stage
	Rows    *table.Collection[T]
	Shown   table.View[T]
	Query   table.Query
	Columns []Column[T]
	Empty   func() []text.Text // what to say, and which key helps, when there is nothing
	Sorts   []table.Sort
	Marks   *Marks[T] // nil where rows can't be marked
	Extent  Extent

	width, height int
	covered       int // lines at the bottom that a prompt stands on
	cursor        cursor
	top           int // the first line shown
	Drawn         map[string]drawnRow
	drawnFor      rowsKey
}

// Extent is what there is of rows beyond their collection.
type Extent struct {
	All      func() int                  // how many exist; 0: nobody knows
	Partial  func() bool                 // more exist than are loaded
	Unloaded func(err error) []text.Text // why none could be loaded, and which key helps; nil: they are coming
	Version  func() uint64               // of what rows are drawn from beside themselves
}

// keyOf is the identity of a row. Every row type asserts that it is one.
func keyOf[T any](row *T) string { return any(row).(table.Row[T]).Key() }

// drawnRow is a row as it was last drawn.
type drawnRow struct {
	version uint64
	marked  bool
	text    paint.Styled
}

// rowsKey is what all drawn rows depend on beside themselves.
type rowsKey struct {
	second int64
	width  int
	theme  *paint.Theme
	beside uint64 // of the extent
	cols   uint64 // a bit for each that is drawn
}

// Finding are the actions that change what is shown, and in which order.
func (l *List[T]) Finding() []Action {
	a := l.Stage
	return []Action{
		a.Does(keymap.Filter, Plain(l.askFilter)).Hinted(""),
		a.Does(keymap.Sort, Plain(l.nextSort)).Hinted("sort"),
		a.Does(keymap.Reverse, Plain(func() { l.Query.Reverse = !l.Query.Reverse; l.sorted() })),
	}
}

// askFilter asks for a filter. While it is typed the cursor returns to its item
// whenever that matches.
func (l *List[T]) askFilter() {
	l.Refresh()
	l.cursor.home = l.cursor.id
	p := newFilter(l.Stage, l.Query.Text, l.filter, l.Position)
	p.left = func() { l.cursor.home = "" }
	p.doubt = l.doubt
	l.Stage.Push(p)
}

// doubt says what in the filter can hardly be meant, "" if nothing.
func (l *List[T]) doubt() text.Text {
	l.Refresh()
	return text.Of(l.Shown.Doubt())
}

// filter shows only the rows that match.
func (l *List[T]) filter(words string) {
	l.Query.Text = words
	l.Refresh()
}

// nextSort orders by the next column that can be sorted by.
func (l *List[T]) nextSort() {
	at := slices.Index(l.Sorts, l.Query.Sort)
	for range l.Sorts {
		at = (at + 1) % len(l.Sorts)
		if l.sortable(l.Sorts[at]) {
			break
		}
	}
	l.Query.Sort = l.Sorts[at]
	l.Query.Reverse = false
	l.sorted()
}

// sortable reports whether there is anything for the column of an order.
func (l *List[T]) sortable(by table.Sort) bool {
	for i := range l.Columns {
		if c := &l.Columns[i]; c.Sort == by {
			return c.When == nil || c.When()
		}
	}
	return true
}

func (l *List[T]) sorted() {
	l.Refresh()
	for _, c := range l.Columns {
		if c.Sort == l.Query.Sort && c.Sort != table.SortNone {
			l.Stage.Say("sorted by " + c.Title.Lower() + l.direction())
		}
	}
}

func (l *List[T]) direction() text.Text {
	if l.Query.Reverse {
		return ", reversed"
	}
	return ""
}

// arrow says which way a column is ordered down the list: ↑ from the smallest
// to the largest, ↓ the other way; "" where the rows are not ordered by it.
func (l *List[T]) arrow(c *Column[T]) text.Text {
	g := l.Stage.Theme.Glyphs
	switch {
	case c.Sort != l.Query.Sort || c.Sort == table.SortNone:
		return ""
	case c.Falls != l.Query.Reverse:
		return g.Down
	}
	return g.Up
}

// narrowed reports whether something hides rows, and takes it off.
func (l *List[T]) narrowed() bool { return l.Query.Text != "" || l.Query.Failures }

// Narrowed names what hides rows, "" when nothing does.
func (l *List[T]) Narrowed() text.Text {
	if !l.narrowed() {
		return ""
	}
	words := text.Text("failures only")
	if l.Query.Text != "" {
		words = paint.Shorten(text.Of(l.Query.Text), 24, l.Stage.Theme.Glyphs.More)
		if l.Query.Failures {
			words += ", failures only"
		}
	}
	return "/ " + words
}

func (l *List[T]) widen() {
	l.Query.Text, l.Query.Failures = "", false
	l.Refresh()
}

// View draws the titles and the visible rows.
func (l *List[T]) View() paint.Styled {
	l.Refresh()
	cols, widths := l.arrange()
	lines := make([]paint.Styled, 0, l.height)
	lines = append(lines, l.titles(cols, widths))
	if l.Shown.Len() == 0 {
		return paint.Joined(append(lines, l.nothing()...))
	}
	l.forgetDrawn(cols)
	for i := l.top; i < min(l.Shown.Len(), l.top+l.Page()); i++ {
		lines = append(lines, l.row(i, cols, widths))
	}
	return paint.Joined(lines)
}

// forgetDrawn drops the drawn rows when anything they all depend on changed.
func (l *List[T]) forgetDrawn(cols []*Column[T]) {
	k := rowsKey{l.Stage.Now.Unix(), l.width, l.Stage.Theme, l.Extent.Version(), l.drawnColumns(cols)}
	if k != l.drawnFor || len(l.Drawn) > 4*l.height {
		l.Drawn, l.drawnFor = make(map[string]drawnRow, 2*l.height), k
	}
}

// drawnColumns are the columns that are drawn, a bit for each.
func (l *List[T]) drawnColumns(cols []*Column[T]) (bits uint64) {
	for i := range l.Columns {
		if slices.Contains(cols, &l.Columns[i]) {
			bits |= 1 << i
		}
	}
	return bits
}

// row draws one row, or finds it drawn. The cursor's row is never kept: there
// is only one of it.
func (l *List[T]) row(i int, cols []*Column[T], widths []int) paint.Styled {
	item := l.Shown.At(i)
	id, version := keyOf(item), l.Shown.RowVersion(i)
	marked := l.isMarked(item)
	if i == l.cursor.at {
		return l.drawPicked(item, cols, widths, marked)
	}
	if d, ok := l.Drawn[id]; ok && d.version == version && d.marked == marked {
		return d.text
	}
	margin := paint.Styled("  ")
	if marked {
		margin = l.Stage.Theme.Text(paint.Mark, l.Stage.Theme.Glyphs.Mark) + " "
	}
	row := margin + l.drawRow(item, cols, widths)
	l.Drawn[id] = drawnRow{version, marked, row}
	return row
}

// drawPicked draws the row under the cursor.
func (l *List[T]) drawPicked(item *T, cols []*Column[T], widths []int, marked bool) paint.Styled {
	t := l.Stage.Theme
	margin := t.Picked[paint.Normal].On(" ")
	if marked {
		margin = t.Picked[paint.Mark].On(t.Glyphs.Mark)
	}
	texts := make([]text.Text, len(cols)) // one tone for the whole row: it stands out by its ground
	for i, v := range l.cells(item, cols, widths) {
		texts[i] = v.Text
	}
	return t.Picked[paint.CursorBar].On(t.Glyphs.Cursor) + margin + t.Picked[paint.Normal].On(text.Join(texts, ""))
}

// drawRow draws the columns of a row, without its margin.
func (l *List[T]) drawRow(item *T, cols []*Column[T], widths []int) paint.Styled {
	var row paint.Drawing
	row.Grow(l.width * 2)
	for _, v := range l.cells(item, cols, widths) {
		row.Add(l.Stage.Theme.Text(v.Tone, v.Text))
	}
	return row.Styled()
}

// cells are the columns of a row, each as wide as it is drawn.
func (l *List[T]) cells(item *T, cols []*Column[T], widths []int) []paint.Piece {
	cells := make([]paint.Piece, len(cols))
	for i, c := range cols {
		v := c.Cell(item)
		if c.Inner {
			v.Text = paint.Inner(v.Text, widths[i], l.Stage.Theme.Glyphs.More)
		}
		v.Text = paint.Fit(v.Text, widths[i], c.Right, l.Stage.Theme.Glyphs.More)
		if i < len(cols)-1 {
			v.Text += "  "
		}
		cells[i] = v
	}
	return cells
}

// nothing says why there are no rows, and which key gets one out of it.
func (l *List[T]) nothing() []paint.Styled {
	words := l.nothingWords()
	lines := []paint.Styled{""}
	for _, w := range words {
		for _, line := range paint.Wrap(w, max(10, l.width-6)) {
			lines = append(lines, "   "+l.Stage.Theme.Text(paint.Muted, line))
		}
	}
	return lines
}

func (l *List[T]) nothingWords() []text.Text {
	switch {
	case l.narrowed() && l.Rows.Len() > 0:
		among := l.total()
		if l.Extent.Partial() {
			among = l.loaded()
		}
		words := []text.Text{text.Sprintf("None of %s matches %s.", among, l.described())}
		if doubt := l.doubt(); doubt != "" {
			words = append(words, doubt)
		}
		return append(words, "esc  show all")
	case l.Rows.Known():
		return l.Empty()
	}
	if words := l.Extent.Unloaded(l.Rows.Err()); words != nil {
		return words
	}
	return []text.Text{"Loading" + l.Stage.Theme.Glyphs.More}
}

func (l *List[T]) described() text.Text {
	switch {
	case l.Query.Text == "":
		return "“failures only”"
	case l.Query.Failures:
		return text.Sprintf("%q among the failures", l.Query.Text)
	}
	return text.Sprintf("%q", l.Query.Text)
}
