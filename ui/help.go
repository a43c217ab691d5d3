package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// help lists the keys: first what the screen below offers, with the reason
// where something can't be done now, then every other action there is.
type help struct {
	pager
	below screen
}

func newHelp(a *stage) *help {
	h := &help{below: a.top()}
	h.pager = pager{stage: a, title: "help", content: h.lines}
	return h
}

// Actions are those of a pager, but that what quits elsewhere leads back here.
func (h *help) Actions() []action {
	a := h.stage
	back := a.does(keymap.Quit, a.pop)
	back.key.SetHelp(back.key.Help().Key, "back")
	return append([]action{back}, h.pager.Actions()...)
}

// From this width on the help stands in two columns.
const helpColumns = 110

func (h *help) lines(width int) []styled {
	lines := h.stage.noticeLines(width)
	columns := 1
	if width >= helpColumns {
		columns = 2
	}
	column := (width - 2) / columns
	left, right := flat(h.here(column)), []styled(nil)
	if columns == 2 {
		left, right = halves(h.here(column))
	}
	lines = append(lines, "", "  "+h.stage.theme.text(toneTitle, "Here"))
	lines = append(lines, beside(left, right, column)...)
	groups := h.groups(column)
	for i := 0; i < len(groups); i += columns {
		right = nil
		if columns == 2 && i+1 < len(groups) {
			right = groups[i+1]
		}
		lines = append(append(lines, ""), beside(groups[i], right, column)...)
	}
	return append(lines, h.goodToKnow(width)...)
}

// here are the actions of the screen below, each in one line or more, with the
// reason where one can't be used now.
func (h *help) here(width int) (entries [][]styled) {
	t := h.stage.theme
	seen := map[string]bool{}
	for _, act := range h.below.Actions() {
		b := act.key.Help()
		if b.Key == "" || seen[b.Key] {
			continue // the first that claims a key has it
		}
		seen[b.Key] = true
		words := text.Of(b.Desc)
		entry := []styled{"  " + t.text(toneKey, fit(text.Of(b.Key), helpKeys, false, "")) + t.text(toneText, words)}
		if why := act.refusal(); why != "" {
			why = "(not now: " + why + ")"
			if room := width - 2 - helpKeys - textWidth(words) - 2; textWidth(why) <= room {
				entry[0] += t.text(toneMuted, "  "+why)
			} else {
				for _, l := range wrap(why, max(10, width-4-helpKeys)) {
					entry = append(entry, blank(helpKeys+4)+t.text(toneMuted, l))
				}
			}
		}
		entries = append(entries, entry)
	}
	return entries
}

// helpKeys is the room for keys in the help.
const helpKeys = 12

// groups are all actions there are, with the names that the configuration knows
// them by.
func (h *help) groups(width int) (groups [][]styled) {
	t, group := h.stage.theme, ""
	for _, e := range h.stage.keymap.Entries() {
		if e.Group == keymap.GroupSpare {
			continue
		}
		if e.Group != group {
			group = e.Group
			groups = append(groups, []styled{"  " + t.text(toneTitle, text.Of(group))})
		}
		last := &groups[len(groups)-1]
		line := "  " + t.text(toneKey, fit(text.Of(e.Shown), helpKeys, false, "")) + t.text(toneText, text.Of(e.Words))
		name := text.Of(string(e.Name))
		if 2+helpKeys+textWidth(text.Of(e.Words))+2+textWidth(name) < width {
			*last = append(*last, line+"  "+t.text(toneMuted, name))
			continue
		}
		*last = append(*last, line, blank(helpKeys+4)+t.text(toneMuted, name))
	}
	return groups
}

func (h *help) goodToKnow(width int) []styled {
	t := h.stage.theme
	lines := []styled{"", "  " + t.text(toneTitle, "Good to know")}
	for _, words := range h.stage.tips() {
		for _, l := range wrap(words, max(10, width-4)) {
			lines = append(lines, "  "+t.text(toneMuted, l))
		}
	}
	return lines
}

// flat puts entries below each other.
func flat(entries [][]styled) []styled { return slices.Concat(entries...) }

// halves are entries in two columns of about the same height.
func halves(entries [][]styled) (left, right []styled) {
	all := len(flat(entries))
	for i := range entries {
		if left = flat(entries[:i]); 2*len(left) >= all {
			return left, flat(entries[i:])
		}
	}
	return flat(entries), nil
}

// beside puts two columns beside each other, the left one so many cells wide.
func beside(left, right []styled, width int) []styled {
	lines := make([]styled, max(len(left), len(right)))
	for i := range lines {
		if i < len(left) {
			lines[i] = fitStyled(left[i], width)
		}
		if i < len(right) {
			lines[i] = padStyled(lines[i], width) + fitStyled(right[i], width)
		}
	}
	return lines
}

// pager shows lines that can be scrolled.
type pager struct {
	stage         *stage
	title         text.Text
	content       func(width int) []styled
	extra         []action
	width, height int
	top, length   int
}

func (p *pager) Title() text.Text { return p.title }

func (p *pager) SetSize(width, height int) {
	p.width, p.height = width, height
	p.scroll(0)
}

func (p *pager) scroll(by int) {
	p.length = len(p.content(p.width))
	p.top = max(0, min(p.length-p.height, p.top+by))
}

func (p *pager) Actions() []action {
	a := p.stage
	by := func(n func() int) func() tea.Cmd { return plain(func() { p.scroll(n()) }) }
	acts := append([]action{}, p.extra...)
	acts = append(acts,
		a.does(keymap.Down, by(func() int { return 1 })).hinted(""),
		a.does(keymap.Up, by(func() int { return -1 })).hinted(""),
		a.does(keymap.Top, by(func() int { return -p.length })),
		a.does(keymap.Bottom, by(func() int { return p.length })),
		a.does(keymap.HalfDown, by(func() int { return p.height / 2 })),
		a.does(keymap.HalfUp, by(func() int { return -p.height / 2 })),
		a.does(keymap.PageDown, by(func() int { return p.height })),
		a.does(keymap.PageUp, by(func() int { return -p.height })),
		a.does(keymap.Back, a.pop).hinted(""),
		a.does(keymap.Palette, func() tea.Cmd { a.push(newPalette(a)); return nil }),
		a.does(keymap.Help, func() tea.Cmd { return a.toggleHelp() }).hinted(""),
	)
	return append(acts, a.anywhere()...)
}

func (p *pager) Update(tea.Msg) tea.Cmd { return nil }

// Position says how far down one is.
func (p *pager) Position() text.Text {
	if p.length <= p.height {
		return ""
	}
	return text.Sprintf("lines %d–%d of %d", p.top+1, min(p.length, p.top+p.height), p.length)
}

func (p *pager) View() styled {
	lines := p.content(p.width)
	top := max(0, min(p.top, len(lines)-p.height))
	lines = lines[top:min(len(lines), top+p.height)]
	for i, line := range lines {
		lines[i] = fitStyled(line, p.width)
	}
	return joined(lines)
}

// toggleHelp opens the help, or closes it when it is open.
func (a *stage) toggleHelp() tea.Cmd {
	if _, ok := a.top().(*help); ok {
		return a.pop()
	}
	a.push(newHelp(a))
	return nil
}
