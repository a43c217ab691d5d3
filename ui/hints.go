package ui

import (
	"cmp"
	"slices"

	"dubtop/api/text"
	"dubtop/keymap"
)

// hintLine names the keys of the top screen, as many as fit, the refused ones
// faint; the way to the help always fits.
func (a *stage) hintLine(width int) styled {
	line := styled(" ")
	acts := a.top().Actions()
	last := styled("")
	room := width - 1
	if i := slices.IndexFunc(acts, func(x action) bool { return x.name == keymap.Help }); i >= 0 {
		var w int
		last, w = a.hint(acts[i])
		room -= w
	}
	named := map[string]bool{}
	for _, act := range acts {
		key := act.key.Help().Key
		if !act.hint || act.name == keymap.Help || named[key] {
			continue // the first that claims a key has it
		}
		named[key] = true
		drawn, w := a.hint(act)
		if w > room {
			break
		}
		room -= w
		line += drawn
	}
	return line + last
}

// hint is one action of the line of hints, and the cells it takes.
func (a *stage) hint(act action) (drawn styled, width int) {
	h := act.key.Help()
	press, words := text.Of(h.Key), cmp.Or(act.short, text.Of(h.Desc))
	k, n := toneKey, toneText
	if act.refusal() != "" {
		k, n = toneMuted, toneMuted
	}
	return a.theme.text(k, press) + " " + a.theme.text(n, words) + "  ", textWidth(press) + textWidth(words) + 3
}
