package ui

import (
	"time"

	"dubtop/state/ledger"

	"dubtop/api/text"
	"dubtop/state"
)

// Header says who and where we are, what the API lets us do, and the time.
func (a *App) Header(width int) styled {
	left := []piece{toneTitle.of(" dubtop  ")}
	if a.session == nil {
		return a.theme.line(width, left, []piece{toneMuted.of(text.Of(a.now.Local().Format("15:04:05") + " "))})
	}
	if a.session.Demo {
		left = append(left, toneDemo.of("demo"), toneMuted.of(" nothing here is real "))
	} else {
		left = append(left, toneText.of(shorten(text.Of(a.session.Name), 24, a.theme.glyphs.more)))
	}
	left = append(left, a.lamp(), toneMuted.of("  "+a.slots()))
	right := []piece{toneMuted.of(text.Of(a.now.Local().Format("15:04:05") + " "))}
	if today := a.store.Ledger.Period(ledger.ByDay, a.now, time.Local); today.Jobs > 0 {
		right = append([]piece{toneMoney.of("today " + a.sumWords(&today) + "  ")}, right...)
	}
	u := a.session.Client.Usage()
	right = append([]piece{toneMuted.of(text.Sprintf("api %d/%d  ", u.Other, u.OtherLimit))}, right...)
	if p, ok := a.queuePiece(); ok {
		right = append([]piece{p}, right...)
	}
	return a.theme.line(width, left, right)
}

// lamp is one glyph for the connection: its words are in the status line.
func (a *App) lamp() piece {
	switch a.poller.Phase(a.now).Kind {
	case state.PhaseFresh, state.PhaseRefreshing:
		return toneOK.of(" " + a.theme.glyphs.running)
	case state.PhasePaused:
		return toneWarn.of(" paused")
	}
	return toneBad.of(" " + a.theme.glyphs.alert)
}

// slots says how many jobs run, against the plan's number once it is known.
func (a *App) slots() text.Text {
	n := a.store.Counts()
	if limit, _ := a.outbox.Slots.Known(a.now); limit > 0 {
		return text.Sprintf("slots %d/%d", n.Running+n.Pending, limit)
	}
	return text.Sprintf("running %d", n.Running+n.Pending)
}

// Tabs names the views with their numbers of rows; the active one stands
// out by its colour and weight. Where there is no room for everything, numbers
// go before names do.
func (a *App) Tabs(width int) styled {
	if a.session == nil {
		return blank(width)
	}
	right := a.place()
	left := a.tabPieces(func(int) bool { return true })
	if cells(left)+cells(right) >= width {
		left = a.tabPieces(func(i int) bool { return i == a.tab })
	}
	if cells(left)+cells(right) >= width {
		left = a.tabPieces(func(int) bool { return false })
	}
	if cells(left)+cells(right) >= width { // what hides rows must be seen
		for i := range left {
			if i != a.tab {
				left[i].text = text.Sprintf(" %d ", i+1)
			}
		}
	}
	return a.theme.line(width, left, right)
}

// tabPieces are the names, with the number of rows where that is wanted.
func (a *App) tabPieces(counted func(i int) bool) (pieces []piece) {
	for i, t := range a.tabs {
		n, words := toneMuted, text.Sprintf(" %d %s ", i+1, t.title)
		if i == a.tab {
			n = toneAccent
		}
		if c := t.count(a); c != "" && counted(i) {
			words += c + " "
		}
		pieces = append(pieces, n.of(words))
	}
	return pieces
}

// place says what stands on the view, what hides rows of it, and how many are
// marked.
func (a *App) place() []piece {
	var pieces []piece
	if n, ok := a.top().(narrowing); ok && n.Narrowed() != "" {
		pieces = append(pieces, toneWarn.of(n.Narrowed()+"  "))
	}
	if words := a.marked(); words != "" {
		pieces = append(pieces, toneMark.of(words+"  "))
	}
	if len(a.stack) > 1 {
		pieces = append(pieces, toneText.of(a.top().Title()+" "))
	}
	return pieces
}

// narrowing is a screen that can hide some of its rows, and says by what.
type narrowing interface{ Narrowed() text.Text }

// markable is a screen whose rows can be marked, and says how many are.
type markable interface{ Marked() text.Text }

// marked says how many rows of the top screen are marked, "" if none is.
func (a *App) marked() text.Text {
	if m, ok := a.top().(markable); ok {
		return m.Marked()
	}
	return ""
}

// crowded reports whether the line of the tabs has no room for all that stands
// on it: the marks are then told in the status line.
func (a *App) crowded(width int) bool {
	return cells(a.tabPieces(func(int) bool { return false }))+cells(a.place()) >= width
}

// WindowTitle carries our own words and numbers only: terminals take titles
// verbatim, so nothing remote may stand in one.
func (a *App) WindowTitle() text.Text {
	if a.session == nil {
		return "dubtop"
	}
	n := a.store.Counts()
	if n.Running+n.Pending == 0 {
		return "dubtop"
	}
	return "dubtop " + text.Count(n.Running+n.Pending, "running", "running")
}
