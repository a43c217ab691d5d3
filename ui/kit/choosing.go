package kit

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// chosen is a column in the order that the user wants, by its index.
type chosen struct {
	column int
	hidden bool
}

// order returns the columns in the order that the user wants; those not chosen
// yet come last.
func (l *List[T]) order() []chosen {
	if len(l.chosen) == len(l.Columns) {
		return l.chosen
	}
	for i := range l.Columns {
		if !slices.ContainsFunc(l.chosen, func(c chosen) bool { return c.column == i }) {
			l.chosen = append(l.chosen, chosen{column: i})
		}
	}
	return l.chosen
}

// askColumns opens the picker that shows, hides and orders the columns.
func (l *List[T]) askColumns() tea.Cmd {
	a := l.Stage
	p := &picker{stage: a, title: "columns"}
	p.lines = func() (lines []paint.Piece) {
		for _, c := range l.order() {
			sign, tone := text.Text("[x] "), paint.Normal
			if c.hidden {
				sign, tone = "[ ] ", paint.Muted
			}
			lines = append(lines, tone.Of(sign+l.Columns[c.column].Title))
		}
		return lines
	}
	changed := func(change func()) func() tea.Cmd {
		return func() tea.Cmd {
			change()
			l.drawnFor = rowsKey{}
			return l.kept()
		}
	}
	move := func(by int) func() tea.Cmd {
		return changed(func() {
			order, to := l.order(), p.at+by
			if to >= 0 && to < len(order) {
				order[p.at], order[to] = order[to], order[p.at]
				p.at = to
			}
		})
	}
	show := a.Does(keymap.Mark, changed(func() { l.order()[p.at].hidden = !l.order()[p.at].hidden })).Called("show or hide").Hinted("show or hide").
		Unless(func() text.Text {
			if c := l.order()[p.at]; !c.hidden && len(l.visible()) == 1 {
				return "one column must stay"
			}
			return ""
		})
	done := a.Does(keymap.Choose, a.Pop).Called("done").Hinted("done")
	p.acts = []Action{
		done, show,
		a.Does(keymap.MoveUp, move(-1)).Called("move up").Hinted("up"),
		a.Does(keymap.MoveDown, move(1)).Called("move down").Hinted("down"),
		a.Does(keymap.ClearForm, changed(func() { l.chosen = nil })).Called("as they were at first").Hinted("as at first"),
	}
	a.Push(p)
	return nil
}

// visible returns the columns that the user does not hide, in order.
func (l *List[T]) visible() []*Column[T] {
	cols := make([]*Column[T], 0, len(l.Columns))
	for _, c := range l.order() {
		if !c.hidden {
			cols = append(cols, &l.Columns[c.column])
		}
	}
	return cols
}
