package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// stage is a program of screens: the stack of them, the look, the time, what is
// told, and the last frame.
type stage struct {
	keymap  keymap.Map
	theme   *theme
	shades  shades
	now     time.Time
	width   int
	height  int
	stack   []screen
	toast   toast
	said    sayings // everything that was told
	keys    keylog
	frame   frame
	notices []string // what is wrong with the configuration

	chrome     chrome
	everywhere func() []action    // what every view offers beside its own actions
	anywhere   func() []action    // what is left of them on a screen that is only read
	tips       func() []text.Text // what the help says is good to know
}

// beatTime is the pace of everything that happens by itself.
const beatTime = time.Second

// chrome is what stands around the screens.
type chrome interface {
	Header(width int) styled
	Tabs(width int) styled
	Status(width int) []styled
	WindowTitle() text.Text // of our own words and numbers only: terminals take it as it is
}

// message is one that changes the stage alone.
type message interface{ land(*stage) tea.Cmd }

func newStage(keys keymap.Map, dark, ascii bool) *stage {
	return &stage{keymap: keys, now: time.Now(), theme: newTheme(dark, ascii, manyShades)}
}

// update takes what is for the stage, and gives the rest to the top screen.
func (a *stage) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case message:
		return m.land(a)
	case tea.WindowSizeMsg:
		a.width, a.height = m.Width, m.Height
		a.layout()
	case tea.ColorProfileMsg:
		a.shades = shadesOf(m.Profile)
		a.redraw(a.theme.dark)
	default:
		return a.top().Update(msg)
	}
	return nil
}

// redraw makes the look anew.
func (a *stage) redraw(dark bool) {
	a.theme = newTheme(dark, a.theme.ascii, a.shades)
	a.layout()
}

// press gives a key to the first action of the top screen that claims it, and
// else to the screen itself as typing. ctrl+c always means to quit.
func (a *stage) press(k tea.KeyPressMsg, quit func() tea.Cmd) tea.Cmd {
	if modifier(k) {
		return nil
	}
	a.keys.press(k)
	defer a.keys.done()
	if k.String() == "ctrl+c" {
		return quit()
	}
	top := a.top()
	for _, act := range top.Actions() {
		if !act.matches(k) {
			continue
		}
		if why := act.refusal(); why != "" {
			a.warn(why)
			return nil
		}
		return act.run()
	}
	return top.Update(k)
}

// does makes an action by its name in the keymap.
func (a *stage) does(n keymap.Name, run func() tea.Cmd) action {
	return action{name: n, key: a.keymap.Binding(n), run: run}
}

// keyFor is the key of an action, as it is shown.
func (a *stage) keyFor(n keymap.Name) text.Text { return text.Of(a.keymap.Binding(n).Help().Key) }

// top is the screen that owns the keyboard.
func (a *stage) top() screen { return a.stack[len(a.stack)-1] }

// push puts a screen on top.
func (a *stage) push(s screen) {
	a.stack = append(a.stack, s)
	a.layout()
}

// pop takes the top screen away. The last one stays.
func (a *stage) pop() tea.Cmd {
	if len(a.stack) == 1 {
		return nil
	}
	left := a.top()
	a.stack = a.stack[:len(a.stack)-1]
	a.layout()
	if l, ok := left.(leaving); ok {
		return l.Leave()
	}
	return nil
}

// remove takes a screen away wherever it stands in the stack, so that an
// answer that comes late closes only what it belongs to.
func (a *stage) remove(s screen) {
	for i := len(a.stack) - 1; i > 0; i-- {
		if a.stack[i] == s {
			a.stack = append(a.stack[:i:i], a.stack[i+1:]...)
			a.layout()
			return
		}
	}
}

// shown reports whether a screen is anywhere in the stack.
func (a *stage) shown(s screen) bool {
	for _, other := range a.stack {
		if other == s {
			return true
		}
	}
	return false
}
