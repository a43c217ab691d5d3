package painter

import (
	"bytes"
	"fmt"
	"image/color"
	"strings"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// canvas turns views into the bytes that change the terminal from the previous
// view. It does not support the mouse and changes of the terminal's own colours.
type canvas struct {
	env    uv.Environ
	speaks dialect
	render *uv.TerminalRenderer
	moves  bytes.Buffer // the output of render
	cells  uv.ScreenBuffer
	rows   []string // the cells as text, nil if they must be drawn again

	aside  string   // to be written in addition to frames
	inside bool     // the modes are set
	shown  tea.View // the last view, if they are
	atOnce bool     // the terminal shows an update as a whole (mode 2026)
	joins  bool     // the terminal measures text as we do (mode 2027)

	barred atomic.Bool // a progress bar may be shown: its end may get lost when the program is ended by force
}

func newCanvas(t Terminal) *canvas {
	c := &canvas{env: t.Env, speaks: speaks(t.Env)}
	c.render = uv.NewTerminalRenderer(&c.moves, t.Env)
	c.render.SetColorProfile(t.Profile)
	c.render.SetFullscreen(true)
	c.render.SetRelativeCursor(false)
	c.render.SetTabStops(-1)
	return c
}

// learn takes the terminal's properties from a message.
func (c *canvas) learn(msg tea.Msg) {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		method := c.cells.Method
		c.cells = uv.NewScreenBuffer(m.Width, m.Height)
		c.cells.Method = method
		c.render.Resize(m.Width, m.Height)
		c.anew()
	case tea.ColorProfileMsg:
		c.render.SetColorProfile(m.Profile)
		c.anew()
	case tea.ModeReportMsg:
		switch {
		case m.Mode == ansi.ModeSynchronizedOutput:
			c.atOnce = m.Value == ansi.ModeReset
		case m.Mode == ansi.ModeUnicodeCore && !c.joins && (m.Value.IsReset() || m.Value.IsSet()) && m.Value != ansi.ModePermanentlyReset:
			c.joins = true
			c.cells.Method = ansi.GraphemeWidth
			c.render.SetGraphemeWidth(true)
			c.aside += ansi.SetModeUnicodeCore
			c.anew()
		}
	}
}

// anew makes the next frame draw the whole screen.
func (c *canvas) anew() {
	c.rows = nil
	c.render.Erase()
}

// frame returns the bytes that show a view, nothing if it is on the screen
// already. The result is valid until the next call.
func (c *canvas) frame(v tea.View) []byte {
	var b bytes.Buffer
	if v.AltScreen && c.cells.RenderBuffer != nil {
		if !c.inside {
			b.WriteString(c.enter(v))
		}
		b.WriteString(c.modes(v))
		c.draw(&b, v)
		c.shown, c.inside = v, true
	}
	b.WriteString(c.aside)
	c.aside = ""
	return b.Bytes()
}

// enter takes the screen and asks the terminal about its abilities. At first the
// cursor is hidden and no other mode is set.
func (c *canvas) enter(v tea.View) string {
	c.anew()
	c.render.SetPosition(-1, -1) // unknown
	c.shown = tea.View{DisableBracketedPasteMode: true, KeyboardEnhancements: v.KeyboardEnhancements}
	s := question + ansi.ResetModifyOtherKeys + ansi.SetModeAltScreenSaveCursor + ansi.ResetModeTextCursorEnable +
		ansi.SetModifyOtherKeys2 + ansi.PushKittyKeyboard(enhancements(v)) + ansi.RequestKittyKeyboard +
		ansi.SetModeLightDark + ansi.RequestBackgroundColor
	if c.joins {
		s += ansi.SetModeUnicodeCore
	}
	if answersModes(c.env) {
		s += ansi.RequestModeSynchronizedOutput + ansi.RequestModeUnicodeCore
	}
	return s
}

// leave returns the bytes that give the screen back.
func (c *canvas) leave() []byte {
	c.aside = ""
	if !c.inside {
		return nil
	}
	s := ansi.ResetModifyOtherKeys + ansi.PopKittyKeyboard(1) + ansi.ResetModeLightDark
	if c.joins {
		s += ansi.ResetModeUnicodeCore
	}
	s += c.modes(tea.View{DisableBracketedPasteMode: true, KeyboardEnhancements: c.shown.KeyboardEnhancements})
	c.inside = false
	s += ansi.CursorPosition(1, c.cells.Height()) // for terminals without an alternate screen
	return []byte(s + ansi.ResetModeAltScreenSaveCursor + ansi.SetModeTextCursorEnable)
}

// modes returns the bytes that change the modes from those of the last view to
// those of v.
func (c *canvas) modes(v tea.View) (s string) {
	if v.DisableBracketedPasteMode != c.shown.DisableBracketedPasteMode {
		s += set(!v.DisableBracketedPasteMode, ansi.ModeBracketedPaste)
	}
	if v.ReportFocus != c.shown.ReportFocus {
		s += set(v.ReportFocus, ansi.ModeFocusEvent)
	}
	if v.MouseMode != c.shown.MouseMode {
		on := v.MouseMode != tea.MouseModeNone
		s += set(on, ansi.ModeMouseButtonEvent) + set(on, ansi.ModeMouseExtSgr)
	}
	if v.WindowTitle != c.shown.WindowTitle {
		s += ansi.SetWindowTitle(v.WindowTitle)
	}
	if bar := c.speaks.progress(v.ProgressBar); bar != c.speaks.progress(c.shown.ProgressBar) {
		s += bar
		c.barred.Store(true)
	}
	if v.KeyboardEnhancements != c.shown.KeyboardEnhancements {
		s += ansi.KittyKeyboard(enhancements(v), 1) + ansi.RequestKittyKeyboard
	}
	if shape := shapeOf(v.Cursor); shape != shapeOf(c.shown.Cursor) {
		s += ansi.SetCursorStyle(shape)
	}
	if colour := colourOf(v.Cursor); colour != colourOf(c.shown.Cursor) {
		s += colour
	}
	return s
}

func set(on bool, m ansi.Mode) string {
	if on {
		return ansi.SetMode(m)
	}
	return ansi.ResetMode(m)
}

// draw appends the bytes that change the cells and the cursor.
func (c *canvas) draw(b *bytes.Buffer, v tea.View) {
	c.fill(v.Content)
	if v.Cursor != nil {
		c.render.MoveTo(v.Cursor.X, v.Cursor.Y)
	}
	c.moves.Reset()
	_ = c.render.Flush() // a buffer never fails
	moved, had, has := c.moves.Len() > 0, c.shown.Cursor != nil, v.Cursor != nil
	hides := had && (!has || moved && !c.atOnce) // a cursor that is visible while it moves flickers
	shows := has && (hides || !had)
	b.WriteString(when(moved && c.atOnce, ansi.SetModeSynchronizedOutput) + when(hides, ansi.ResetModeTextCursorEnable))
	b.Write(c.moves.Bytes())
	b.WriteString(when(shows, ansi.SetModeTextCursorEnable) + when(moved && c.atOnce, ansi.ResetModeSynchronizedOutput))
}

func when(so bool, words string) string {
	if so {
		return words
	}
	return ""
}

// fill draws the rows that changed.
func (c *canvas) fill(content string) {
	rows := strings.Split(content, "\n")
	whole := c.rows == nil
	for _, row := range rows {
		whole = whole || open(row)
	}
	area := c.cells.Bounds()
	if whole {
		c.cells.Clear()
		uv.NewStyledString(content).Draw(c.cells, area)
	}
	for y := 0; !whole && y < area.Dy(); y++ {
		if now := at(rows, y); now != at(c.rows, y) {
			uv.NewStyledString(now).Draw(c.cells, uv.Rect(0, y, area.Dx(), 1))
		}
	}
	c.render.SetScrollOptim(!whole && moved(c.rows, rows))
	c.rows = rows
	c.render.Render(c.cells.RenderBuffer)
}

// moved reports whether most of the rows that changed have moved by the same
// distance. Only then does the renderer look for a part of the screen to scroll,
// which takes longer than everything else it does.
func moved(before, now []string) bool {
	was := make(map[string]int, len(before)) // where rows were that are gone from there
	for y, row := range before {
		if row == at(now, y) {
			continue
		}
		if _, twice := was[row]; twice {
			y = -1
		}
		was[row] = y
	}
	changed, by := 0, make(map[int]int) // number of rows, by distance
	for y, row := range now {
		if row == at(before, y) {
			continue
		}
		changed++
		if from, ok := was[row]; ok && from >= 0 {
			by[y-from]++
		}
	}
	for _, rows := range by {
		if 2*rows > changed {
			return true
		}
	}
	return false
}

func at(rows []string, y int) string {
	if y < len(rows) {
		return rows[y]
	}
	return ""
}

// open reports whether a row may leave its style to the next one, because its
// last escape sequence does not reset it.
func open(row string) bool {
	last := strings.LastIndexByte(row, ansi.ESC)
	return last >= 0 && !strings.HasPrefix(row[last:], ansi.ResetStyle) && !strings.HasPrefix(row[last:], "\x1b[0m")
}

// shapeOf returns the number of a cursor's shape, 0 for the terminal's own.
func shapeOf(c *tea.Cursor) int {
	if c == nil || c.Shape == tea.CursorBlock && c.Blink {
		return 0
	}
	n := 2*int(c.Shape) + 1 // blinking
	if !c.Blink {
		n++
	}
	return n
}

// colourOf returns the bytes that set the colour of a cursor.
func colourOf(c *tea.Cursor) string {
	if c == nil || c.Color == nil {
		return ansi.ResetCursorColor
	}
	rgb := color.NRGBAModel.Convert(c.Color).(color.NRGBA)
	return ansi.SetCursorColor(fmt.Sprintf("#%02x%02x%02x", rgb.R, rgb.G, rgb.B))
}

// enhancements returns the flags of the Kitty keyboard protocol.
func enhancements(v tea.View) int {
	flags := ansi.KittyDisambiguateEscapeCodes
	for flag, on := range map[int]bool{
		ansi.KittyReportEventTypes:           v.KeyboardEnhancements.ReportEventTypes,
		ansi.KittyReportAlternateKeys:        v.KeyboardEnhancements.ReportAlternateKeys,
		ansi.KittyReportAllKeysAsEscapeCodes: v.KeyboardEnhancements.ReportAllKeysAsEscapeCodes,
		ansi.KittyReportAssociatedKeys:       v.KeyboardEnhancements.ReportAssociatedText,
	} {
		if on {
			flags |= flag
		}
	}
	return flags
}

// answersModes reports whether a terminal may be asked for its modes. Like
// Bubble Tea, it excludes terminals that print unknown queries, and ssh, where
// answers may come late.
func answersModes(env uv.Environ) bool {
	for _, known := range []string{"ghostty", "wezterm", "alacritty", "kitty", "rio"} {
		if strings.Contains(env.Getenv("TERM"), known) {
			return true
		}
	}
	_, windows := env.LookupEnv("WT_SESSION")
	_, remote := env.LookupEnv("SSH_TTY")
	return windows || !remote && !strings.Contains(env.Getenv("TERM_PROGRAM"), "Apple")
}
