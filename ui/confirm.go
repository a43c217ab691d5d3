package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// armTime is how long no key may have come before a dialog listens at all, so
// that typing that was meant for the screen below cannot answer it.
const armTime = 300 * time.Millisecond

// confirm is a question with two buttons, No marked at first. It takes a yes
// only while the amount and the buttons are in sight and what it warns of was
// read, and only from a key that was pressed for it: see keylog.go. Until it
// has been quiet for armTime every key only starts the wait again; pasted text
// is never an answer.
type confirm struct {
	stage   *stage
	title   text.Text
	quote   quoted        // what a yes costs, always in sight; nil where nothing is paid
	warning func() []told // what has to be read before a yes; may be nil
	body    func() []told // what else it rests on, asked for in each frame: ages move
	yes, no text.Text
	answer  func(yes bool) tea.Cmd
	leaving bool                    // it asks about the end of the program
	binds   bool                    // a no is for good, too, and wants a key pressed for it
	word    string                  // when set, this word must be typed for a yes
	accepts func(typed string) bool // other spellings of the word; nil: none
	typed   string
	marked  bool // the yes button is marked

	before string    // the key that was last pressed when it came
	lit    time.Time // when it came to light
	quiet  time.Time // when it was last disturbed before it was armed
	armed  bool
	bright bool // it is on top, and there is room for the amount and the buttons

	width, height int
	top           int // first line shown of what scrolls
	read          int // lines of what scrolls that were in sight since the width changed
}

// quoted is a price that is worded by the program alone.
type quoted interface{ Words() text.Text }

// armMsg looks whether a dialog can be answered by now.
type armMsg struct{ dialog *confirm }

func (m armMsg) land(a *stage) tea.Cmd {
	c := m.dialog
	if !a.shown(c) {
		return nil
	}
	c.look()
	if left := armTime - time.Since(c.quiet); c.bright && !c.armed && left > 0 {
		return c.wait(left)
	}
	c.armed = c.armed || c.bright
	return c.wait(armTime)
}

// look notes whether the dialog can be read, and how far it was. What has just
// come to light has to be left in peace again: the last key was not for it.
func (c *confirm) look() {
	s := c.sheet()
	bright := c.stage.top() == screen(c) && s.readable
	if bright != c.bright {
		now := time.Now()
		c.bright, c.armed, c.quiet, c.lit = bright, false, now, now
	}
	if bright {
		c.read = max(c.read, s.top+s.rows)
	}
}

// ask puts a dialog up.
func (a *stage) ask(c *confirm) tea.Cmd {
	c.begin(a)
	a.push(c)
	return c.wait(armTime)
}

// begin gets a dialog ready to be put up.
func (c *confirm) begin(a *stage) {
	c.stage, c.before, c.quiet = a, a.keys.newest(), time.Now()
}

func (c *confirm) wait(d time.Duration) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return armMsg{c} })
}

func (c *confirm) Title() text.Text { return c.title }

// SetSize gives the dialog the body's size, of which it takes what it needs.
func (c *confirm) SetSize(width, height int) {
	if width > 84 { // on narrow screens nothing is left of what lies below
		width = 76
	}
	if width != c.width {
		c.top, c.read = 0, 0 // other lines
	}
	c.width, c.height = width, height
	c.scroll(0)
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
	a := c.stage
	if !c.armed {
		return nil
	}
	no := a.does(keymap.No, func() tea.Cmd { return c.end(false) }).unless(c.noRefused).hinted(c.no)
	choose := a.does(keymap.Choose, func() tea.Cmd { return c.end(c.marked || c.word != "") }).unless(c.chooseRefused)
	if c.word != "" {
		// Letters are typing here, so only the keys that are no letters act.
		no.key.SetKeys("esc")
		no.key.SetHelp("esc", no.key.Help().Desc)
		return append([]action{choose.hinted(c.yes), no}, c.reading()...)
	}
	return append([]action{
		a.does(keymap.Yes, func() tea.Cmd { return c.end(true) }).unless(c.yesRefused).hinted(c.yes),
		no,
		choose.hinted(""),
		a.does(keymap.Switch, plain(func() { c.marked = !c.marked })).hinted(""),
	}, c.reading()...)
}

// reading are the keys that scroll, where there is more than fits.
func (c *confirm) reading() []action {
	s := c.sheet()
	if s.rows >= s.total {
		return nil
	}
	a := c.stage
	by := func(n int) func() tea.Cmd { return plain(func() { c.scroll(n) }) }
	page := max(1, s.rows-1)
	acts := []action{
		a.does(keymap.Down, by(1)).hinted("read on"), a.does(keymap.Up, by(-1)),
		a.does(keymap.PageDown, by(page)), a.does(keymap.PageUp, by(-page)),
	}
	if c.word != "" {
		acts[0].key.SetKeys("down")
		acts[1].key.SetKeys("up")
	}
	return acts
}

// scroll moves what scrolls. It never skips a line that was not in sight.
func (c *confirm) scroll(by int) {
	c.top += by
	c.top = c.sheet().top
	c.look()
}

// yesRefused says why a key is no yes now, "" when it is one.
func (c *confirm) yesRefused() text.Text {
	s := c.sheet()
	switch {
	case !c.bright || !s.readable:
		return "the window is too small to show what is asked: make it larger first"
	case c.stage.keys.held(c):
		return heldWords(c.stage.keys.name)
	case c.read < s.must:
		return "read on first, with " + c.stage.keyFor(keymap.Down) + ": there is a warning below"
	}
	return c.missing()
}

// noRefused says why a key is no no: only where a no cannot be taken back.
func (c *confirm) noRefused() text.Text {
	if c.binds && c.stage.keys.held(c) {
		return heldWords(c.stage.keys.name)
	}
	return ""
}

// chooseRefused guards the marked button. A key held down is not even a no: it
// would take the question away before anybody has read it.
func (c *confirm) chooseRefused() text.Text {
	switch {
	case c.marked || c.word != "":
		return c.yesRefused()
	case c.stage.keys.held(c):
		return heldWords(c.stage.keys.name)
	}
	return ""
}

func (c *confirm) missing() text.Text {
	if c.word == "" || c.typed == c.word || c.accepts != nil && c.accepts(c.typed) {
		return ""
	}
	if c.accepts == nil {
		return text.Of("type the word " + c.word + " first, or esc to go back")
	}
	return text.Of("type " + c.word + " first, or esc to go back")
}

func (c *confirm) end(yes bool) tea.Cmd {
	c.stage.remove(c)
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
	switch {
	case c.word == "":
	case k.String() == "backspace":
		c.typed = c.typed[:max(0, len(c.typed)-1)]
	case !k.IsRepeat && len(k.Text) == 1 && len(c.typed) < len(c.word)+8: // the words are ASCII
		c.typed += k.Text
	}
	return nil
}
