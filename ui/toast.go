package ui

import (
	"time"

	"dubtop/api/text"
	"dubtop/keymap"
)

// toast is the one line that tells how something went. Success fades soon;
// trouble stays longer, and until it is read something new waits for no one.
type toast struct {
	text  text.Text
	tone  tone
	until time.Time // zero: until replaced (an action under way)
}

// Times a notice stays.
const (
	praiseTime  = 4 * time.Second
	warningTime = 8 * time.Second
	troubleTime = 15 * time.Second
)

// say tells that something went well.
func (a *stage) say(words text.Text) { a.tell(words, toneOK, a.now.Add(praiseTime)) }

// warn tells why something was not done.
func (a *stage) warn(words text.Text) { a.tell(words, toneWarn, a.now.Add(warningTime)) }

// complain tells that something went wrong.
func (a *stage) complain(words text.Text) { a.tell(words, toneBad, a.now.Add(troubleTime)) }

// busy tells that something is being done; whatever ends it replaces it.
func (a *stage) busy(words text.Text) { a.tell(words, toneRunning, time.Time{}) }

// tell shows a notice, and keeps it in the list of messages.
func (a *stage) tell(words text.Text, n tone, until time.Time) {
	a.toast = toast{words, n, until}
	a.said.add(saying{first: a.now, last: a.now, text: words, tone: n}, false)
}

// announce tells what is wrong with the configuration: the first of it in the
// line, all of it in the messages and in the help.
func (a *stage) announce() {
	for i := len(a.notices) - 1; i > 0; i-- {
		a.said.add(saying{first: a.now, last: a.now, text: text.Of(a.notices[i]), tone: toneWarn}, false)
	}
	switch n := len(a.notices); n {
	case 0:
		return
	case 1:
		a.warn(text.Of(a.notices[0]))
	default:
		a.warn(text.Of(a.notices[0]))
		a.toast.text = text.Sprintf("1 of %d (%s: all) %s", n, a.keyFor(keymap.Help), a.notices[0])
	}
	a.toast.until = a.now.Add(troubleTime)
}

// noticeLines are the problems of the configuration, whole.
func (a *stage) noticeLines(width int) []styled {
	if len(a.notices) == 0 {
		return nil
	}
	lines := []styled{"", "  " + a.theme.text(toneTitle, "Settings that could not be used as they are")}
	for _, n := range a.notices {
		for _, l := range wrap(text.Of(n), max(10, width-4)) {
			lines = append(lines, "  "+a.theme.text(toneWarn, l))
		}
	}
	return lines
}

// calm ends a busy notice that has no outcome worth words.
func (a *stage) calm() {
	if a.toast.until.IsZero() {
		a.toast = toast{}
	}
}

// fade takes the notice away when its time is over.
func (t *toast) fade(now time.Time) {
	if !t.until.IsZero() && now.After(t.until) {
		*t = toast{}
	}
}
