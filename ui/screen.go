package ui

import (
	tea "charm.land/bubbletea/v2"

	"charm.land/bubbles/v2/key"

	"dubtop/api/text"
	"dubtop/keymap"
)

// screen is one thing that can own the keyboard: a view, details, a form, a
// prompt, a dialog.
type screen interface {
	Title() text.Text
	SetSize(width, height int)
	Actions() []action
	Update(tea.Msg) tea.Cmd // what no action claimed: typing, pastes, ticks
	View() styled
}

// overlay is a screen that leaves the one below it visible.
type overlay interface {
	screen
	// Place says where the drawn box goes, inside the body of width × height.
	Place(boxWidth, boxHeight, width, height int) (x, y int)
	// Dims says that what lies below is only to be guessed at meanwhile.
	Dims() bool
}

// typing is a screen with the terminal's cursor in it, relative to its view.
type typing interface {
	Cursor() *tea.Cursor
}

// sighted is a screen that must know what of it was seen: it is told when a frame
// was made that shows it, not below a dialog.
type sighted interface{ Seen() }

// coverable is a screen that keeps in sight what it is about while a prompt
// stands on its last lines.
type coverable interface{ Cover(lines int) }

// leaving is a screen that wants to know that it is left.
type leaving interface {
	Leave() tea.Cmd
}

// action is one thing that can be done on a screen. Dispatch, hints, help and
// palette all read these rows.
type action struct {
	name   keymap.Name // "" for the few that have no place in the keymap
	key    key.Binding
	run    func() tea.Cmd
	refuse func() text.Text // why it can't be done now, "" when it can; may be nil
	hint   bool             // named in the line of hints, not in the help alone
	short  text.Text        // its words there, "" when they are the help's
}

func (x action) matches(k tea.KeyPressMsg) bool { return key.Matches(k, x.key) }

func (x action) refusal() text.Text {
	if x.refuse == nil {
		return ""
	}
	return x.refuse()
}

// unless gives an action a reason not to be done.
func (x action) unless(why func() text.Text) action {
	x.refuse = why
	return x
}

// hinted has an action named in the line of hints, in words that may be
// shorter than the help's.
func (x action) hinted(words text.Text) action {
	x.hint, x.short = true, words
	return x
}

// plain makes an action of something that needs no command.
func plain(f func()) func() tea.Cmd {
	return func() tea.Cmd { f(); return nil }
}

// first is the first reason there is.
func first(reasons ...text.Text) text.Text {
	for _, r := range reasons {
		if r != "" {
			return r
		}
	}
	return ""
}
