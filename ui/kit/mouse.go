package kit

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/keymap"
)

// mouse is the state of the mouse. It does nothing unless it is on, because a
// terminal that reports it can't select text meanwhile.
type mouse struct {
	On   bool
	last string    // row that was clicked last
	at   time.Time // when
}

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
