package kit

import (
	"time"

	"dubtop/ui/paint"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// ArmTime is how long no key may have come before a dialog listens at all, so
// that typing that was meant for the screen below cannot answer it.
const ArmTime = 300 * time.Millisecond

// Confirm is a question with two buttons, No marked at first. It takes a yes
// only while the amount and the buttons are in sight and what it warns of was
// read, and only from a key that was pressed for it: see keylog.go. Until it
// has been quiet for armTime every key only starts the wait again; pasted text
// is never an answer.
type Confirm struct {
	stage   *Stage
	Heading text.Text
	Quote   quoted              // what a yes costs, always in sight; nil where nothing is paid
	Warning func() []paint.Told // what has to be read before a yes; may be nil
	Body    func() []paint.Told // what else it rests on, asked for in each frame: ages move
	Yes, No text.Text
	Answer  func(yes bool) tea.Cmd
	Leaving bool                    // it asks about the end of the program
	Binds   bool                    // a no is for good, too, and wants a key pressed for it
	Word    string                  // when set, this word must be typed for a yes
	Accepts func(typed string) bool // other spellings of the word; nil: none
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
type armMsg struct{ dialog *Confirm }

func (m armMsg) land(a *Stage) tea.Cmd {
	c := m.dialog
	if !a.Shown(c) {
		return nil
	}
	c.look()
	if left := ArmTime - time.Since(c.quiet); c.bright && !c.armed && left > 0 {
		return c.Wait(left)
	}
	c.armed = c.armed || c.bright
	return c.Wait(ArmTime)
}

// look notes whether the dialog can be read, and how far it was. What has just
// come to light has to be left in peace again: the last key was not for it.
func (c *Confirm) look() {
	s := c.sheet()
	bright := c.stage.Top() == Screen(c) && s.readable
	if bright != c.bright {
		now := time.Now()
		c.bright, c.armed, c.quiet, c.lit = bright, false, now, now
	}
	if bright {
		c.read = max(c.read, s.top+s.rows)
	}
}

// Ask puts a dialog up.
func (a *Stage) Ask(c *Confirm) tea.Cmd {
	c.Begin(a)
	a.Push(c)
	return c.Wait(ArmTime)
}

// Begin gets a dialog ready to be put up.
func (c *Confirm) Begin(a *Stage) {
	c.stage, c.before, c.quiet = a, a.keys.newest(), time.Now()
}

// Wait looks at the dialog again after a time, to arm it.
func (c *Confirm) Wait(d time.Duration) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return armMsg{c} })
}

// Title is the question.
func (c *Confirm) Title() text.Text { return c.Heading }

// SetSize gives the dialog the body's size, of which it takes what it needs.
func (c *Confirm) SetSize(width, height int) {
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
func (c *Confirm) Place(w, h, width, height int) (int, int) {
	return max(0, (width-w)/2), max(0, (height-h)/2)
}

// Dims is true: only the question matters.
func (c *Confirm) Dims() bool { return true }

// Actions are the dialog's keys once it is armed; before, it has none, and
// what comes in starts the wait again.
func (c *Confirm) Actions() []Action {
	a := c.stage
	if !c.armed {
		return nil
	}
	no := a.Does(keymap.No, func() tea.Cmd { return c.end(false) }).Unless(c.noRefused).Hinted(c.No)
	choose := a.Does(keymap.Choose, func() tea.Cmd { return c.end(c.marked || c.Word != "") }).Unless(c.chooseRefused)
	if c.Word != "" {
		// Letters are typing here, so only the keys that are no letters act.
		no.Key.SetKeys("esc")
		no.Key.SetHelp("esc", no.Key.Help().Desc)
		return append([]Action{choose.Hinted(c.Yes), no}, c.reading()...)
	}
	return append([]Action{
		a.Does(keymap.Yes, func() tea.Cmd { return c.end(true) }).Unless(c.yesRefused).Hinted(c.Yes),
		no,
		choose.Hinted(""),
		a.Does(keymap.Switch, Plain(func() { c.marked = !c.marked })).Hinted(""),
	}, c.reading()...)
}

// reading are the keys that scroll, where there is more than fits.
func (c *Confirm) reading() []Action {
	s := c.sheet()
	if s.rows >= s.total {
		return nil
	}
	a := c.stage
	by := func(n int) func() tea.Cmd { return Plain(func() { c.scroll(n) }) }
	page := max(1, s.rows-1)
	acts := []Action{
		a.Does(keymap.Down, by(1)).Hinted("read on"), a.Does(keymap.Up, by(-1)),
		a.Does(keymap.PageDown, by(page)), a.Does(keymap.PageUp, by(-page)),
	}
	if c.Word != "" {
		acts[0].Key.SetKeys("down")
		acts[1].Key.SetKeys("up")
	}
	return acts
}

// scroll moves what scrolls. It never skips a line that was not in sight.
func (c *Confirm) scroll(by int) {
	c.top += by
	c.top = c.sheet().top
	c.look()
}

// yesRefused says why a key is no yes now, "" when it is one.
func (c *Confirm) yesRefused() text.Text {
	s := c.sheet()
	switch {
	case !c.bright || !s.readable:
		return "the window is too small to show what is asked: make it larger first"
	case c.stage.keys.held(c):
		return heldWords(c.stage.keys.name)
	case c.read < s.must:
		return "read on first, with " + c.stage.KeyFor(keymap.Down) + ": there is a warning below"
	}
	return c.missing()
}

// noRefused says why a key is no no: only where a no cannot be taken back.
func (c *Confirm) noRefused() text.Text {
	if c.Binds && c.stage.keys.held(c) {
		return heldWords(c.stage.keys.name)
	}
	return ""
}

// chooseRefused guards the marked button. A key held down is not even a no: it
// would take the question away before anybody has read it.
func (c *Confirm) chooseRefused() text.Text {
	switch {
	case c.marked || c.Word != "":
		return c.yesRefused()
	case c.stage.keys.held(c):
		return heldWords(c.stage.keys.name)
	}
	return ""
}

func (c *Confirm) missing() text.Text {
	if c.Word == "" || c.typed == c.Word || c.Accepts != nil && c.Accepts(c.typed) {
		return ""
	}
	if c.Accepts == nil {
		return text.Of("type the word " + c.Word + " first, or esc to go back")
	}
	return text.Of("type " + c.Word + " first, or esc to go back")
}

func (c *Confirm) end(yes bool) tea.Cmd {
	c.stage.Remove(c)
	return c.Answer(yes)
}

// Update takes the letters of the word asked for. A key before the dialog is
// armed starts the wait again; a paste never does anything.
func (c *Confirm) Update(msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	if !c.armed {
		c.quiet = time.Now()
		return nil
	}
	switch {
	case c.Word == "":
	case k.String() == "backspace":
		c.typed = c.typed[:max(0, len(c.typed)-1)]
	case !k.IsRepeat && len(k.Text) == 1 && len(c.typed) < len(c.Word)+8: // the words are ASCII
		c.typed += k.Text
	}
	return nil
}
