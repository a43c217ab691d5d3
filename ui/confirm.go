package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dubtop/keymap"
)

// armTime is how long no key may have come before a dialog listens at all, so
// that typing that was meant for the screen below cannot answer it.
const armTime = 300 * time.Millisecond

// confirm is a question with two buttons, No marked at first. Until it has
// been quiet for armTime every key only starts the wait again; pasted text is
// never an answer.
type confirm struct {
	app     *App
	title   string
	body    func(width int) []string // drawn anew each frame: ages move
	yes, no string
	answer  func(yes bool) tea.Cmd
	leaving bool                    // it asks about the end of the program
	word    string                  // when set, this word must be typed for a yes
	accepts func(typed string) bool // other spellings of the word; nil: none
	typed   string
	marked  bool // the yes button is marked
	quiet   time.Time
	armed   bool
	covered bool // it waits below another screen
	width   int
}

// armMsg looks whether a dialog has been left in peace long enough.
type armMsg struct{ dialog *confirm }

func (m armMsg) land(a *App) tea.Cmd {
	c := m.dialog
	if a.top() != screen(c) {
		c.covered = true
		if !a.shown(c) {
			return nil
		}
		return c.wait(armTime)
	}
	if c.covered { // it has just come to light: the last key was not for it
		c.covered, c.quiet = false, time.Now()
	}
	if left := armTime - time.Since(c.quiet); left > 0 {
		return c.wait(left)
	}
	c.armed = true
	return nil
}

// ask puts a dialog up.
func (a *App) ask(c *confirm) tea.Cmd {
	c.app, c.quiet = a, time.Now()
	a.push(c)
	return c.wait(armTime)
}

func (c *confirm) wait(d time.Duration) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return armMsg{c} })
}

func (c *confirm) Title() string { return c.title }

func (c *confirm) SetSize(width, _ int) {
	c.width = width // on narrow screens nothing is left of what lies below
	if width > 84 {
		c.width = 76
	}
}

// Place puts the dialog into the middle.
func (c *confirm) Place(w, h, width, height int) (int, int) {
	return max(0, (width-w)/2), max(0, (height-h)/2)
}

// Dims is true: only the question matters.
func (c *confirm) Dims() bool { return true }

// Actions are the dialog's keys once it is armed; before, it has none, and
// what comes in starts the wait again.
func (c *confirm) Actions() []action {
	a := c.app
	if !c.armed {
		return nil
	}
	no := a.does(keymap.No, func() tea.Cmd { return c.end(false) }).hinted(c.no)
	if c.word != "" {
		// Letters are typing here, so only the keys that are no letters act.
		no.key.SetKeys("esc")
		choose := a.does(keymap.Choose, func() tea.Cmd { return c.end(true) }).
			unless(func() string { return c.missing() }).hinted(c.yes)
		return []action{choose, no}
	}
	return []action{
		a.does(keymap.Yes, func() tea.Cmd { return c.end(true) }).hinted(c.yes),
		no,
		a.does(keymap.Choose, func() tea.Cmd { return c.end(c.marked) }).hinted(""),
		a.does(keymap.Switch, plain(func() { c.marked = !c.marked })).hinted(""),
	}
}

func (c *confirm) missing() string {
	if c.typed == c.word || c.accepts != nil && c.accepts(c.typed) {
		return ""
	}
	if c.accepts == nil {
		return "type the word " + c.word + " first, or esc to go back"
	}
	return "type " + c.word + " first, or esc to go back"
}

func (c *confirm) end(yes bool) tea.Cmd {
	c.app.remove(c)
	return c.answer(yes)
}

// Update takes the letters of the word asked for. A key before the dialog is
// armed starts the wait again; a paste never does anything.
func (c *confirm) Update(msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	if !c.armed {
		c.quiet = time.Now()
		return nil
	}
	if c.word == "" {
		return nil
	}
	if k.String() == "backspace" {
		c.typed = c.typed[:max(0, len(c.typed)-1)]
	} else if len(c.typed) < len(c.word)+8 {
		c.typed += k.Text
	}
	return nil
}

func (c *confirm) View() string {
	t := c.app.theme
	inner := max(10, c.width-4)
	lines := []string{t.text(toneTitle, c.title), ""}
	lines = append(lines, c.body(inner)...)
	lines = append(lines, "", c.buttons())
	box := lipgloss.NewStyle().Border(t.glyphs.border).Padding(0, 1).Width(c.width)
	return box.Render(strings.Join(lines, "\n"))
}

func (c *confirm) buttons() string {
	t := c.app.theme
	if c.word != "" {
		return t.text(toneKey, c.word) + t.text(toneMuted, " typed in full means yes: ") + t.text(toneText, c.typed+"_")
	}
	button := func(key, words string, marked bool) string {
		switch {
		case !c.armed:
			return t.text(toneMuted, "  "+key+" "+words+"  ")
		case marked:
			return t.picked[toneAccent].on(t.glyphs.cursor + " " + key + " " + words + " ")
		}
		return t.text(toneText, "  "+key+" "+words+" ")
	}
	yes := button(c.app.keyFor(keymap.Yes), c.yes, c.marked)
	no := button(c.app.keyFor(keymap.No), c.no, !c.marked)
	if ansi.StringWidth(yes)+3+ansi.StringWidth(no) > max(10, c.width-4) {
		return yes + "\n" + no
	}
	return yes + "   " + no
}
