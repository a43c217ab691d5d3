package kit

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/table"
	"dubtop/ui/paint"
)

// views returns the named views of the list: those of the configuration, then
// those that were added here.
func (v *ListView[T]) views() []View {
	return slices.Concat(v.Stage.Habits.Views[v.named()], v.Stage.Habits.Lists[v.named()].Views)
}

// viewName returns the name of the view that is shown, "" for the whole list; ok
// is false for a filter without a name.
func (v *ListView[T]) viewName() (name string, ok bool) {
	at := v.viewAt()
	if at > 0 {
		return v.views()[at-1].Name, true
	}
	return "", at == 0
}

// viewAt returns the place of the view that is shown: 0 for the whole list, -1
// for a filter without a name.
func (v *ListView[T]) viewAt() int {
	if !v.narrowed() {
		return 0
	}
	at := slices.IndexFunc(v.views(), func(view View) bool { return view.Filter == v.Query.Text })
	if at < 0 || v.Query.Failures {
		return -1
	}
	return at + 1
}

// stepView shows the next or previous view.
func (v *ListView[T]) stepView(by int) func() tea.Cmd {
	return func() tea.Cmd {
		n := len(v.views()) + 1
		return v.showView((max(0, v.viewAt()) + by + n) % n)
	}
}

// showView shows a view by its place, in the order that it was left in.
func (v *ListView[T]) showView(at int) tea.Cmd {
	v.Query.Text, v.Query.Failures = "", false
	if at > 0 {
		v.Query.Text = v.views()[at-1].Filter
	}
	v.restoreOrder()
	v.Refresh()
	return v.seek()
}

// viewActions returns the actions that show, keep and forget views.
func (v *ListView[T]) viewActions() []Action {
	a := v.Stage
	none := func() text.Text {
		if len(v.views()) == 0 {
			return "there are no views: filter, and keep the filter as a view (" + a.KeyFor(keymap.Palette) + ")"
		}
		return ""
	}
	unfiltered := func() text.Text {
		if v.Query.Text == "" {
			return "there is no filter: " + a.KeyFor(keymap.Filter) + " types one"
		}
		return ""
	}
	return []Action{
		a.Does(keymap.NextPart, v.stepView(1)).Called("next view of the list").Unless(none),
		a.Does(keymap.PreviousPart, v.stepView(-1)).Called("previous view of the list").Unless(none),
		a.Does(keymap.KeepView, v.keepView).Unless(unfiltered),
		a.Does(keymap.ForgetView, v.forgetView).Unless(func() text.Text {
			if name, ok := v.viewName(); !ok || !slices.ContainsFunc(v.Stage.Habits.Lists[v.named()].Views, called(name)) {
				return "no view that was kept here is shown"
			}
			return ""
		}),
	}
}

func called(name string) func(View) bool { return func(v View) bool { return v.Name == name } }

// longestView is the longest name of a view, in characters.
const longestView = 20

// keepView asks for a name for the filter.
func (v *ListView[T]) keepView() tea.Cmd {
	filter := v.Query.Text
	return v.Stage.Prompt("keep this filter as the view", "", longestView, func(words text.Text) tea.Cmd {
		name := string(words)
		switch {
		case name == "":
			return nil
		case slices.ContainsFunc(v.Stage.Habits.Views[v.named()], called(name)):
			v.Stage.Warn("the configuration has a view of this name")
			return nil
		}
		v.Stage.Say("kept in dubtop's own records, not in the configuration")
		return v.changeViews("kept as the view "+words, func(own []View) []View {
			return append(slices.DeleteFunc(own, called(name)), View{Name: name, Filter: filter})
		})
	})
}

// forgetView forgets the view that is shown. Its filter stays until esc.
func (v *ListView[T]) forgetView() tea.Cmd {
	name, _ := v.viewName()
	words := "forgotten: " + text.Of(name)
	v.Stage.Say(words)
	return v.changeViews(words, func(own []View) []View { return slices.DeleteFunc(own, called(name)) })
}

// changeViews changes the views that were kept here, in a way that can be taken back.
func (v *ListView[T]) changeViews(words text.Text, change func([]View) []View) tea.Cmd {
	was := slices.Clone(v.Stage.Habits.Lists[v.named()].Views)
	set := func(views []View) tea.Cmd {
		v.changeHabit(func(h *Habit) { h.Views = views })
		v.Stage.Layout()
		return tea.Batch(v.keepHabit(), v.Count(time.Now()))
	}
	v.Stage.Undoable(func() tea.Cmd {
		v.Stage.Undone(words)
		return set(was)
	})
	return set(change(slices.Clone(was)))
}

// viewsLeast is the height of a list from which there is room for its views.
const viewsLeast = 8

// viewsLine draws the views with their counts, the one shown highlighted; no line
// if there are none, or no room.
func (v *ListView[T]) viewsLine(width, height int) []paint.Styled {
	if len(v.views()) == 0 || height < viewsLeast {
		return nil
	}
	pieces, _ := v.viewPieces(width)
	return []paint.Styled{paint.PadStyled(v.Stage.Theme.Line(width, pieces, nil), width)}
}

// viewPieces returns the names of the views with their counts, beginning with the
// first for which there is room: the current view stays visible.
func (v *ListView[T]) viewPieces(width int) (pieces []paint.Piece, first int) {
	at, views := v.viewAt(), v.views()
	for i := range len(views) + 1 {
		tone, words := paint.Muted, text.Text(" all ")
		if i > 0 {
			words = text.Of(" " + views[i-1].Name + " ")
			if n, ok := v.tally.Of(i - 1); ok {
				words += text.Sprint(n) + " "
			}
		}
		if i == at {
			tone = paint.Accent
		}
		pieces = append(pieces, tone.Of(words))
	}
	for first < at && paint.Cells(pieces) > width {
		pieces, first = pieces[1:], first+1
	}
	return pieces, first
}

// countEvery is the least time between two counts of many rows.
const countEvery = 2 * time.Second

// Count counts the rows of the views, if anything has changed: many rows in
// steps, between which there is time for a key.
func (v *ListView[T]) Count(now time.Time) tea.Cmd {
	views := v.views()
	if len(views) == 0 || !v.tally.Over() || now.Sub(v.counted) < countEvery && v.Rows.Len() > rowsAtOnce {
		return nil
	}
	queries := make([]table.Query, len(views))
	for i, view := range views {
		queries[i] = v.Query
		q := &queries[i]
		q.Text, q.Failures, q.Sort, q.Reverse = view.Filter, false, table.SortNone, false
	}
	if !v.tally.Stale(v.Rows, queries) {
		return nil
	}
	v.counted = now
	v.tally.Begin(v.Rows, queries)
	return (&counting[T]{v, rowsAtOnce / len(views)}).apply(v.Stage)
}

// counting is a count on its way. As a message it asks for the next step.
type counting[T any] struct {
	list *ListView[T]
	rows int // in a step
}

func (c *counting[T]) apply(*Stage) tea.Cmd {
	if c.list.tally.Step(c.rows) {
		return nil
	}
	return func() tea.Msg { return c }
}

// ViewsOf returns the views of a table of the configuration, in order of names.
func ViewsOf(filters map[string]string) (views []View) {
	for name, filter := range filters {
		views = append(views, View{name, filter})
	}
	slices.SortFunc(views, func(a, b View) int { return strings.Compare(a.Name, b.Name) })
	return views
}
