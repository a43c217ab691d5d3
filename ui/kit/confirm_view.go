package kit

import (
	"slices"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// sheet is a dialog laid out for the space available. The amount and the
// buttons are fixed; the part between them scrolls if it does not fit.
type sheet struct {
	readable bool // the amount and the buttons are visible
	border   bool
	few      bool           // without the third button
	above    []paint.Styled // title and amount
	rest     []paint.Styled // the whole scrolling part
	below    []paint.Styled // the buttons
	must     int            // how many lines of rest must be read before a yes
	top      int            // first visible line of rest
	rows     int            // visible lines of rest
	total    int
}

// plan is one layout of a dialog, more or less spacious.
type plan struct {
	border, title, airy bool
	least               int  // lines the scrolling part needs at least
	few                 bool // without the third button
}

// plans returns the layouts, the most spacious first.
func plans() []plan {
	return []plan{{border: true, title: true, airy: true}, {border: true, title: true, least: 3}, {title: true, least: 1}, {least: 1}, {least: 1, few: true}}
}

// sheet lays the dialog out with the first plan that shows everything, or else
// with the first that leaves enough lines to scroll. If none does, the sheet
// says that the window is too small.
func (c *Confirm) sheet() sheet {
	if c.stage.Width < minWidth || c.stage.Height < minHeight {
		return sheet{} // the window is too small for any screen
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
		room := c.room(p, s) - 1 // one line says how much is hidden
		if p.airy || room < p.least {
			continue
		}
		s.rows = room
		s.top = max(0, min(s.total-s.rows, c.top))
		return s
	}
	return sheet{above: paint.Toned(c.stage.Theme, paint.Warn, c.tooSmall())}
}

// room returns the number of lines a plan leaves for the scrolling part.
func (c *Confirm) room(p plan, s sheet) int {
	room := c.height - len(s.above) - len(s.below)
	if p.border {
		room -= 2
	}
	return room
}

// inner returns the width available to text, in cells.
func (c *Confirm) inner(border bool) int {
	if border {
		return max(1, c.width-4)
	}
	return max(1, c.width)
}

// lay lays the dialog out according to a plan.
func (c *Confirm) lay(p plan) sheet {
	t, width := c.stage.Theme, c.inner(p.border)
	s := sheet{readable: true, border: p.border, few: p.few}
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
		s.rest = t.DrawItems(c.Warning(), width)
		s.must = len(s.rest)
	}
	if c.Body != nil {
		s.rest = append(s.rest, t.DrawItems(c.Body(), width)...)
	}
	s.below = c.buttons(width, c.read >= s.must, p.few)
	if p.airy {
		s.below = append([]paint.Styled{""}, s.below...)
	} else {
		s.rest = slices.DeleteFunc(s.rest, func(line paint.Styled) bool { return line == "" })
	}
	s.total = len(s.rest)
	return s
}

// tooSmall says that the window is too small to answer, and what to do about
// it.
func (c *Confirm) tooSmall() []text.Text {
	words := "The window is too small for this question: enlarge it, or press " + c.noKey() + " for no."
	return paint.Wrap(words, max(1, c.width))
}

// noKey returns the key that means no.
func (c *Confirm) noKey() text.Text {
	if c.Word != "" {
		return "esc"
	}
	return c.stage.KeyFor(keymap.No)
}

// View draws the dialog.
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
	for len(lines) < c.height { // nothing below may look like part of the dialog
		lines = append(lines, "")
	}
	for i, line := range lines {
		lines[i] = paint.PadStyled(line, width)
	}
	return paint.Joined(lines)
}

// more says which lines are visible and, if there is room, which keys scroll.
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

// buttons draws the answers, side by side if they fit. Yes is muted while
// it is refused.
func (c *Confirm) buttons(width int, acts, few bool) []paint.Styled {
	if c.Word != "" {
		return c.wordLines(width)
	}
	all := []paint.Styled{
		c.button(c.stage.KeyFor(keymap.Yes), c.Yes, c.marked == buttonYes, acts),
		c.button(c.stage.KeyFor(keymap.No), c.No, c.marked == buttonNo, true),
	}
	if c.Again != "" && !few {
		all = append(all, c.button(c.stage.KeyFor(keymap.Again), c.Again, c.marked == buttonAgain, acts))
	}
	lines := all[:1]
	for _, b := range all[1:] {
		if last := len(lines) - 1; paint.CellsOf(lines[last])+3+paint.CellsOf(b) <= width {
			lines[last] += "   " + b
		} else {
			lines = append(lines, b)
		}
	}
	return lines
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

// wordLines asks for the word and shows the letters typed so far.
func (c *Confirm) wordLines(width int) []paint.Styled {
	t := c.stage.Theme
	means := text.Text("yes")
	if c.chosen() == buttonAgain {
		means = c.Again
	}
	ask, typed := t.Text(paint.Muted, " typed in full means "+means+": "), t.Text(paint.Normal, text.Of(c.typed+"_"))
	if line := t.Text(paint.Key, text.Of(c.Word)) + ask + typed; paint.CellsOf(line) <= width {
		return []paint.Styled{line}
	}
	return append(paint.Toned(t, paint.Key, paint.Wrap("for "+means+" type "+text.Of(c.Word)+":", width)), typed)
}
