package kit

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state/table"
)

// named returns the name of a list for its habits: its heading without any id.
func (v *ListView[T]) named() string {
	name, _, _ := strings.Cut(string(v.Heading), " of ")
	return name
}

// changeHabit changes how the list is arranged, for as long as dubtop runs.
func (v *ListView[T]) changeHabit(change func(h *Habit)) Habit {
	all := &v.Stage.Habits
	if all.Lists == nil {
		all.Lists = make(map[string]Habit)
	}
	h := all.Lists[v.named()]
	change(&h)
	all.Lists[v.named()] = h
	return h
}

// keepHabit keeps how the list is arranged now.
func (v *ListView[T]) keepHabit() tea.Cmd {
	h := v.changeHabit(func(h *Habit) {
		h.Pane, h.Columns = v.pane.String(), nil
		if len(v.chosen) > 0 {
			for _, c := range v.order() {
				title := string(v.Columns[c.column].Title)
				if c.hidden {
					title = "-" + title
				}
				h.Columns = append(h.Columns, title)
			}
		}
		h.Orders = v.ordersNow(h.Orders)
	})
	if v.Stage.Habits.Keep == nil {
		return nil
	}
	return v.Stage.Habits.Keep(v.named(), h)
}

// ordersNow returns orders with the present one; the first column in its own
// direction needs none.
func (v *ListView[T]) ordersNow(orders map[string]Order) map[string]Order {
	now := make(map[string]Order, len(orders)+1)
	for name, o := range orders {
		now[name] = o
	}
	name, ok := v.viewName()
	if !ok {
		return now
	}
	delete(now, name)
	if v.Query.Sort != v.Sorts[0] || v.Query.Reverse {
		now[name] = Order{string(v.titleOf(v.Query.Sort)), v.Query.Reverse}
	}
	return now
}

func (l *List[T]) titleOf(by table.Sort) text.Text {
	for i := range l.Columns {
		if l.Columns[i].Sort == by {
			return l.Columns[i].Title
		}
	}
	return ""
}

// Accustom arranges the list as the user has left it.
func (v *ListView[T]) Accustom() {
	h := v.Stage.Habits.Lists[v.named()]
	v.pane = paneOf(h.Pane)
	v.chosen = nil
	for _, title := range h.Columns {
		title, hidden := strings.CutPrefix(title, "-")
		at := slices.IndexFunc(v.Columns, func(c Column[T]) bool { return string(c.Title) == title })
		if at >= 0 && !slices.ContainsFunc(v.chosen, func(c chosen) bool { return c.column == at }) {
			v.chosen = append(v.chosen, chosen{at, hidden})
		}
	}
	if len(v.chosen) > 0 && len(v.visible()) == 0 {
		v.chosen = nil
	}
	v.drawnFor = rowsKey{}
	v.restoreOrder()
	v.divide(v.width, v.height)
}

// restoreOrder sorts this view the way the user last sorted it.
func (v *ListView[T]) restoreOrder() {
	name, ok := v.viewName()
	if !ok || len(v.Sorts) == 0 {
		return
	}
	by, o := v.Sorts[0], v.Stage.Habits.Lists[v.named()].Orders[name]
	for _, s := range v.Sorts {
		if o.Column != "" && string(v.titleOf(s)) == o.Column {
			by = s
		}
	}
	v.Query.Sort, v.Query.Reverse = by, o.Reverse
}
