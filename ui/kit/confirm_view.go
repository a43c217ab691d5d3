package kit

import (
	"slices"

	"dubtop/ui/paint"

	"dubtop/api/text"
	"dubtop/keymap"
)

// sheet is a dialog laid out in the room it has. The amount and the buttons
// stand still; the rest scrolls between them where it does not fit.
type sheet struct {
	readable bool // the amount and the buttons are in sight
	border   bool
	above    []paint.Styled // title and amount
	rest     []paint.Styled // what scrolls, all of it
	below    []paint.Styled // the buttons
	must     int            // lines of the rest, from the first, that a yes wants read
	top      int            // first line of the rest that is shown
	rows     int            // how many are shown
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
func (c *Confirm) sheet() sheet {
	if c.stage.Width < minWidth || c.stage.Height < minHeight {
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
	return sheet{above: paint.Toned(c.stage.Theme, paint.Warn, c.tooSmall())}
}

// room is how many lines a plan leaves for what scrolls.
func (c *Confirm) room(p plan, s sheet) int {
	room := c.height - len(s.above) - len(s.below)
	if p.border {
		room -= 2
	}
	return room
}

// inner is the width of the text.
func (c *Confirm) inner(border bool) int {
	if border {
		return max(1, c.width-4)
	}
	return max(1, c.width)
}

// lay lays out all that a plan shows.
func (c *Confirm) lay(p plan) sheet {
	t, width := c.stage.Theme, c.inner(p.border)
	s := sheet{readable: true, border: p.border}
	if p.title {
		s.above = paint.Toned(t, paint.Title, paint.Wrap(c.Heading, width))
		if p.airy {
			s.above = append(s.above, "")
		}
	}
	if c.Quote != nil {
		s.above = append(s.above, paint.Toned(t, paint.Money, paint.Wrap(c.Quote.Words(), width))...)
	}
	if c.Warning != nil {
		s.rest = t.DrawTold(c.Warning(), width)
		s.must = len(s.rest)
	}
	if c.Body != nil {
		s.rest = append(s.rest, t.DrawTold(c.Body(), width)...)
	}
	s.below = c.buttons(width, c.read >= s.must)
	if p.airy {
		s.below = append([]paint.Styled{""}, s.below...)
	} else {
		s.rest = slices.DeleteFunc(s.rest, func(line paint.Styled) bool { return line == "" })
	}
	s.total = len(s.rest)
	return s
}

// tooSmall says that nothing can be agreed to here, and what helps.
func (c *Confirm) tooSmall() []text.Text {
	words := "The window is too small for this question: make it larger, or " + c.noKey() + " for no."
	return paint.Wrap(words, max(1, c.width))
}

// noKey is the key that means no.
func (c *Confirm) noKey() text.Text {
	if c.Word != "" {
		return "esc"
	}
	return c.stage.KeyFor(keymap.No)
}

// View draws the dialog in the first way that fits.
func (c *Confirm) View() paint.Styled {
	s, t := c.sheet(), c.stage.Theme
	lines := slices.Clone(s.above)
	lines = append(lines, s.rest[s.top:s.top+s.rows]...)
	if s.rows < s.total {
		lines = append(lines, c.more(s, c.inner(s.border)))
	}
	lines = append(lines, s.below...)
	width := c.inner(s.border)
	for i, line := range lines {
		lines[i] = paint.FitStyled(line, width)
	}
	if s.border {
		return t.Boxed(paint.Joined(lines), c.width)
	}
	lines = lines[:min(len(lines), max(0, c.height))]
	for len(lines) < c.height { // nothing below may look like a part of it
		lines = append(lines, "")
	}
	for i, line := range lines {
		lines[i] = paint.PadStyled(line, width)
	}
	return paint.Joined(lines)
}

// more says that there is more than is in sight, where one is in it, and which
// keys move, as far as there is room.
func (c *Confirm) more(s sheet, width int) paint.Styled {
	t := c.stage.Theme
	keys := c.stage.KeyFor(keymap.Down) + " " + c.stage.KeyFor(keymap.Up)
	if c.Word != "" {
		keys = "↓ ↑"
	}
	place := text.Sprintf("%d–%d of %d", s.top+1, s.top+s.rows, s.total)
	long, short, n := "lines "+place, "lines "+place, paint.Muted
	if c.read < s.must {
		long, short, n = "a warning below, "+place, "read on: "+place, paint.Warn
	}
	for _, words := range []text.Text{long, short} {
		if paint.TextWidth(words)+2+paint.TextWidth(keys) <= width {
			return t.Text(n, words+"  ") + t.Text(paint.Key, keys)
		}
	}
	return t.Text(n, short)
}

// buttons are the two answers, beside each other where there is room. Yes is
// faint while it does nothing.
func (c *Confirm) buttons(width int, acts bool) []paint.Styled {
	if c.Word != "" {
		return c.wordLines(width)
	}
	yes := c.button(c.stage.KeyFor(keymap.Yes), c.Yes, c.marked, acts)
	no := c.button(c.stage.KeyFor(keymap.No), c.No, !c.marked, true)
	if paint.CellsOf(yes)+3+paint.CellsOf(no) > width {
		return []paint.Styled{yes, no}
	}
	return []paint.Styled{yes + "   " + no}
}

func (c *Confirm) button(key, words text.Text, marked, acts bool) paint.Styled {
	t := c.stage.Theme
	switch {
	case !c.armed:
		return t.Text(paint.Muted, "  "+key+" "+words+"  ")
	case marked:
		return t.Picked[paint.Accent].On(t.Glyphs.Cursor + " " + key + " " + words + " ")
	case !acts:
		return t.Text(paint.Muted, "  "+key+" "+words+" ")
	}
	return t.Text(paint.Normal, "  "+key+" "+words+" ")
}

// wordLines ask for the word, and show what of it is typed.
func (c *Confirm) wordLines(width int) []paint.Styled {
	t := c.stage.Theme
	ask, typed := t.Text(paint.Muted, " typed in full means yes: "), t.Text(paint.Normal, text.Of(c.typed+"_"))
	if line := t.Text(paint.Key, text.Of(c.Word)) + ask + typed; paint.CellsOf(line) <= width {
		return []paint.Styled{line}
	}
	return append(paint.Toned(t, paint.Key, paint.Wrap("for yes type "+text.Of(c.Word)+":", width)), typed)
}
