package kit

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/table"
	"dubtop/ui/paint"
)

// askSort opens the picker of the column to sort by.
func (l *List[T]) askSort() tea.Cmd {
	a := l.Stage
	var cols []*Column[T]
	var turned []bool // the directions that are picked
	p := &picker{stage: a, title: "sort by"}
	for i := range l.Columns {
		c := &l.Columns[i]
		if !l.sortable(c) {
			continue
		}
		now := c.Sort == l.Query.Sort
		if now {
			p.at = len(cols)
		}
		cols, turned = append(cols, c), append(turned, now && l.Query.Reverse)
	}
	if len(cols) == 0 {
		return nil
	}
	p.lines = func() (lines []paint.Piece) {
		for i, c := range cols {
			words, tone := l.direction(c, turned[i])+" "+c.Title, paint.Normal
			if c.Sort == l.Query.Sort {
				words, tone = words+" (now)", paint.Accent
			}
			lines = append(lines, tone.Of(words))
		}
		return lines
	}
	turn := Plain(func() { turned[p.at] = !turned[p.at] })
	flip := a.Does(keymap.Switch, turn).Called("the other direction").Hinted("direction")
	flip.Key.SetKeys("left", "right", "h", "l", "space", "S")
	flip.Key.SetHelp("← →", "the other direction")
	p.acts = []Action{
		a.Does(keymap.Choose, func() tea.Cmd {
			sort := l.sortBy(cols[p.at].Sort, turned[p.at])
			return tea.Batch(a.Pop(), sort)
		}).Called("sort by it").Hinted("sort by it"),
		flip,
		a.Does(keymap.Sort, Plain(func() { p.at = (p.at + 1) % len(cols) })).Called("next column"),
	}
	a.Push(p)
	return nil
}

// direction returns the arrow of a column's order: ↑ from smallest to largest,
// ↓ the other way.
func (l *List[T]) direction(c *Column[T], reverse bool) text.Text {
	if c.Falls != reverse {
		return l.Stage.Theme.Glyphs.Down
	}
	return l.Stage.Theme.Glyphs.Up
}

// sortBy shows the rows in another order.
func (l *List[T]) sortBy(by table.Sort, reverse bool) tea.Cmd {
	l.Query.Sort, l.Query.Reverse = by, reverse
	l.sorted()
	return tea.Batch(l.seek(), l.kept())
}

// reverse turns the order round.
func (l *List[T]) reverse() tea.Cmd { return l.sortBy(l.Query.Sort, !l.Query.Reverse) }

// sortable reports whether the list can be sorted by a column, and has it now.
func (l *List[T]) sortable(c *Column[T]) bool {
	return c.Sort != table.SortNone && slices.Contains(l.Sorts, c.Sort) && (c.When == nil || c.When())
}

// sorted shows the new order and names it.
func (l *List[T]) sorted() {
	l.Refresh()
	for _, c := range l.Columns {
		if c.Sort == l.Query.Sort && c.Sort != table.SortNone {
			words := "sorted by " + c.Title.Lower()
			if l.Query.Reverse {
				words += ", reversed"
			}
			l.Stage.Say(words)
		}
	}
}

// arrow returns the direction that a column is sorted in, "" if the list is not
// sorted by it.
func (l *List[T]) arrow(c *Column[T]) text.Text {
	if c.Sort != l.Query.Sort || c.Sort == table.SortNone {
		return ""
	}
	return l.direction(c, l.Query.Reverse)
}
