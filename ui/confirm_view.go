package ui

import (
	"slices"

	"dubtop/api/text"
	"dubtop/keymap"
)

// sheet is a dialog laid out in the room it has. The amount and the buttons
// stand still; the rest scrolls between them where it does not fit.
type sheet struct {
	readable bool // the amount and the buttons are in sight
	border   bool
	above    []styled // title and amount
	rest     []styled // what scrolls, all of it
	below    []styled // the buttons
	must     int      // lines of the rest, from the first, that a yes wants read
	top      int      // first line of the rest that is shown
	rows     int      // how many are shown
	total    int
}

// plan is one way to lay a dialog out: with how much around what it says.
type plan struct {
	border, title, airy bool
	least               int // lines that must be left for what scrolls
}

// plans are the ways to lay a dialog out, the most comfortable one first.
func plans() []plan {
	return []plan{{border: true, title: true, airy: true}, {border: true, title: true, least: 3}, {title: true, least: 1}, {least: 1}}
}

// sheet lays the dialog out: whole in the first plan in which it fits, else
// scrolled in the first that leaves room enough. Where none does, it says so.
func (c *confirm) sheet() sheet {
	if c.stage.width < minWidth || c.stage.height < minHeight {
		return sheet{} // no screen is drawn at all
	}
	for _, p := range plans() {
		s := c.lay(p)
		if room := c.room(p, s); room >= s.total {
			s.rows = s.total
			return s
		}
	}
	for _, p := range plans() {
		s := c.lay(p)
		room := c.room(p, s) - 1 // for the line that says how much more there is
		if p.airy || room < p.least {
			continue
		}
		s.rows = room
		s.top = max(0, min(s.total-s.rows, c.top))
		return s
	}
	return sheet{above: toned(c.stage.theme, toneWarn, c.tooSmall())}
}

// room is how many lines a plan leaves for what scrolls.
func (c *confirm) room(p plan, s sheet) int {
	room := c.height - len(s.above) - len(s.below)
	if p.border {
		room -= 2
	}
	return room
}

// inner is the width of the text.
func (c *confirm) inner(border bool) int {
	if border {
		return max(1, c.width-4)
	}
	return max(1, c.width)
}

// lay lays out all that a plan shows.
func (c *confirm) lay(p plan) sheet {
	t, width := c.stage.theme, c.inner(p.border)
	s := sheet{readable: true, border: p.border}
	if p.title {
		s.above = toned(t, toneTitle, wrap(c.title, width))
		if p.airy {
			s.above = append(s.above, "")
		}
	}
	if c.quote != nil {
		s.above = append(s.above, toned(t, toneMoney, wrap(c.quote.Words(), width))...)
	}
	if c.warning != nil {
		s.rest = t.drawTold(c.warning(), width)
		s.must = len(s.rest)
	}
	if c.body != nil {
		s.rest = append(s.rest, t.drawTold(c.body(), width)...)
	}
	s.below = c.buttons(width, c.read >= s.must)
	if p.airy {
		s.below = append([]styled{""}, s.below...)
	} else {
		s.rest = slices.DeleteFunc(s.rest, func(line styled) bool { return line == "" })
	}
	s.total = len(s.rest)
	return s
}

// tooSmall says that nothing can be agreed to here, and what helps.
func (c *confirm) tooSmall() []text.Text {
	words := "The window is too small for this question: make it larger, or " + c.noKey() + " for no."
	return wrap(words, max(1, c.width))
}

// noKey is the key that means no.
func (c *confirm) noKey() text.Text {
	if c.word != "" {
		return "esc"
	}
	return c.stage.keyFor(keymap.No)
}

func (c *confirm) View() styled {
	s, t := c.sheet(), c.stage.theme
	lines := slices.Clone(s.above)
	lines = append(lines, s.rest[s.top:s.top+s.rows]...)
	if s.rows < s.total {
		lines = append(lines, c.more(s, c.inner(s.border)))
	}
	lines = append(lines, s.below...)
	width := c.inner(s.border)
	for i, line := range lines {
		lines[i] = fitStyled(line, width)
	}
	if s.border {
		return t.boxed(joined(lines), c.width)
	}
	lines = lines[:min(len(lines), max(0, c.height))]
	for len(lines) < c.height { // nothing below may look like a part of it
		lines = append(lines, "")
	}
	for i, line := range lines {
		lines[i] = padStyled(line, width)
	}
	return joined(lines)
}

// more says that there is more than is in sight, where one is in it, and which
// keys move, as far as there is room.
func (c *confirm) more(s sheet, width int) styled {
	t := c.stage.theme
	keys := c.stage.keyFor(keymap.Down) + " " + c.stage.keyFor(keymap.Up)
	if c.word != "" {
		keys = "↓ ↑"
	}
	place := text.Sprintf("%d–%d of %d", s.top+1, s.top+s.rows, s.total)
	long, short, n := "lines "+place, "lines "+place, toneMuted
	if c.read < s.must {
		long, short, n = "a warning below, "+place, "read on: "+place, toneWarn
	}
	for _, words := range []text.Text{long, short} {
		if textWidth(words)+2+textWidth(keys) <= width {
			return t.text(n, words+"  ") + t.text(toneKey, keys)
		}
	}
	return t.text(n, short)
}

// buttons are the two answers, beside each other where there is room. Yes is
// faint while it does nothing.
func (c *confirm) buttons(width int, acts bool) []styled {
	if c.word != "" {
		return c.wordLines(width)
	}
	yes := c.button(c.stage.keyFor(keymap.Yes), c.yes, c.marked, acts)
	no := c.button(c.stage.keyFor(keymap.No), c.no, !c.marked, true)
	if cellsOf(yes)+3+cellsOf(no) > width {
		return []styled{yes, no}
	}
	return []styled{yes + "   " + no}
}

func (c *confirm) button(key, words text.Text, marked, acts bool) styled {
	t := c.stage.theme
	switch {
	case !c.armed:
		return t.text(toneMuted, "  "+key+" "+words+"  ")
	case marked:
		return t.picked[toneAccent].on(t.glyphs.cursor + " " + key + " " + words + " ")
	case !acts:
		return t.text(toneMuted, "  "+key+" "+words+" ")
	}
	return t.text(toneText, "  "+key+" "+words+" ")
}

// wordLines ask for the word, and show what of it is typed.
func (c *confirm) wordLines(width int) []styled {
	t := c.stage.theme
	ask, typed := t.text(toneMuted, " typed in full means yes: "), t.text(toneText, text.Of(c.typed+"_"))
	if line := t.text(toneKey, text.Of(c.word)) + ask + typed; cellsOf(line) <= width {
		return []styled{line}
	}
	return append(toned(t, toneKey, wrap("for yes type "+text.Of(c.word)+":", width)), typed)
}
