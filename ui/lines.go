package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// line is a row of a small list that belongs to a form: the segments, the
// voices, the presets. It holds the cells, and the place of the item it stands
// for.
type line struct {
	at    int // from 0, which is also its place on the screen
	cells []paint.Piece
}

var _ table.Row[line] = (*line)(nil)

// Key is the place.
func (l *line) Key() string { return strconv.Itoa(l.at) }

// Rank puts the first line first.
func (l *line) Rank() int64 { return -int64(l.at) }

// Class is ClassOther: lines have no life cycle.
func (l *line) Class() table.Class { return table.ClassOther }

// Haystack joins the cells for searching.
func (l *line) Haystack() string {
	var words []string
	for _, c := range l.cells {
		words = append(words, strings.ToLower(string(c.Text)))
	}
	return strings.Join(words, "\n")
}

// FieldValue supports no fields.
func (l *line) FieldValue(string) (string, bool) { return "", false }

// Compare keeps the natural order.
func (l *line) Compare(*line, table.Sort) int { return 0 }

// Same reports whether two lines look the same.
func (l *line) Same(o *line) bool { return l.at == o.at && slices.Equal(l.cells, o.cells) }

// Absorb does nothing: lines are replaced as a whole.
func (l *line) Absorb(*line, time.Time) {}

// heading is a column of a small list.
type heading struct {
	title text.Text
	width int
	grow  int
}

// smallList is a list of lines on a screen of its own.
type smallList struct {
	*kit.ListView[line]
	rows *table.Collection[line]
	fill func() [][]paint.Piece
}

// newSmallList returns a list of what fill returns. It has no actions yet.
func (a *desk) newSmallList(title text.Text, headings []heading, empty []text.Text, fill func() [][]paint.Piece) *smallList {
	l := &smallList{rows: &table.Collection[line]{}, fill: fill}
	l.ListView = &kit.ListView[line]{Heading: title, List: kit.List[line]{
		Stage: a.Stage, Rows: l.rows, Extent: a.extent(l.rows), Sorts: []table.Sort{table.SortAge},
		Empty: func() []text.Text { return empty },
	}}
	for i, h := range headings {
		l.Columns = append(l.Columns, kit.Column[line]{Title: h.title, Width: h.width, Grow: h.grow, Sort: table.SortNone, Cell: func(r *line) paint.Piece { return r.cells[i] }})
	}
	l.refill()
	return l
}

// refill reads the list anew.
func (l *smallList) refill() {
	var rows []line
	for i, cells := range l.fill() {
		rows = append(rows, line{i, cells})
	}
	now := l.Stage.Now
	l.rows.Answer(l.rows.Ask(now), rows, now)
	l.Refresh()
}

// with adds the list's own actions, then those of every list.
func (l *smallList) with(own ...kit.Action) *smallList {
	a := l.Stage
	l.Acts = append(append(own, a.Does(keymap.Back, l.Back).Hinted("back")), append(l.Finding(), l.Movement()...)...)
	return l
}

// picker returns a list from which one line is chosen.
func (l *smallList) picker(chosen func(at int) tea.Cmd, own ...kit.Action) *smallList {
	a := l.Stage
	return l.with(append([]kit.Action{a.Does(keymap.Choose, func() tea.Cmd {
		at := l.Selected().at
		a.Remove(l)
		return chosen(at)
	}).Unless(l.None).Hinted("choose it")}, own...)...)
}
