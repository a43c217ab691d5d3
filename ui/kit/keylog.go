package kit

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
)

// heldTime is how long no key may have come before a key that was pressed last
// counts as pressed anew. A key that is held down begins to repeat after half a
// second on most systems, and after a whole one on the slowest.
const heldTime = time.Second

// keylog knows which key was pressed last, and when, so that a dialog can tell
// an answer from a key that was still down when it came.
type keylog struct {
	name    string // the key that is being handled, else the last one; "" before the first
	repeats bool   // the terminal says that it is held down

	handling bool
	last     string // the key before the one that is being handled, else the last one
	at       time.Time
}

// press begins the handling of a key; released ends it.
func (l *keylog) press(k tea.KeyPressMsg) {
	l.name, l.repeats, l.handling = k.String(), k.IsRepeat, true
}

func (l *keylog) done() { l.last, l.at, l.handling = l.name, time.Now(), false }

// newest is the key that was last pressed, the one that is being handled
// included.
func (l *keylog) newest() string { return l.name }

// held reports whether the key that is being handled may be one that nobody
// pressed for the dialog: a repeat by the terminal's own word, or, within
// heldTime of the last key or of the dialog's coming, the key that was pressed
// last, or last before the dialog came. Where a word has to be typed, the
// letters since prove that the one from before was let go.
func (l *keylog) held(c *Confirm) bool {
	if !l.handling {
		return false // somebody only asks what keys there are
	}
	suspect := l.name == l.last || l.name == c.before && c.typed == ""
	return l.repeats || suspect && time.Since(later(c.lit, l.at)) <= heldTime
}

func heldWords(key string) text.Text {
	return text.Of(key + " may still be held down: let go of it, and press it again after a second")
}

// modifier reports whether a key is one that does nothing by itself, such as
// shift. Terminals that report every key report those, too.
func modifier(k tea.KeyPressMsg) bool {
	switch k.Code {
	case tea.KeyCapsLock, tea.KeyScrollLock, tea.KeyNumLock:
		return true
	}
	return k.Code >= tea.KeyLeftShift && k.Code <= tea.KeyIsoLevel5Shift
}

// later is the later of two instants.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
