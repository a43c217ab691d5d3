package kit

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// Screen is anything that can own the keyboard: a view, details, a form, a
// prompt, a dialog.
type Screen interface {
	// Title names the screen, for the line of tabs.
	Title() text.Text
	// SetSize sets the space for View in cells.
	SetSize(width, height int)
	// Actions returns the current actions, the most specific ones first. A key
	// goes to the first action that has it.
	Actions() []Action
	// Update handles a message that no action claimed: text, pastes, ticks.
	Update(tea.Msg) tea.Cmd
	// View draws the screen. It changes nothing.
	View() paint.Styled
}

// Overlay is a screen drawn on top of the one below it.
type Overlay interface {
	Screen
	// Place returns the position of the drawn box inside the body.
	Place(boxWidth, boxHeight, width, height int) (x, y int)
	// Dims reports whether the screen below is dimmed.
	Dims() bool
}

// Typing is a screen that shows the terminal's cursor, at a position relative
// to its view.
type Typing interface {
	// Cursor returns the position, counted from 0, or nil to hide the cursor.
	Cursor() *tea.Cursor
}

// sighted is a screen that must know which rows the user has seen. Seen is
// called after each frame in which no dialog dims the screen.
type sighted interface{ Seen() }

// coverable is a screen that keeps its selected row visible while a prompt
// covers its last lines.
type coverable interface{ Cover(lines int) }

// Leaving is a screen that is told when it closes.
type Leaving interface {
	// Leave is called when the screen closes, and when the program ends.
	Leave() tea.Cmd
}

// Action is something the user can do on a screen. Key dispatch, hints, help
// and palette all use the same list.
type Action struct {
	Name   keymap.Name // "" if it cannot be configured
	Key    key.Binding
	Run    func() tea.Cmd
	refuse func() text.Text // returns why it cannot be done now, or ""; may be nil
	Hint   bool             // named in the hint line, not only in the help
	short  text.Text        // words for the hint line; "": those of the help
	able   bool             // not hinted while it is refused
}

func (x Action) matches(k tea.KeyPressMsg) bool { return key.Matches(k, x.Key) }

func (x Action) refusal() text.Text {
	if x.refuse == nil {
		return ""
	}
	return x.refuse()
}

// Unless returns x with a check: if why returns a reason, the action is
// refused.
func (x Action) Unless(why func() text.Text) Action {
	x.refuse = why
	return x
}

// Hinted returns x as part of the hint line. words replace those of the help,
// unless they are "".
func (x Action) Hinted(words text.Text) Action {
	x.Hint, x.short = true, words
	return x
}

// IfAble returns x hinted only while it is not refused, because some rows lack
// something it needs.
func (x Action) IfAble() Action {
	x.able = true
	return x
}

// Called returns x with words of its own for the help.
func (x Action) Called(words text.Text) Action {
	x.Key.SetHelp(x.Key.Help().Key, string(words))
	return x
}

// Plain adapts a function that needs no command.
func Plain(f func()) func() tea.Cmd {
	return func() tea.Cmd { f(); return nil }
}
