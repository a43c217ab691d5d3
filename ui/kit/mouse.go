package kit

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/keymap"
	"dubtop/state/table"
	"dubtop/ui/paint"
)

// mouse is what the mouse does: nothing unless it is on, because a terminal
// that reports it can't select text meanwhile.
type mouse struct {
	On   bool
	last string    // row that was clicked last
	at   time.Time // when
}

// doubleClick is the longest time between the clicks of a double click.
const doubleClick = 500 * time.Millisecond

// wheelLines is how far one turn of the wheel moves.
const wheelLines = 3

// clickable is a screen that does something where it is clicked; x and y count
// from its top left corner.
type clickable interface{ Click(x, y int) tea.Cmd }

// wheeled is a screen that moves with the wheel, down by a positive number of
// lines.
type wheeled interface{ Wheel(lines int) tea.Cmd }

// tabbed is the chrome whose tabs can be clicked.
type tabbed interface{ ClickTab(x int) tea.Cmd }

// pointed applies a click or a turn of the wheel. Questions take no clicks: a yes
// that spends money must never be an accident of the hand.
func (a *Stage) pointed(msg tea.Msg) tea.Cmd {
	if !a.Mouse.On {
		return nil
	}
	switch m := msg.(type) {
	case tea.MouseWheelMsg:
		lines := wheelLines
		if m.Button == tea.MouseWheelUp {
			lines = -lines
		}
		if w, ok := a.Top().(wheeled); ok {
			return w.Wheel(lines)
		}
	case tea.MouseClickMsg:
		if m.Button == tea.MouseLeft {
			return a.clicked(m.X, m.Y)
		}
	}
	return nil
}

// clicked gives a click to the tabs or to the top screen, unless that is drawn
// over another.
func (a *Stage) clicked(x, y int) tea.Cmd {
	if _, over := a.Top().(Overlay); over {
		return nil
	}
	_, height := a.bodySize()
	switch y -= 2; {
	case y == -1:
		if t, ok := a.Chrome.(tabbed); ok {
			return t.ClickTab(x)
		}
	case y >= 0 && y < height:
		if c, ok := a.Top().(clickable); ok {
			return c.Click(x, y)
		}
	}
	return nil
}

// ToggleMouse turns the mouse on, or off for selecting text.
func (a *Stage) ToggleMouse() {
	a.Mouse.On = !a.Mouse.On
	if a.Mouse.On {
		a.Say("the mouse is on; " + a.KeyFor(keymap.Mouse) + " lets go of it for selecting text")
		return
	}
	a.Say("the mouse is off: the terminal selects text again")
}

// MouseAction turns the mouse on and off. While it is on, the hints say how to
// select text.
func (a *Stage) MouseAction() Action {
	act := a.Does(keymap.Mouse, Plain(a.ToggleMouse))
	act.short = "select text"
	return act
}

// Wheel moves the cursor.
func (v *ListView[T]) Wheel(lines int) tea.Cmd {
	v.Refresh()
	v.move(lines)
	return v.further()
}

// Wheel scrolls.
func (p *Pager) Wheel(lines int) tea.Cmd {
	p.Scroll(lines)
	return nil
}

// Click selects a row, opens it if it is the second click, sorts by a column, or
// shows a named view.
func (v *ListView[T]) Click(x, y int) tea.Cmd {
	v.Refresh()
	switch y -= v.above; {
	case y == -1 && len(v.views()) > 0:
		return v.clickView(x)
	case v.placed() == paneFull || x >= v.List.width || y < 0 || y >= v.List.height:
		return nil
	case y == 0:
		return v.clickTitle(x)
	}
	return v.clickRow(v.top + y - 1)
}

// clickRow selects a row. The second click on a row that the last frame has shown
// opens it.
func (v *ListView[T]) clickRow(at int) tea.Cmd {
	if at >= v.Shown.Len() {
		return nil
	}
	m, id, now := &v.Stage.Mouse, v.Shown.Key(at), time.Now()
	double := m.last == id && now.Sub(m.at) < doubleClick && v.At() == id
	m.last, m.at = id, now
	v.cursor.at = at
	v.place()
	v.inPane = v.cursor.id
	if !double || v.None() != "" {
		return nil
	}
	m.last = ""
	for _, act := range v.Actions() {
		if act.Name == keymap.Details && act.refusal() == "" {
			return act.Run()
		}
	}
	return nil
}

// clickTitle sorts by a column, or turns its order round.
func (v *ListView[T]) clickTitle(x int) tea.Cmd {
	cols, widths := v.arrange()
	from := listMargin
	for i, c := range cols {
		if x >= from && x < from+widths[i]+listGap && c.Sort != table.SortNone {
			if c.Sort == v.Query.Sort {
				return v.reverse()
			}
			v.Query.Sort, v.Query.Reverse = c.Sort, false
			v.sorted()
			return tea.Batch(v.seek(), v.kept())
		}
		from += widths[i] + listGap
	}
	return nil
}

// clickView shows the named view at a place of their line.
func (v *ListView[T]) clickView(x int) tea.Cmd {
	pieces, first := v.viewPieces(v.width)
	for i, p := range pieces {
		if x -= paint.TextWidth(p.Text); x < 0 {
			return v.showView(first + i)
		}
	}
	return nil
}
