// Package kit is a program of screens for the terminal: the stage they stand on,
// actions with their keys, lists, forms, dialogs, prompts, help and palette. It
// knows nothing of jobs, money or accounts, and could drive another program. It
// never does anything by itself: what an action does is handed in.
package kit

import (
	"time"

	"dubtop/ui/paint"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// Stage is a program of screens: the stack of them, the look, the time, what is
// told, and the last frame.
type Stage struct {
	keymap  keymap.Map
	Theme   *paint.Theme
	shades  paint.Shades
	Now     time.Time
	Width   int
	Height  int
	Stack   []Screen
	Toast   Toast
	Said    Sayings // everything that was told
	keys    keylog
	Frame   frame
	Notices []string // what is wrong with the configuration

	Chrome     chrome
	Everywhere func() []Action    // what every view offers beside its own actions
	Anywhere   func() []Action    // what is left of them on a screen that is only read
	Tips       func() []text.Text // what the help says is good to know
}

// BeatTime is the pace of everything that happens by itself.
const BeatTime = time.Second

// chrome is what stands around the screens.
type chrome interface {
	Header(width int) paint.Styled
	Tabs(width int) paint.Styled
	Status(width int) []paint.Styled
	WindowTitle() text.Text // of our own words and numbers only: terminals take it as it is
}

// message is one that changes the stage alone.
type message interface{ land(*Stage) tea.Cmd }

// NewStage is an empty stage; a screen has to be pushed before it is used.
func NewStage(keys keymap.Map, dark, ascii bool) *Stage {
	return &Stage{keymap: keys, Now: time.Now(), Theme: paint.NewTheme(dark, ascii, paint.ManyShades)}
}

// Update takes what is for the stage, and gives the rest to the top screen.
func (a *Stage) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case message:
		return m.land(a)
	case tea.WindowSizeMsg:
		a.Width, a.Height = m.Width, m.Height
		a.Layout()
	case tea.ColorProfileMsg:
		a.shades = paint.ShadesOf(m.Profile)
		a.Redraw(a.Theme.Dark)
	default:
		return a.Top().Update(msg)
	}
	return nil
}

// Redraw makes the look anew.
func (a *Stage) Redraw(dark bool) {
	a.Theme = paint.NewTheme(dark, a.Theme.ASCII, a.shades)
	a.Layout()
}

// Press gives a key to the first action of the top screen that claims it, and
// else to the screen itself as typing. ctrl+c always means to quit.
func (a *Stage) Press(k tea.KeyPressMsg, quit func() tea.Cmd) tea.Cmd {
	if modifier(k) {
		return nil
	}
	a.keys.press(k)
	defer a.keys.done()
	if k.String() == "ctrl+c" {
		return quit()
	}
	top := a.Top()
	for _, act := range top.Actions() {
		if !act.matches(k) {
			continue
		}
		if why := act.refusal(); why != "" {
			a.Warn(why)
			return nil
		}
		return act.Run()
	}
	return top.Update(k)
}

// Does makes an action by its name in the keymap.
func (a *Stage) Does(n keymap.Name, run func() tea.Cmd) Action {
	return Action{Name: n, Key: a.keymap.Binding(n), Run: run}
}

// KeyFor is the key of an action, as it is shown.
func (a *Stage) KeyFor(n keymap.Name) text.Text { return text.Of(a.keymap.Binding(n).Help().Key) }

// Top is the screen that owns the keyboard.
func (a *Stage) Top() Screen { return a.Stack[len(a.Stack)-1] }

// Push puts a screen on top.
func (a *Stage) Push(s Screen) {
	a.Stack = append(a.Stack, s)
	a.Layout()
}

// Pop takes the top screen away. The last one stays.
func (a *Stage) Pop() tea.Cmd {
	if len(a.Stack) == 1 {
		return nil
	}
	left := a.Top()
	a.Stack = a.Stack[:len(a.Stack)-1]
	a.Layout()
	if l, ok := left.(Leaving); ok {
		return l.Leave()
	}
	return nil
}

// Remove takes a screen away wherever it stands in the stack, so that an
// answer that comes late closes only what it belongs to.
func (a *Stage) Remove(s Screen) {
	for i := len(a.Stack) - 1; i > 0; i-- {
		if a.Stack[i] == s {
			a.Stack = append(a.Stack[:i:i], a.Stack[i+1:]...)
			a.Layout()
			return
		}
	}
}

// Shown reports whether a screen is anywhere in the stack.
func (a *Stage) Shown(s Screen) bool {
	for _, other := range a.Stack {
		if other == s {
			return true
		}
	}
	return false
}
