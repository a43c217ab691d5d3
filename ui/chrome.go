package ui

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/ui/paint"
)

// Header shows the account, the connection, the queue, the API quota, today's
// spending and the time.
func (a *App) Header(width int) paint.Styled {
	left := []paint.Piece{paint.Title.Of(" dubtop  ")}
	if a.session == nil {
		return a.Theme.Line(width, left, []paint.Piece{paint.Muted.Of(a.time() + " ")})
	}
	if a.session.Demo {
		left = append(left, paint.Demo.Of("demo"), paint.Muted.Of(" nothing here is real "))
	} else {
		left = append(left, a.accountPieces()...)
	}
	left = append(left, a.lamp(), paint.Muted.Of("  "+a.slots()+" "))
	return a.Theme.Line(width, left, a.headings())
}

// accountPieces name the account: as the configuration does, and as the server
// does.
func (a *App) accountPieces() []paint.Piece {
	const most = 24
	more := a.Theme.Glyphs.More
	name := cmp.Or(a.store.Standing.Name, text.Of(a.session.Name))
	ours := text.Of(a.session.Account)
	if ours == "" {
		return []paint.Piece{paint.Normal.Of(paint.Shorten(name, most, more))}
	}
	pieces := []paint.Piece{paint.Accent.Of(paint.Shorten(ours, most, more))}
	if left := most - len(ours); left > 3 {
		pieces = append(pieces, paint.Muted.Of(" "+paint.Shorten(name, left-1, more)))
	}
	return pieces
}

// headings are the pieces at the right of the header, the most important first:
// those at the end go where space is short.
func (a *App) headings() (pieces []paint.Piece) {
	add := func(tone paint.Tone, words text.Text) {
		if words != "" {
			pieces = append(pieces, tone.Of(words+"  "))
		}
	}
	pieces = append(pieces, a.savePiece()...)
	if p, ok := a.uploadPiece(); ok {
		pieces = append(pieces, p)
	}
	if p, ok := a.queuePiece(); ok {
		pieces = append(pieces, p)
	}
	if today := a.spentToday(); today.Jobs > 0 {
		add(paint.Money, "today "+a.sumWords(&today))
	}
	add(paint.Muted, a.standingWords())
	add(paint.Muted, text.Sprintf("api %d/%d", a.usage.Other, a.usage.OtherLimit))
	return append(pieces, paint.Muted.Of(a.time()+" "))
}

// time returns the time, with the seconds while something runs.
func (a *App) time() text.Text {
	if a.running() {
		return text.Of(a.Now.Local().Format("15:04:05"))
	}
	return minutes(a.Now)
}

// lamp shows the state of the connection as one glyph. The status line has the
// words.
func (a *App) lamp() paint.Piece {
	switch a.poller.Phase(a.Now).Kind {
	case state.PhaseFresh, state.PhaseRefreshing:
		return paint.OK.Of(" " + a.Theme.Glyphs.Running)
	case state.PhasePaused:
		return paint.Warn.Of(" paused")
	}
	return paint.Bad.Of(" " + a.Theme.Glyphs.Alert)
}

// slots returns the number of running jobs, and the plan's limit once it is
// known.
func (a *App) slots() text.Text {
	n := a.store.Counts()
	if limit, _ := a.outbox.Slots.Known(a.Now); limit > 0 {
		return text.Sprintf("slots %d/%d", n.Running+n.Pending, limit)
	}
	return text.Sprintf("running %d", n.Running+n.Pending)
}

// Tabs draws the names of the views with their row counts, the active one
// highlighted. If space is short, counts are dropped before names.
func (a *App) Tabs(width int) paint.Styled {
	if a.session == nil {
		return paint.Blank(width)
	}
	right := a.place()
	return a.Theme.Line(width, a.tabsIn(width, right), right)
}

// tabsIn returns the names of the views as there is room for them beside what
// stands on the right.
func (a *App) tabsIn(width int, right []paint.Piece) []paint.Piece {
	left := a.tabPieces(func(int) bool { return true })
	if paint.Cells(left)+paint.Cells(right) >= width {
		left = a.tabPieces(func(i int) bool { return i == a.tab })
	}
	if paint.Cells(left)+paint.Cells(right) >= width {
		left = a.tabPieces(func(int) bool { return false })
	}
	if paint.Cells(left)+paint.Cells(right) >= width { // an active filter must stay visible
		for i := range left {
			if i != a.tab {
				left[i].Text = text.Sprintf(" %d ", i+1)
			}
		}
	}
	return left
}

// ClickTab shows the view whose name is at a column of the line of tabs.
func (a *App) ClickTab(x int) tea.Cmd {
	if a.session == nil {
		return nil
	}
	for i, p := range a.tabsIn(a.Width, a.place()) {
		if x -= paint.TextWidth(p.Text); x < 0 {
			return a.switchTo(i)
		}
	}
	return nil
}

// tabPieces returns the names, with the row count of those that counted
// selects.
func (a *App) tabPieces(counted func(i int) bool) (pieces []paint.Piece) {
	for i, t := range a.tabs {
		n, words := paint.Muted, text.Sprintf(" %d %s ", i+1, t.title)
		if i == a.tab {
			n = paint.Accent
		}
		if c := t.count(a.desk); c != "" && counted(i) {
			words += c + " "
		}
		pieces = append(pieces, n.Of(words))
	}
	return pieces
}

// place returns the title of the top screen, its filter and the number of
// marked rows.
func (a *App) place() []paint.Piece {
	var pieces []paint.Piece
	if n, ok := a.Top().(narrowing); ok && n.Narrowed() != "" {
		pieces = append(pieces, paint.Warn.Of(n.Narrowed()+"  "))
	}
	if words := a.marked(); words != "" {
		pieces = append(pieces, paint.Mark.Of(words+"  "))
	}
	if len(a.Stack) > 1 {
		pieces = append(pieces, paint.Normal.Of(a.Top().Title()+" "))
	}
	return pieces
}

// narrowing is a screen that can filter its rows and describe the filter.
type narrowing interface{ Narrowed() text.Text }

// markable is a screen whose rows can be marked.
type markable interface{ Marked() text.Text }

// marked says how many rows of the top screen are marked, or returns "".
func (a *App) marked() text.Text {
	if m, ok := a.Top().(markable); ok {
		return m.Marked()
	}
	return ""
}

// crowded reports whether the line of tabs is full; the status line then shows
// the number of marks.
func (a *App) crowded(width int) bool {
	return paint.Cells(a.tabPieces(func(int) bool { return false }))+paint.Cells(a.place()) >= width
}

// WindowTitle returns the title of the terminal window. It contains our own
// words and numbers only, because terminals take titles verbatim.
func (a *App) WindowTitle() text.Text {
	if a.session == nil {
		return "dubtop"
	}
	n := a.store.Counts()
	if n.Running+n.Pending == 0 {
		return "dubtop"
	}
	running := text.Count(n.Running+n.Pending, "running", "running")
	if bar := a.Progress; bar != nil {
		return text.Sprintf("dubtop %d%%, %s", bar.Value, running)
	}
	return "dubtop " + running
}
