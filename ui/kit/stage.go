// Package kit provides the parts of a terminal program: a stage that holds a
// stack of screens, actions with keys, lists, forms, dialogs, prompts, help and
// a palette. It knows nothing about jobs, money or accounts, and could drive
// another program. What an action does is always passed in.
package kit

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// Stage is a program of screens: their stack, the theme, the clock, the
// messages and the last frame.
type Stage struct {
	keymap   keymap.Map
	Theme    *paint.Theme
	shades   paint.Shades
	Now      time.Time // of the last beat
	Aged     time.Time // the time that ages on the screen are counted to, so that they step together
	Width    int
	Height   int
	Stack    []Screen
	Toast    Toast
	Messages Messages // all messages so far
	keys     keylog
	Frame    frame
	changes  []func() tea.Cmd // take back the user's changes, latest first
	Notices  []string         // problems of the configuration
	Habits   Habits           // how the lists are arranged
	Mouse    mouse
	Progress *tea.ProgressBar // shown outside the window; nil for none

	Chrome     chrome
	Everywhere func() []Action    // actions that every view adds to its own
	Anywhere   func() []Action    // the subset for screens that are only read
	Tips       func() []text.Text // tips at the end of the help
}

// BeatTime is the shortest time between two beats.
const BeatTime = time.Second

// chrome draws the parts of the window around the screens.
type chrome interface {
	Header(width int) paint.Styled
	Tabs(width int) paint.Styled
	Status(width int) []paint.Styled
	WindowTitle() text.Text // must contain our own words and numbers only: terminals do not escape it
}

// message is a message that changes only the stage.
type message interface{ apply(*Stage) tea.Cmd }

// NewStage returns an empty stage. A screen must be pushed before it is used.
func NewStage(keys keymap.Map, dark, ascii bool) *Stage {
	now := time.Now()
	return &Stage{keymap: keys, Now: now, Aged: now, Theme: paint.NewTheme(dark, ascii, paint.ManyShades)}
}

// Update handles messages for the stage and passes all others to the top
// screen.
func (a *Stage) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case message:
		return m.apply(a)
	case tea.WindowSizeMsg:
		a.Width, a.Height = m.Width, m.Height
		a.Layout()
	case tea.MouseClickMsg, tea.MouseWheelMsg:
		return a.pointed(msg)
	case tea.ColorProfileMsg:
		a.shades = paint.ShadesOf(m.Profile)
		a.Redraw(a.Theme.Dark)
	default:
		return a.Top().Update(msg)
	}
	return nil
}

// Redraw rebuilds the theme.
func (a *Stage) Redraw(dark bool) {
	a.Theme = paint.NewTheme(dark, a.Theme.ASCII, a.shades)
	a.Layout()
}

// Press gives a key to the first action of the top screen that has it, or else
// to the screen itself as text. ctrl+c always calls quit.
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

// Does returns the action with a name of the keymap.
func (a *Stage) Does(n keymap.Name, run func() tea.Cmd) Action {
	return Action{Name: n, Key: a.keymap.Binding(n), Run: run}
}

// KeyFor returns the key of an action, as it is shown.
func (a *Stage) KeyFor(n keymap.Name) text.Text { return text.Of(a.keymap.Binding(n).Help().Key) }

// Top returns the screen that owns the keyboard.
func (a *Stage) Top() Screen { return a.Stack[len(a.Stack)-1] }

// Push puts a screen on top.
func (a *Stage) Push(s Screen) {
	a.Stack = append(a.Stack, s)
	a.Layout()
}

// Pop closes the top screen, unless it is the only one.
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

// Remove closes a screen wherever it is in the stack, so that a late answer
// closes only the screen it belongs to.
func (a *Stage) Remove(s Screen) {
	for i := len(a.Stack) - 1; i > 0; i-- {
		if a.Stack[i] == s {
			a.Stack = append(a.Stack[:i:i], a.Stack[i+1:]...)
			a.Layout()
			return
		}
	}
}

// Shown reports whether a screen is in the stack.
func (a *Stage) Shown(s Screen) bool {
	for _, other := range a.Stack {
		if other == s {
			return true
		}
	}
	return false
}
