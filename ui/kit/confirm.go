package kit

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// ArmTime is how long the keyboard must be quiet before a dialog accepts keys,
// so that keys typed for the screen below cannot answer it.
const ArmTime = 300 * time.Millisecond

// Confirm is a question with two buttons, or three; No is selected at first. Yes works
// only while the amount and the buttons are visible and every line of the
// warning has been scrolled into view, and only for a fresh key press (see
// keylog.go). Until the keyboard has been quiet for ArmTime, each key restarts
// that wait. Pasted text is never an answer.
type Confirm struct {
	stage   *Stage
	Heading text.Text
	Quote   quoted              // the price of a yes, always visible; nil if nothing is paid
	Warning func() []paint.Item // must be read before a yes; may be nil
	Body    func() []paint.Item // further details, computed for each frame because ages change
	Yes, No text.Text
	Answer  func(yes bool) tea.Cmd
	Again   text.Text               // a third button, which is another yes; "" for none
	AgainDo func()                  // called before Answer if that was pressed
	Leaving bool                    // asks whether to quit the program
	Binds   bool                    // No is final too, so it also needs a fresh key press
	Word    string                  // if set, this word must be typed to say yes
	Accepts func(typed string) bool // accepts other spellings of the word; may be nil
	typed   string
	marked  button // the selected one

	before string    // the last key pressed before the dialog appeared
	lit    time.Time // when the dialog became readable
	quiet  time.Time // the last key press before it was armed
	armed  bool
	bright bool // on top, with room for the amount and the buttons

	width, height int
	top           int // first visible line of the scrolling part
	read          int // lines of the scrolling part seen since the width last changed
}

// button is an answer that can be selected.
type button int

const (
	buttonNo button = iota
	buttonYes
	buttonAgain
)

// quoted is a price whose words come from the program alone.
type quoted interface{ Words() text.Text }

// armMsg checks whether a dialog may now accept keys.
type armMsg struct{ dialog *Confirm }

func (m armMsg) apply(a *Stage) tea.Cmd {
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

// look records whether the dialog is readable and how far it has been read. A
// dialog that has just become readable is disarmed, because the last key was
// not meant for it.
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

// Ask shows a dialog.
func (a *Stage) Ask(c *Confirm) tea.Cmd {
	c.Begin(a)
	a.Push(c)
	return c.Wait(ArmTime)
}

// Begin prepares a dialog to be shown.
func (c *Confirm) Begin(a *Stage) {
	c.stage, c.before, c.quiet = a, a.keys.newest(), time.Now()
}

// Wait checks after d whether the dialog can be armed.
func (c *Confirm) Wait(d time.Duration) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return armMsg{c} })
}

// Title returns the question.
func (c *Confirm) Title() text.Text { return c.Heading }

// SetSize sets the size of the body; the dialog uses as much as it needs.
func (c *Confirm) SetSize(width, height int) {
	if width > 84 { // a narrower screen is covered from side to side
		width = 76
	}
	if width != c.width {
		c.top, c.read = 0, 0 // the lines wrap differently now
	}
	c.width, c.height = width, height
	c.scroll(0)
}

// Place centers the dialog.
func (c *Confirm) Place(w, h, width, height int) (int, int) {
	return max(0, (width-w)/2), max(0, (height-h)/2)
}

// Dims returns true: the user should look at the question only.
func (c *Confirm) Dims() bool { return true }

// Actions returns the dialog's keys. Until the dialog is armed there are none,
// and each key restarts the wait.
func (c *Confirm) Actions() []Action {
	a := c.stage
	if !c.armed {
		return nil
	}
	no := a.Does(keymap.No, func() tea.Cmd { return c.end(buttonNo) }).Unless(c.noRefused).Hinted(c.No)
	choose := a.Does(keymap.Choose, func() tea.Cmd { return c.end(c.chosen()) }).Unless(c.chooseRefused)
	if c.Word != "" {
		// Letters are text here, so No keeps only esc.
		no.Key.SetKeys("esc")
		no.Key.SetHelp("esc", no.Key.Help().Desc)
		acts := []Action{choose.Hinted(c.label(c.chosen())), no}
		if c.offersAgain() {
			other := a.Does(keymap.Switch, Plain(c.next))
			other.Key.SetKeys("tab")
			acts = append(acts, other.Hinted("or "+c.label(buttonYes+buttonAgain-c.chosen())))
		}
		return append(acts, c.reading()...)
	}
	acts := []Action{a.Does(keymap.Yes, func() tea.Cmd { return c.end(buttonYes) }).Unless(c.yesRefused).Hinted(c.Yes), no}
	if c.offersAgain() {
		acts = append(acts, a.Does(keymap.Again, func() tea.Cmd { return c.end(buttonAgain) }).Unless(c.yesRefused).Hinted(c.Again))
	}
	acts = append(acts, choose.Hinted(""), a.Does(keymap.Switch, Plain(c.next)).Hinted(""))
	return append(acts, c.reading()...)
}

// next selects the next button, in their order on the screen. Where a word is
// typed, nothing but a yes can be selected.
func (c *Confirm) next() {
	order := []button{buttonNo, buttonYes}
	switch {
	case c.Word != "":
		order = []button{buttonYes, buttonAgain}
	case c.offersAgain():
		order = []button{buttonNo, buttonAgain, buttonYes}
	}
	c.marked = order[(slices.Index(order, c.chosen())+1)%len(order)]
}

// offersAgain reports whether there is a third button, and room for it.
func (c *Confirm) offersAgain() bool { return c.Again != "" && !c.sheet().few }

// chosen returns the selected button.
func (c *Confirm) chosen() button {
	switch {
	case c.Word != "" && c.marked == buttonNo:
		return buttonYes
	case c.marked == buttonAgain && c.Word == "" && !c.offersAgain():
		return buttonNo
	}
	return c.marked
}

func (c *Confirm) label(b button) text.Text {
	return map[button]text.Text{buttonNo: c.No, buttonYes: c.Yes, buttonAgain: c.Again}[b]
}

// reading returns the scrolling keys, if the content does not fit.
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

// scroll moves the scrolling part. It never skips a line that has not been
// visible.
func (c *Confirm) scroll(by int) {
	c.top += by
	c.top = c.sheet().top
	c.look()
}

// yesRefused returns why a key cannot say yes now, or "".
func (c *Confirm) yesRefused() text.Text {
	s := c.sheet()
	switch {
	case !c.bright || !s.readable:
		return "the window is too small to show the question: enlarge it first"
	case c.stage.keys.held(c):
		return heldWords(c.stage.keys.name)
	case c.read < s.must:
		return "read on first, with " + c.stage.KeyFor(keymap.Down) + ": there is a warning below"
	}
	return c.missing()
}

// noRefused returns why a key cannot say no now, or "". Only a No that is final
// can be refused.
func (c *Confirm) noRefused() text.Text {
	if c.Binds && c.stage.keys.held(c) {
		return heldWords(c.stage.keys.name)
	}
	return ""
}

// chooseRefused returns why the selected button cannot be pressed now, or "". A
// held key may not even press No: it would dismiss the question before anyone
// has read it.
func (c *Confirm) chooseRefused() text.Text {
	switch {
	case c.chosen() != buttonNo:
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

func (c *Confirm) end(b button) tea.Cmd {
	c.stage.Remove(c)
	if b == buttonAgain {
		c.AgainDo()
	}
	return c.Answer(b != buttonNo)
}

// Update adds a letter to the typed word. Before the dialog is armed, a key
// restarts the wait. Pastes are ignored.
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
