package ui

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// waiting blocks the keyboard during work that will replace everything on
// screen, so that keys reach neither the old screen nor the new one.
type waiting struct {
	app   *desk
	words text.Text
}

func (w *waiting) Title() text.Text       { return w.words }
func (w *waiting) SetSize(_, _ int)       {}
func (w *waiting) Actions() []kit.Action  { return nil }
func (w *waiting) Update(tea.Msg) tea.Cmd { return nil }

// Place centers the words.
func (w *waiting) Place(boxWidth, boxHeight, width, height int) (int, int) {
	return max(0, (width-boxWidth)/2), max(0, (height-boxHeight)/2)
}

// Dims returns true: the list below is about to be replaced.
func (w *waiting) Dims() bool { return true }

func (w *waiting) View() paint.Styled {
	t := w.app.Theme
	return t.Boxed(t.Text(paint.Running, w.words), 0)
}

// endWaiting closes the screen that blocks the keyboard.
func (a *desk) endWaiting() {
	for _, s := range a.Stack {
		if w, ok := s.(*waiting); ok {
			a.Remove(w)
			return
		}
	}
}
