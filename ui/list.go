package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
)

// cell is what a column says of a row: a text and what it means.
type cell struct {
	text text.Text
	tone tone
}

// column is one column of a list.
type column[T any] struct {
	title text.Text
	width int        // cells
	grow  int        // its share of what the others leave
	right bool       // numbers stand right
	drop  int        // on narrow screens columns go, highest first; 0 never goes
	sort  state.Sort // SortNone: rows can't be ordered by it
	cell  func(row *T) cell
}

// list is the table every view is made of. It shows a collection through a
// query; the cursor follows the item, not the line, so a refresh never moves
// it away from what is looked at. Only the visible rows are drawn, and each
// once until something about it changes.
type list[T any] struct {
	app     *App
	rows    *state.Collection[T]
	view    state.View[T]
	query   state.Query
	columns []column[T]
	empty   func() []text.Text // what to say, and which key helps, when there is nothing
	sorts   []state.Sort
	marks   *marks[T] // nil where rows can't be marked

	width, height int
	cursor        string // id of the row under the cursor
	at, top       int    // its line, and the first line shown
	drawn         map[string]drawnRow
	drawnFor      rowsKey
}

// keyOf is the identity of a row. Every row type asserts that it is one.
func keyOf[T any](row *T) string { return any(row).(state.Row[T]).Key() }

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
	prices uint64
}

// refresh brings the visible order up to date. The cursor stays on its item,
// or on its line when the item is gone.
func (l *list[T]) refresh() {
	if !l.view.Update(l.rows, l.query) {
		return
	}
	if l.marks != nil {
		l.marks.counted = false
		l.letGo()
	}
	if i := l.view.Index(l.cursor); i >= 0 && l.cursor != "" {
		shift := i - l.at
		l.at = i
		if l.top > 0 { // at the top what is new comes into sight above
			l.top += shift
		}
	}
	l.move(0)
}

// move takes the cursor by some lines and keeps it in sight. At the edge the
// list goes on by most of a page, so that most keys leave the rows standing
// where they are read.
func (l *list[T]) move(by int) {
	n, page := l.view.Len(), l.page()
	l.at = max(0, min(n-1, l.at+by))
	jump := page * 2 / 3
	if by == 0 {
		jump = 0 // a refresh or another size: no further than it must
	}
	switch {
	case l.at < l.top:
		l.top = l.at - jump
	case l.at >= l.top+page:
		l.top = l.at - page + 1 + jump
	}
	l.top = max(0, min(l.top, n-page))
	l.cursor = ""
	if n > 0 {
		l.cursor = keyOf(l.view.At(l.at))
	}
}

// page is how many rows are seen at once.
func (l *list[T]) page() int { return max(1, l.height-1) }

// selected is the row under the cursor, nil when there is none.
func (l *list[T]) selected() *T {
	l.refresh()
	if l.view.Len() == 0 {
		return nil
	}
	return l.view.At(l.at)
}

// SetSize gives the list its room, the line of titles included.
func (l *list[T]) SetSize(width, height int) {
	l.width, l.height = width, height
	l.move(0)
}

// movement are the actions every list has.
func (l *list[T]) movement() []action {
	a := l.app
	by := func(n func() int) func() tea.Cmd { return plain(func() { l.refresh(); l.move(n()) }) }
	return []action{
		a.does(keymap.Down, by(func() int { return 1 })),
		a.does(keymap.Up, by(func() int { return -1 })),
		a.does(keymap.Top, by(func() int { return -l.view.Len() })),
		a.does(keymap.Bottom, by(func() int { return l.view.Len() })),
		a.does(keymap.HalfDown, by(func() int { return l.page() / 2 })),
		a.does(keymap.HalfUp, by(func() int { return -l.page() / 2 })),
		a.does(keymap.PageDown, by(func() int { return l.page() })),
		a.does(keymap.PageUp, by(func() int { return -l.page() })),
	}
}

// finding are the actions that change what is shown, and in which order.
func (l *list[T]) finding() []action {
	a := l.app
	return []action{
		a.does(keymap.Filter, plain(func() { a.push(newFilter(a, l.query.Text, l.filter, l.Position)) })).hinted(""),
		a.does(keymap.Sort, plain(l.nextSort)).hinted("sort"),
		a.does(keymap.Reverse, plain(func() { l.query.Reverse = !l.query.Reverse; l.sorted() })),
	}
}

// filter shows only the rows that match.
func (l *list[T]) filter(words string) {
	l.query.Text = words
	l.refresh()
}

// nextSort orders by the next column that can be sorted by.
func (l *list[T]) nextSort() {
	at := 0
	for i, s := range l.sorts {
		if s == l.query.Sort {
			at = (i + 1) % len(l.sorts)
		}
	}
	l.query.Sort = l.sorts[at]
	l.query.Reverse = false
	l.sorted()
}

func (l *list[T]) sorted() {
	l.refresh()
	for _, c := range l.columns {
		if c.sort == l.query.Sort && c.sort != state.SortNone {
			l.app.say(text.Of("sorted by "+strings.ToLower(string(c.title))) + l.direction())
		}
	}
}

func (l *list[T]) direction() text.Text {
	if l.query.Reverse {
		return ", reversed"
	}
	return ""
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
		words = shorten(text.Of(l.query.Text), 24, l.app.theme.glyphs.more)
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

// Position says where the cursor is: "3 of 214", "3 of 17, 214 in all". While
// the past is still loading the total is a lower bound and says so.
func (l *list[T]) Position() text.Text {
	l.refresh()
	n := l.view.Len()
	if n == 0 {
		return ""
	}
	total := text.Sprint(n)
	if l.narrowed() {
		return text.Sprintf("%d of %s, %s in all", l.at+1, total, l.total())
	}
	if l.app.partial(l.rows) {
		return text.Sprintf("%d of %d of ≥ %d", l.at+1, n, n)
	}
	return text.Sprintf("%d of %s", l.at+1, total)
}

func (l *list[T]) total() text.Text {
	if l.app.partial(l.rows) {
		return text.Sprintf("≥ %d", l.rows.Len())
	}
	return text.Sprint(l.rows.Len())
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
	l.forgetDrawn()
	for i := l.top; i < min(l.view.Len(), l.top+l.page()); i++ {
		lines = append(lines, l.row(i, cols, widths))
	}
	return joined(lines)
}

// forgetDrawn drops the drawn rows when anything they all depend on changed.
func (l *list[T]) forgetDrawn() {
	k := rowsKey{l.app.now.Unix(), l.width, l.app.theme, l.app.store.Prices.Version()}
	if k != l.drawnFor || len(l.drawn) > 4*l.height {
		l.drawn, l.drawnFor = make(map[string]drawnRow, 2*l.height), k
	}
}

// row draws one row, or finds it drawn. The cursor's row is never kept: there
// is only one of it.
func (l *list[T]) row(i int, cols []*column[T], widths []int) styled {
	item := l.view.At(i)
	id, version := keyOf(item), l.view.RowVersion(i)
	marked := l.isMarked(item)
	if i == l.at {
		return l.drawPicked(item, cols, widths, marked)
	}
	if d, ok := l.drawn[id]; ok && d.version == version && d.marked == marked {
		return d.text
	}
	margin := styled("  ")
	if marked {
		margin = l.app.theme.text(toneMark, l.app.theme.glyphs.mark) + " "
	}
	row := margin + l.drawRow(item, cols, widths)
	l.drawn[id] = drawnRow{version, marked, row}
	return row
}

// drawPicked draws the row under the cursor.
func (l *list[T]) drawPicked(item *T, cols []*column[T], widths []int, marked bool) styled {
	t := l.app.theme
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
		row.add(l.app.theme.text(v.tone, v.text))
	}
	return row.styled()
}

// cells are the columns of a row, each as wide as it is drawn.
func (l *list[T]) cells(item *T, cols []*column[T], widths []int) []cell {
	cells := make([]cell, len(cols))
	for i, c := range cols {
		v := c.cell(item)
		v.text = fit(v.text, widths[i], c.right, l.app.theme.glyphs.more)
		if i < len(cols)-1 {
			v.text += "  "
		}
		cells[i] = v
	}
	return cells
}

func (l *list[T]) titles(cols []*column[T], widths []int) styled {
	t := l.app.theme
	line := styled("  ")
	for i, c := range cols {
		n := toneMuted
		if c.sort == l.query.Sort && c.sort != state.SortNone {
			n = toneTitle
		}
		title := fit(text.Of(strings.ToUpper(string(c.title))), widths[i], c.right, "")
		if i < len(cols)-1 {
			title += "  "
		}
		line += t.text(n, title)
	}
	return line
}

// Cells before the first column, and between columns.
const (
	listMargin = 2
	listGap    = 2
)

// arrange drops the columns there is no room for and shares out the rest.
func (l *list[T]) arrange() ([]*column[T], []int) {
	cols, need := l.fitting(0)
	for limit := 9; limit > 0; limit-- {
		if more, sum := l.fitting(limit); sum <= l.width {
			cols, need = more, sum
			break
		}
	}
	shares := 0
	for _, c := range cols {
		shares += c.grow
	}
	spare := l.width - need
	widths := make([]int, len(cols))
	for i, c := range cols {
		widths[i] = c.width
		if c.grow > 0 {
			widths[i] = max(1, c.width+spare*c.grow/shares)
		}
	}
	return squeezed(cols, widths, -spare)
}

// squeezed takes cells away from the last columns, and columns whole, where
// even those that never go are too wide.
func squeezed[T any](cols []*column[T], widths []int, excess int) ([]*column[T], []int) {
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

// fitting are the columns that stay when those that go before limit are gone,
// and the cells they need.
func (l *list[T]) fitting(limit int) (cols []*column[T], need int) {
	need = listMargin - listGap
	for i := range l.columns {
		if c := &l.columns[i]; c.drop <= limit {
			cols = append(cols, c)
			need += c.width + listGap
		}
	}
	return cols, need
}

// nothing says why there are no rows, and which key gets one out of it.
func (l *list[T]) nothing() []styled {
	t := l.app.theme
	var words []text.Text
	switch {
	case l.narrowed() && l.rows.Len() > 0:
		words = []text.Text{text.Sprintf("None of %s matches %s.", l.total(), l.described()), "esc  show all"}
	case l.rows.Err() != nil && !l.rows.Known():
		words = []text.Text{text.Of("Nothing could be loaded: " + l.rows.Err().Error()), "r  try again"}
	case !l.rows.Known() && l.app.cutOff() != "":
		words = []text.Text{"Nothing could be loaded: " + l.app.cutOff(), "r  try again"}
	case !l.rows.Known():
		words = []text.Text{"Loading" + t.glyphs.more}
	default:
		words = l.empty()
	}
	if !l.rows.Known() && l.app.keyRefused() {
		words = append(words, l.app.keyFor(keymap.ReplaceKey)+"  use another API key")
	}
	lines := []styled{""}
	for _, w := range words {
		for _, line := range wrap(w, max(10, l.width-6)) {
			lines = append(lines, "   "+t.text(toneMuted, line))
		}
	}
	return lines
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
