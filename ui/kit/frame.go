package kit

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/ui/paint"
)

// The smallest window anything is drawn in, and the largest that is filled.
// Larger sizes are mostly errors of the terminal and would waste memory.
const (
	minWidth, minHeight = 24, 7
	maxWidth, maxHeight = 1000, 400
)

// frame is the last frame drawn.
type frame struct {
	Content paint.Styled
	cursor  *tea.Cursor
	Fresh   bool // nothing has changed since
	status  int  // lines of status in it
}

// View returns the frame to show, which it draws if a message has come since
// the last one.
func (a *Stage) View() tea.View {
	if !a.Frame.Fresh {
		a.draw()
	}
	v := tea.NewView(string(a.Frame.Content))
	v.Cursor = a.Frame.cursor
	v.AltScreen = true
	v.ReportFocus = true
	v.KeyboardEnhancements = a.enhancements()
	v.WindowTitle = string(a.Chrome.WindowTitle())
	v.ProgressBar = a.Progress
	if a.Mouse.On {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}

func (a *Stage) draw() {
	if rows := len(a.Chrome.Status(min(a.Width, maxWidth))); rows != a.Frame.status {
		a.Frame.status = rows
		a.Layout()
	}
	content, cursor := a.compose()
	a.Frame = frame{Content: content, cursor: cursor, Fresh: true, status: a.Frame.status}
}

// enhancements asks the terminal, while a dialog is open, to tell a held key
// from one pressed again. Terminals do so for letters only if every key is
// reported as an escape code, so the text of each key is requested as well.
func (a *Stage) enhancements() tea.KeyboardEnhancements {
	if _, asks := a.Top().(*Confirm); !asks {
		return tea.KeyboardEnhancements{}
	}
	return tea.KeyboardEnhancements{ReportEventTypes: true, ReportAllKeysAsEscapeCodes: true, ReportAssociatedText: true}
}

// Layout gives every screen its size.
func (a *Stage) Layout() {
	w, h := a.bodySize()
	covered := 0
	for _, s := range slices.Backward(a.Stack) {
		s.SetSize(w, h)
		if c, ok := s.(coverable); ok {
			c.Cover(covered)
		}
		if o, over := s.(Overlay); over && !o.Dims() {
			covered += linesOf(o)
		}
	}
}

// linesOf returns how many of the last lines a prompt covers.
func linesOf(o Overlay) int {
	if tall, ok := o.(interface{ Lines() int }); ok {
		return tall.Lines()
	}
	return 1
}

// bodySize returns the space between the header with its tabs and the status
// with its hints.
func (a *Stage) bodySize() (width, height int) {
	return min(a.Width, maxWidth), max(0, min(a.Height, maxHeight)-3-max(1, a.Frame.status))
}

// compose draws the whole window: header, tabs, body with overlays, status,
// hints.
func (a *Stage) compose() (paint.Styled, *tea.Cursor) {
	if a.Width < minWidth || a.Height < minHeight {
		return a.tooSmall(), nil
	}
	w, h := a.bodySize()
	body, cursor := a.body(w, h)
	lines := append([]paint.Styled{a.Chrome.Header(w), a.Chrome.Tabs(w), body}, a.Chrome.Status(w)...)
	lines = append(lines, a.hintLine(w))
	if cursor != nil {
		cursor.Y += 2
	}
	if a.Theme.ASCII {
		return paint.PlainASCII(paint.Joined(lines)), cursor
	}
	return paint.Joined(lines), cursor
}

// body draws the topmost screen that fills the body, and the overlays above it.
func (a *Stage) body(w, h int) (paint.Styled, *tea.Cursor) {
	base := len(a.Stack) - 1
	for base > 0 {
		if _, over := a.Stack[base].(Overlay); !over {
			break
		}
		base--
	}
	content := a.Stack[base].View()
	var x, y int
	plain := true
	for _, s := range a.Stack[base+1:] {
		box := s.View()
		o := s.(Overlay)
		if o.Dims() {
			content = a.Theme.Dim(content)
		}
		plain = plain && !o.Dims() && linesOf(o) > 0 // a picker lies over rows that Cover does not count
		width, height := paint.SizeOf(box)
		x, y = o.Place(width, height, w, h)
		content = paint.Laid(content, box, x, y, w)
	}
	if s, ok := a.Stack[base].(sighted); ok && plain {
		s.Seen()
	}
	return paint.Filled(content, h), a.cursor(x, y)
}

func (a *Stage) cursor(x, y int) *tea.Cursor {
	t, ok := a.Top().(Typing)
	if !ok {
		return nil
	}
	c := t.Cursor()
	if c != nil {
		c.X, c.Y = c.X+x, c.Y+y
	}
	return c
}

func (a *Stage) tooSmall() paint.Styled {
	words := []text.Text{"dubtop needs", "24×7 cells"}
	if a.Height < 2 || a.Width < 12 {
		words = []text.Text{"small"}
	}
	for i, line := range words {
		words[i] = paint.Fit(line, max(0, a.Width), false, "")
	}
	return paint.Joined(paint.Toned(a.Theme, paint.Normal, words[:min(len(words), max(0, a.Height))]))
}
