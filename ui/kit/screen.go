package kit

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/ui/paint"

	"charm.land/bubbles/v2/key"

	"dubtop/api/text"
	"dubtop/keymap"
)

// Screen is one thing that can own the keyboard: a view, details, a form, a
// prompt, a dialog.
type Screen interface {
	Title() text.Text
	SetSize(width, height int)
	Actions() []Action
	Update(tea.Msg) tea.Cmd // what no action claimed: typing, pastes, ticks
	View() paint.Styled
}

// Overlay is a screen that leaves the one below it visible.
type Overlay interface {
	Screen
	// Place says where the drawn box goes, inside the body of width × height.
	Place(boxWidth, boxHeight, width, height int) (x, y int)
	// Dims says that what lies below is only to be guessed at meanwhile.
	Dims() bool
}

// Typing is a screen with the terminal's cursor in it, relative to its view.
type Typing interface {
	Cursor() *tea.Cursor
}

// sighted is a screen that must know what of it was seen: it is told when a frame
// was made that shows it, not below a dialog.
type sighted interface{ Seen() }

// coverable is a screen that keeps in sight what it is about while a prompt
// stands on its last lines.
type coverable interface{ Cover(lines int) }

// Leaving is a screen that wants to know that it is left.
type Leaving interface {
	Leave() tea.Cmd
}

// Action is one thing that can be done on a screen. Dispatch, hints, help and
// palette all read these rows.
type Action struct {
	Name   keymap.Name // "" for the few that have no place in the keymap
	Key    key.Binding
	Run    func() tea.Cmd
	refuse func() text.Text // why it can't be done now, "" when it can; may be nil
	Hint   bool             // named in the line of hints, not in the help alone
	short  text.Text        // its words there, "" when they are the help's
}

func (x Action) matches(k tea.KeyPressMsg) bool { return key.Matches(k, x.Key) }

func (x Action) refusal() text.Text {
	if x.refuse == nil {
		return ""
	}
	return x.refuse()
}

// Unless gives an action a reason not to be done.
func (x Action) Unless(why func() text.Text) Action {
	x.refuse = why
	return x
}

// Hinted has an action named in the line of hints, in words that may be
// shorter than the help's.
func (x Action) Hinted(words text.Text) Action {
	x.Hint, x.short = true, words
	return x
}

// Plain makes an action of something that needs no command.
func Plain(f func()) func() tea.Cmd {
	return func() tea.Cmd { f(); return nil }
}

// First is the first reason there is.
func First(reasons ...text.Text) text.Text {
	for _, r := range reasons {
		if r != "" {
			return r
		}
	}
	return ""
}
