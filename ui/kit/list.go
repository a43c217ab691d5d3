package kit

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/table"
	"dubtop/ui/paint"
)

// Column is one column of a list.
type Column[T any] struct {
	Title text.Text
	Width int         // minimum width in cells
	Want  int         // width it gets before the least important columns are shown; 0: Width
	Grow  int         // its share of the remaining width
	Right bool        // aligned right, for numbers
	Inner bool        // cut in the middle, since names often differ at both ends
	Drop  int         // on narrow screens columns are dropped, highest first; 0: never
	Sort  table.Sort  // SortNone: rows cannot be sorted by it
	Falls bool        // sorting starts with the largest or the latest
	Spare bool        // dropped if it is empty in every visible row
	When  func() bool // whether the column is in use at all; nil: always
	Cell  func(row *T) paint.Piece
}

// List is a table of rows. It shows a collection through a query. The cursor
// follows its item rather than its line, so a refresh never moves it to another
// item. Only visible rows are drawn, and each is drawn again only when
// something in it changes.
type List[T any] struct {
	Stage   *Stage
	Rows    *table.Collection[T]
	Shown   table.View[T]
	Query   table.Query
	Columns []Column[T]
	Empty   func() []text.Text // shown if there are no rows: why, and which key helps
	Sorts   []table.Sort
	Marks   *Marks[T] // nil if rows cannot be marked
	Extent  Extent

	width, height int
	covered       int // lines at the bottom covered by a prompt
	cursor        cursor
	top           int // first visible row
	Drawn         map[string]drawnRow
	drawnFor      rowsKey
	search        table.Search[T] // for the filter being typed
	searching     *searching[T]   // nil once it is over
	typing        bool            // a filter is being typed

	chosen []chosen       // columns as the user wants them; nil: as they come
	keep   func() tea.Cmd // keeps how the list is arranged; nil: it is not kept
}

// kept keeps how the list is arranged now.
func (l *List[T]) kept() tea.Cmd {
	if l.keep == nil {
		return nil
	}
	return l.keep()
}

// Extent describes rows that exist but are not loaded.
type Extent struct {
	All      func() int                  // how many exist; 0: unknown
	Partial  func() bool                 // whether more exist than are loaded
	Unloaded func(err error) []text.Text // why none could be loaded, and which key helps; nil while they are loading
	Version  func() uint64               // version of the other data that rows are drawn from
	// Further asks for more rows when the cursor comes near the last one, and
	// Sought for the rows of another order or filter. Nil: all rows come by
	// themselves.
	Further func() tea.Cmd
	Sought  func(q table.Query) tea.Cmd
}

// keyOf returns the key of a row.
func keyOf[T any](row *T) string { return any(row).(table.Row[T]).Key() }

// drawnRow is a row as last drawn.
type drawnRow struct {
	version uint64
	marked  bool
	text    paint.Styled
}

// rowsKey identifies everything that all drawn rows depend on.
type rowsKey struct {
	aged   int64
	width  int
	theme  *paint.Theme
	beside uint64 // version of the extent
	cols   uint64 // one bit per visible column
}

// Finding returns the actions that filter and sort.
func (l *List[T]) Finding() []Action {
	a := l.Stage
	return []Action{
		a.Does(keymap.Filter, Plain(l.askFilter)).Hinted(""),
		a.Does(keymap.Sort, l.askSort).Hinted("sort"),
		a.Does(keymap.Reverse, l.reverse),
		a.Does(keymap.Columns, l.askColumns),
	}
}

// Matching returns copies of all rows that match the filter, in the order of the
// list.
func (l *List[T]) Matching() []T {
	l.Settle()
	l.Refresh()
	rows := make([]T, l.Shown.Len())
	for i := range rows {
		rows[i] = *l.Shown.At(i)
	}
	return rows
}

// seek asks for the rows of the present order and filter.
func (l *List[T]) seek() tea.Cmd {
	if l.Extent.Sought == nil {
		return nil
	}
	return l.Extent.Sought(l.Query)
}

// further asks for more rows if the next page would show the last one.
func (l *List[T]) further() tea.Cmd {
	if l.Extent.Further == nil || l.cursor.at+l.Page() < l.Shown.Len() {
		return nil
	}
	return l.Extent.Further()
}

// narrowed reports whether a filter is active.
func (l *List[T]) narrowed() bool { return l.Query.Text != "" || l.Query.Failures }

// OnlyFailures shows only the rows in trouble, or all again.
func (l *List[T]) OnlyFailures() {
	l.Query.Failures = !l.Query.Failures
	l.Refresh()
}

// Narrowed describes the active filter, or returns "".
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
func (l *List[T]) View() paint.Styled { return paint.Joined(l.lines()) }

// lines draws the lines of the list, each as wide as the list.
func (l *List[T]) lines() []paint.Styled {
	l.Refresh()
	cols, widths := l.arrange()
	lines := make([]paint.Styled, 0, max(1, l.height))
	lines = append(lines, l.padded(l.titles(cols, widths)))
	if l.Shown.Len() == 0 {
		for _, line := range l.nothing() {
			lines = append(lines, l.padded(line))
		}
		return lines
	}
	l.forgetDrawn(cols)
	for i := l.top; i < min(l.Shown.Len(), l.top+l.Page()); i++ {
		lines = append(lines, l.row(i, cols, widths))
	}
	return lines
}

func (l *List[T]) padded(line paint.Styled) paint.Styled { return paint.PadStyled(line, l.width) }

// forgetDrawn clears the drawn rows if anything they all depend on has changed.
func (l *List[T]) forgetDrawn(cols []*Column[T]) {
	k := rowsKey{l.Stage.Aged.Unix(), l.width, l.Stage.Theme, l.Extent.Version(), l.drawnColumns(cols)}
	if k != l.drawnFor || len(l.Drawn) > 4*l.height {
		l.Drawn, l.drawnFor = make(map[string]drawnRow, 2*l.height), k
	}
}

// drawnColumns returns one bit for each visible column.
func (l *List[T]) drawnColumns(cols []*Column[T]) (bits uint64) {
	for i := range l.Columns {
		if slices.Contains(cols, &l.Columns[i]) {
			bits |= 1 << i
		}
	}
	return bits
}

// row draws a row, or returns it as drawn before. The cursor's row is drawn
// anew each time, as there is only one.
func (l *List[T]) row(i int, cols []*Column[T], widths []int) paint.Styled {
	item := l.Shown.At(i)
	id, version := keyOf(item), l.Shown.RowVersion(i)
	marked := l.isMarked(item)
	if i == l.cursor.at {
		return l.padded(l.drawPicked(item, cols, widths, marked))
	}
	if d, ok := l.Drawn[id]; ok && d.version == version && d.marked == marked {
		return d.text
	}
	margin := paint.Styled("  ")
	if marked {
		margin = l.Stage.Theme.Text(paint.Mark, l.Stage.Theme.Glyphs.Mark) + " "
	}
	row := l.padded(margin + l.drawRow(item, cols, widths))
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
	texts := make([]text.Text, len(cols)) // the background marks this row, so it has one tone
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

// cells returns the cells of a row, padded to their widths.
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

// nothing says why there are no rows and which key helps.
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
		if mistake := l.mistake(); mistake != "" {
			words = append(words, mistake)
		}
		if l.typing && l.Extent.Sought != nil && l.Extent.Partial() {
			words = append(words, l.Stage.KeyFor(keymap.Choose)+"  ask the server")
		}
		return append(words, "esc  show all")
	case l.Rows.Known() && l.Rows.Len() > 0:
		return []text.Text{text.Count(l.Rows.Len(), "row is", "rows are") + " hidden.", l.Stage.KeyFor(keymap.Filter) + " hidden:yes  show what is hidden"}
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
