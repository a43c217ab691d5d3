package kit

import (
	"time"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// Toast is the one-line notice of how something went. Success fades quickly,
// problems stay longer; a new notice replaces the old one at once.
type Toast struct {
	Text  text.Text
	Tone  paint.Tone
	Until time.Time // zero: until replaced, for an action under way
}

// How long a notice stays.
const (
	PraiseTime  = 4 * time.Second
	warningTime = 8 * time.Second
	TroubleTime = 15 * time.Second
)

// Say shows that something went well.
func (a *Stage) Say(words text.Text) { a.tell(words, paint.OK, a.Now.Add(PraiseTime)) }

// Mention shows that something went well that the user did not ask for just now,
// such as the next job of the queue. While a warning is shown, only the messages
// get it.
func (a *Stage) Mention(words text.Text) {
	if t := &a.Toast; (t.Tone == paint.Warn || t.Tone == paint.Bad) && t.Until.After(a.Now) {
		a.Messages.Add(Message{First: a.Now, Last: a.Now, Text: words, Tone: paint.OK}, false)
		return
	}
	a.Say(words)
}

// Warn shows why something was not done.
func (a *Stage) Warn(words text.Text) { a.tell(words, paint.Warn, a.Now.Add(warningTime)) }

// Complain shows that something went wrong.
func (a *Stage) Complain(words text.Text) { a.tell(words, paint.Bad, a.Now.Add(TroubleTime)) }

// Busy shows that something is under way, until another notice replaces it.
func (a *Stage) Busy(words text.Text) { a.tell(words, paint.Running, time.Time{}) }

// tell shows a notice and adds it to the messages.
func (a *Stage) tell(words text.Text, n paint.Tone, until time.Time) {
	a.Toast = Toast{words, n, until}
	a.Messages.Add(Message{First: a.Now, Last: a.Now, Text: words, Tone: n}, false)
}

// Announce shows the first problem of the configuration and adds them all to
// the messages. The help lists them too.
func (a *Stage) Announce() {
	for i := len(a.Notices) - 1; i > 0; i-- {
		a.Messages.Add(Message{First: a.Now, Last: a.Now, Text: text.Of(a.Notices[i]), Tone: paint.Warn}, false)
	}
	switch n := len(a.Notices); n {
	case 0:
		return
	case 1:
		a.Warn(text.Of(a.Notices[0]))
	default:
		a.Warn(text.Of(a.Notices[0]))
		a.Toast.Text = text.Sprintf("1 of %d (%s: all) %s", n, a.KeyFor(keymap.Help), a.Notices[0])
	}
	a.Toast.Until = a.Now.Add(TroubleTime)
}

// NoticeLines returns all problems of the configuration, in full.
func (a *Stage) NoticeLines(width int) []paint.Styled {
	if len(a.Notices) == 0 {
		return nil
	}
	lines := []paint.Styled{"", "  " + a.Theme.Text(paint.Title, "Problems in the configuration")}
	for _, n := range a.Notices {
		for _, l := range paint.Wrap(text.Of(n), max(10, width-4)) {
			lines = append(lines, "  "+a.Theme.Text(paint.Warn, l))
		}
	}
	return lines
}

// Calm removes a Busy notice when there is no outcome to show.
func (a *Stage) Calm() {
	if a.Toast.Until.IsZero() {
		a.Toast = Toast{}
	}
}

// Fade removes the notice when its time is over.
func (t *Toast) Fade(now time.Time) {
	if !t.Until.IsZero() && now.After(t.Until) {
		*t = Toast{}
	}
}
