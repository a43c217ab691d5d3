package kit

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
)

// heldTime is how long the keyboard must be quiet before the key pressed last
// counts as pressed again. A held key starts repeating after half a second on
// most systems and after a second on the slowest.
const heldTime = time.Second

// keylog remembers the last key and its time, so that a dialog can tell an
// answer from a key that was still held down when it opened.
type keylog struct {
	name    string // the key being handled, or else the last one; "" before the first
	repeats bool   // the terminal reports it as a repeat

	handling bool
	last     string // the key before the one being handled, or else the last one
	at       time.Time
}

// press starts handling a key; done ends it.
func (l *keylog) press(k tea.KeyPressMsg) {
	l.name, l.repeats, l.handling = k.String(), k.IsRepeat, true
}

func (l *keylog) done() { l.last, l.at, l.handling = l.name, time.Now(), false }

// newest returns the last key, including the one being handled.
func (l *keylog) newest() string { return l.name }

// held reports whether the key being handled may not have been pressed for the
// dialog. That is so if the terminal reports a repeat, or if the same key was
// the last one pressed, or the last before the dialog opened, within heldTime.
// In a dialog that asks for a word, letters typed since prove that the earlier
// key was released.
func (l *keylog) held(c *Confirm) bool {
	if !l.handling {
		return false // only the hints or the help are asking
	}
	suspect := l.name == l.last || l.name == c.before && c.typed == ""
	return l.repeats || suspect && time.Since(later(c.lit, l.at)) <= heldTime
}

func heldWords(key string) text.Text {
	return text.Of(key + " may still be held down: release it, and press it again after a second")
}

// modifier reports whether a key does nothing by itself, such as shift.
// Terminals that report every key report those too.
func modifier(k tea.KeyPressMsg) bool {
	switch k.Code {
	case tea.KeyCapsLock, tea.KeyScrollLock, tea.KeyNumLock:
		return true
	}
	return k.Code >= tea.KeyLeftShift && k.Code <= tea.KeyIsoLevel5Shift
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
