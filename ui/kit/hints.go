package kit

import (
	"cmp"
	"slices"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// hintLine names as many keys of the top screen as fit, muted if refused. The
// keys for help, and for the mouse while it is on, always fit.
func (a *Stage) hintLine(width int) paint.Styled {
	line := paint.Styled(" ")
	acts := a.Top().Actions()
	last := paint.Styled("")
	room := width - 1
	if i := slices.IndexFunc(acts, func(x Action) bool { return x.Name == keymap.Help }); i >= 0 {
		var w int
		last, w = a.hint(acts[i])
		room -= w
	}
	if i := slices.IndexFunc(acts, func(x Action) bool { return x.Name == keymap.Mouse }); i >= 0 && a.Mouse.On {
		drawn, w := a.hint(acts[i])
		last, room = drawn+last, room-w
	}
	named := map[string]bool{}
	for _, act := range acts {
		key := act.Key.Help().Key
		if !act.Hint || act.Name == keymap.Help || named[key] || act.able && act.refusal() != "" {
			continue // the first action with a key wins
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

// hint draws one action of the hint line and returns its width in cells.
func (a *Stage) hint(act Action) (drawn paint.Styled, width int) {
	h := act.Key.Help()
	press, words := text.Of(h.Key), cmp.Or(act.short, text.Of(h.Desc))
	k, n := paint.Key, paint.Normal
	if act.refusal() != "" {
		k, n = paint.Muted, paint.Muted
	}
	return a.Theme.Text(k, press) + " " + a.Theme.Text(n, words) + "  ", paint.TextWidth(press) + paint.TextWidth(words) + 3
}
