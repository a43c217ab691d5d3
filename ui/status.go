package ui

import (
	"strings"
	"time"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// The window heights from which the status may take two lines, without and with
// a dialog open. Dialogs need the space more.
const (
	statusHeight       = 10
	statusBelowDialogs = 20
)

// roomy reports whether the status may take two lines.
func (a *App) roomy() bool {
	if _, asks := a.Top().(*kit.Confirm); asks {
		return a.Height >= statusBelowDialogs
	}
	return a.Height >= statusHeight
}

// Status draws the last notice, or else the state of the connection, and on the
// right the cursor's position. It uses two lines if one is too short. The
// messages have the full text.
func (a *App) Status(width int) []paint.Styled {
	s, right := a.statement(), a.whereabouts(width)
	const enough = 30
	room := width - 2 - paint.Cells(right)
	if room < enough {
		room = width - 2 // if both do not fit, the right part is dropped
	}
	line := func(words text.Text, right []paint.Piece) paint.Styled {
		return a.Theme.Line(width, []paint.Piece{paint.Normal.Of(" "), s.tone.Of(words)}, right)
	}
	switch {
	case paint.TextWidth(s.whole()) <= room:
		return []paint.Styled{line(s.whole(), right)}
	case !a.roomy():
		return []paint.Styled{line(a.clipped(s.whole(), room), right)}
	case s.more != "" && paint.TextWidth(s.words) <= room:
		return []paint.Styled{line(s.words, right), line(a.clipped(s.more, width-2), nil)}
	}
	first := paint.Wrap(s.whole(), room)[0]
	rest := after(s.whole(), first)
	if paint.TextWidth(rest) > width-2 && s.more != "" && paint.TextWidth(s.more) < (width-2)*2/3 {
		// The age of the data must not be cut off.
		rest = after(s.words, first)
		rest = a.clipped(rest, width-4-paint.TextWidth(s.more)) + "; " + s.more
	}
	return []paint.Styled{line(first, right), line(a.clipped(rest, width-2), nil)}
}

// after returns the rest of a text after its first line.
func after(s, first text.Text) text.Text {
	return text.Of(strings.TrimLeft(strings.TrimPrefix(string(s), string(first)), " "))
}

// clipped cuts words to a width and names the key that shows them in full.
func (a *App) clipped(words text.Text, room int) text.Text {
	if paint.TextWidth(words) <= room {
		return words
	}
	all := text.Text("")
	if _, here := a.Top().(*messages); here {
		return paint.Fit(words, room, false, a.Theme.Glyphs.More)
	}
	for _, act := range a.Top().Actions() {
		if act.Name == keymap.Messages {
			all = " " + a.KeyFor(keymap.Messages) + ": all"
		}
	}
	if paint.TextWidth(all)*3 > room {
		all = ""
	}
	return paint.Fit(words, room-paint.TextWidth(all), false, a.Theme.Glyphs.More) + all
}

// whereabouts returns the right part: the number of marks if the tab line has
// no room for it, and the position.
func (a *App) whereabouts(width int) (right []paint.Piece) {
	if words := a.marked(); words != "" && a.crowded(width) {
		right = append(right, paint.Mark.Of(words+"  "))
	}
	if p, ok := a.Top().(positioned); ok && p.Position() != "" {
		right = append(right, paint.Muted.Of(p.Position()+" "))
	}
	return right
}

// positioned is a screen with a position to show.
type positioned interface{ Position() text.Text }

// statement returns the notice, or else the state of the connection.
func (a *App) statement() statement {
	switch {
	case a.Toast.Text != "":
		return statement{words: a.Toast.Text, tone: a.Toast.Tone}
	case a.session == nil:
		return statement{}
	}
	if s, ok := a.unsavedStatement(); ok {
		return s
	}
	return a.phase()
}

// phase describes the state of the connection, the reason first.
func (a *App) phase() statement {
	p := a.poller.Phase(a.Now)
	age := a.asOf()
	asOf := age
	switch {
	case age == "":
		asOf = "no data yet"
	case a.store.Generations.Known():
		asOf = "data " + age
	}
	refresh := a.KeyFor(keymap.Refresh)
	switch p.Kind {
	case state.PhasePaused:
		return statement{"paused, " + asOf + " (" + a.KeyFor(keymap.Pause) + " resumes)", "", paint.Warn}
	case state.PhaseOffline:
		return statement{text.Of(p.Words), asOf + ", " + a.nextTry(p.Until.Sub(a.Now), refresh), paint.Bad}
	case state.PhaseBackoff:
		return statement{text.Of(p.Words), text.Sprintf("%s, resuming in %s", asOf, span(p.Until.Sub(a.Now))), paint.Warn}
	case state.PhaseRejected:
		return statement{a.refusedKey(refresh), asOf, paint.Bad}
	}
	if age == "" {
		return statement{words: "loading for the first time" + a.Theme.Glyphs.More, tone: paint.Muted}
	}
	return statement{words: age, tone: paint.Muted}
}

// nextTry says when a server that did not answer is asked again. A request that
// is under way may take as long as the one before.
func (a *App) nextTry(wait time.Duration, refresh text.Text) text.Text {
	if wait <= 0 {
		return "trying again" + a.Theme.Glyphs.More
	}
	return text.Sprintf("trying again in %s (%s: now)", span(wait), refresh)
}
