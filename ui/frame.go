package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
)

// frameTime is the shortest time between two drawn frames. Between them only
// the model moves on, so a paste of 500 keys costs as many updates but a
// handful of frames.
const frameTime = time.Second / 120

// The smallest window that anything is drawn in, and the largest that is
// filled: beyond it terminals lie and memory goes.
const (
	minWidth, minHeight = 24, 7
	maxWidth, maxHeight = 1000, 400
)

// frame is the last picture made.
type frame struct {
	content styled
	cursor  *tea.Cursor
	made    time.Time
	asked   bool // a frameMsg is on its way
	stale   bool // the model moved on since it was made
	status  int  // lines of the status in it
}

// frameMsg says that the next frame may be drawn.
type frameMsg struct{}

// draw makes the frame now, or asks to be called again when its time comes.
func (a *stage) draw(msg tea.Msg) tea.Cmd {
	if _, ok := msg.(frameMsg); ok {
		a.frame.asked = false
		if !a.frame.stale {
			return nil
		}
	}
	a.frame.stale = true
	now := time.Now()
	wait := frameTime - now.Sub(a.frame.made)
	_, resized := msg.(tea.WindowSizeMsg) // no frame of another size may stand
	if wait > 0 && wait <= frameTime && !resized {
		if a.frame.asked {
			return nil
		}
		a.frame.asked = true
		return tea.Tick(wait, func(time.Time) tea.Msg { return frameMsg{} })
	}
	if rows := len(a.chrome.Status(min(a.width, maxWidth))); rows != a.frame.status {
		a.frame.status = rows
		a.layout()
	}
	content, cursor := a.compose()
	a.frame = frame{content: content, cursor: cursor, made: now, asked: a.frame.asked, status: a.frame.status}
	return nil
}

// View hands the last frame to Bubble Tea. It changes nothing.
func (a *stage) View() tea.View {
	v := tea.NewView(string(a.frame.content))
	v.Cursor = a.frame.cursor
	v.AltScreen = true
	v.ReportFocus = true
	v.KeyboardEnhancements = a.enhancements()
	v.WindowTitle = string(a.chrome.WindowTitle())
	return v
}

// enhancements has terminals that can tell a key that is held down from one
// that is pressed again do so while a dialog asks. Only the report of every key
// as an escape code brings that for letters; text comes along with it.
func (a *stage) enhancements() tea.KeyboardEnhancements {
	if _, asks := a.top().(*confirm); !asks {
		return tea.KeyboardEnhancements{}
	}
	return tea.KeyboardEnhancements{ReportEventTypes: true, ReportAllKeysAsEscapeCodes: true, ReportAssociatedText: true}
}

// layout tells every screen its size.
func (a *stage) layout() {
	w, h := a.bodySize()
	covered := 0
	for _, s := range slices.Backward(a.stack) {
		s.SetSize(w, h)
		if c, ok := s.(coverable); ok {
			c.Cover(covered)
		}
		if o, over := s.(overlay); over && !o.Dims() {
			covered += linesOf(o)
		}
	}
}

// linesOf is how many of the last lines a prompt stands on.
func linesOf(o overlay) int {
	if tall, ok := o.(interface{ Lines() int }); ok {
		return tall.Lines()
	}
	return 1
}

// bodySize is what is left between the header with the tabs, and the status
// with the hints.
func (a *stage) bodySize() (width, height int) {
	return min(a.width, maxWidth), max(0, min(a.height, maxHeight)-3-max(1, a.frame.status))
}

// compose draws everything: header, body with its overlays, status, hints.
func (a *stage) compose() (styled, *tea.Cursor) {
	if a.width < minWidth || a.height < minHeight {
		return a.tooSmall(), nil
	}
	w, h := a.bodySize()
	body, cursor := a.body(w, h)
	lines := append([]styled{a.chrome.Header(w), a.chrome.Tabs(w), body}, a.chrome.Status(w)...)
	lines = append(lines, a.hintLine(w))
	if cursor != nil {
		cursor.Y += 2
	}
	if a.theme.ascii {
		return plainASCII(joined(lines)), cursor
	}
	return joined(lines), cursor
}

// body draws the topmost screen that fills the body, and the overlays on it.
func (a *stage) body(w, h int) (styled, *tea.Cursor) {
	base := len(a.stack) - 1
	for base > 0 {
		if _, over := a.stack[base].(overlay); !over {
			break
		}
		base--
	}
	content := a.stack[base].View()
	var x, y int
	plain := true
	for _, s := range a.stack[base+1:] {
		box := s.View()
		if s.(overlay).Dims() {
			content = a.theme.dim(content)
			plain = false
		}
		width, height := sizeOf(box)
		x, y = s.(overlay).Place(width, height, w, h)
		content = laid(content, box, x, y, w)
	}
	if s, ok := a.stack[base].(sighted); ok && plain {
		s.Seen()
	}
	return filled(content, h), a.cursor(x, y)
}

func (a *stage) cursor(x, y int) *tea.Cursor {
	t, ok := a.top().(typing)
	if !ok {
		return nil
	}
	c := t.Cursor()
	if c != nil {
		c.X, c.Y = c.X+x, c.Y+y
	}
	return c
}

func (a *stage) tooSmall() styled {
	words := []text.Text{"dubtop needs", "24×7 cells"}
	if a.height < 2 || a.width < 12 {
		words = []text.Text{"small"}
	}
	for i, line := range words {
		words[i] = fit(line, max(0, a.width), false, "")
	}
	return joined(toned(a.theme, toneText, words[:min(len(words), max(0, a.height))]))
}
