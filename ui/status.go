package ui

import (
	"strings"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
)

// statement is what the status line says: what matters first, then what goes
// with it.
type statement struct {
	words, more text.Text
	tone        tone
}

func (s statement) whole() text.Text {
	if s.more == "" {
		return s.words
	}
	return text.Of(strings.TrimSuffix(string(s.words), ".")) + "; " + s.more
}

// From these heights of the window on, the status may take two lines. A dialog
// needs the room more.
const (
	statusHeight       = 10
	statusBelowDialogs = 20
)

// roomy reports whether the status may take two lines.
func (a *App) roomy() bool {
	if _, asks := a.top().(*confirm); asks {
		return a.height >= statusBelowDialogs
	}
	return a.height >= statusHeight
}

// Status tells how the last action went, or what the poller is up to when that
// is worth words, in two lines where one is too short; on the right where the
// cursor is. What does not fit is in the list of messages.
func (a *App) Status(width int) []styled {
	s, right := a.statement(), a.whereabouts(width)
	const enough = 30
	room := width - 2 - cells(right)
	if room < enough {
		room = width - 2 // what stands on the right goes where both don't fit
	}
	line := func(words text.Text, right []piece) styled {
		return a.theme.line(width, []piece{toneText.of(" "), s.tone.of(words)}, right)
	}
	switch {
	case textWidth(s.whole()) <= room:
		return []styled{line(s.whole(), right)}
	case !a.roomy():
		return []styled{line(a.clipped(s.whole(), room), right)}
	case s.more != "" && textWidth(s.words) <= room:
		return []styled{line(s.words, right), line(a.clipped(s.more, width-2), nil)}
	}
	first := wrap(s.whole(), room)[0]
	rest := after(s.whole(), first)
	if textWidth(rest) > width-2 && s.more != "" && textWidth(s.more) < (width-2)*2/3 {
		// How old the data is must not be what is cut off.
		rest = after(s.words, first)
		rest = a.clipped(rest, width-4-textWidth(s.more)) + "; " + s.more
	}
	return []styled{line(first, right), line(a.clipped(rest, width-2), nil)}
}

// after is what follows the first line of a text.
func after(s, first text.Text) text.Text {
	return text.Of(strings.TrimLeft(strings.TrimPrefix(string(s), string(first)), " "))
}

// clipped cuts words to a room, and names the key that shows them whole.
func (a *App) clipped(words text.Text, room int) text.Text {
	if textWidth(words) <= room {
		return words
	}
	all := text.Text("")
	if _, here := a.top().(*messages); here {
		return fit(words, room, false, a.theme.glyphs.more)
	}
	for _, act := range a.top().Actions() {
		if act.name == keymap.Messages {
			all = " " + a.keyFor(keymap.Messages) + ": all"
		}
	}
	if textWidth(all)*3 > room {
		all = ""
	}
	return fit(words, room-textWidth(all), false, a.theme.glyphs.more) + all
}

// whereabouts is what stands on the right: what is marked, where there is no
// room for it above, and the place in something longer.
func (a *App) whereabouts(width int) (right []piece) {
	if words := a.marked(); words != "" && a.crowded(width) {
		right = append(right, toneMark.of(words+"  "))
	}
	if p, ok := a.top().(positioned); ok && p.Position() != "" {
		right = append(right, toneMuted.of(p.Position()+" "))
	}
	return right
}

// positioned is a screen that has a place in something longer.
type positioned interface{ Position() text.Text }

// statement is the notice, or what the poller is doing about the network.
func (a *App) statement() statement {
	switch {
	case a.toast.text != "":
		return statement{words: a.toast.text, tone: a.toast.tone}
	case a.session == nil:
		return statement{}
	}
	if s, ok := a.unsavedStatement(); ok {
		return s
	}
	return a.phase()
}

// phase says in words what the poller is doing about the network, why first.
func (a *App) phase() statement {
	p := a.poller.Phase(a.now)
	age := a.asOf()
	asOf := age
	switch {
	case age == "":
		asOf = "no data yet"
	case a.store.Generations.Known():
		asOf = "data " + age
	}
	refresh := a.keyFor(keymap.Refresh)
	switch p.Kind {
	case state.PhasePaused:
		return statement{"paused, " + asOf, a.keyFor(keymap.Pause) + " goes on", toneWarn}
	case state.PhaseOffline:
		return statement{text.Of(p.Words), text.Sprintf("%s, trying again in %s (%s: now)", asOf, span(p.Until.Sub(a.now)), refresh), toneBad}
	case state.PhaseHeld:
		return statement{text.Of(p.Words), text.Sprintf("%s, going on in %s", asOf, span(p.Until.Sub(a.now))), toneWarn}
	case state.PhaseRejected:
		return statement{a.refusedKey(refresh), asOf, toneBad}
	}
	if age == "" {
		return statement{words: "asking for the first time" + a.theme.glyphs.more, tone: toneMuted}
	}
	return statement{words: age, tone: toneMuted}
}

// cutOff says why nothing can be asked at all, "" when it can.
func (a *App) cutOff() text.Text {
	switch p := a.poller.Phase(a.now); p.Kind {
	case state.PhaseOffline, state.PhaseRejected:
		return text.Of(p.Words)
	}
	return ""
}
