package kit

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// help lists the keys: first the actions of the screen below, with the reason
// if one is not available now, then all other actions.
type help struct {
	Pager
	below Screen
}

func newHelp(a *Stage) *help {
	h := &help{below: a.Top()}
	h.Pager = Pager{Stage: a, Heading: "help", Content: h.lines}
	return h
}

// Actions returns those of a pager, except that the key for quitting closes the
// help, and that it can be searched.
func (h *help) Actions() []Action {
	a := h.Stage
	search := func() tea.Cmd { h.search(); return nil }
	return append([]Action{
		a.Does(keymap.Quit, a.Pop).Called("back"),
		a.Does(keymap.Filter, search).Called("search by word or key").Hinted("search"),
		a.Does(keymap.Palette, search).Called("search by word or key"),
	}, h.Pager.Actions()...)
}

// Update searches for the typed text.
func (h *help) Update(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.PasteMsg:
		return h.search().Update(msg)
	}
	return nil
}

// search opens a palette with all actions: those of the screen below, which are
// run there, and those of other screens, to tell their keys.
func (h *help) search() *palette {
	p := NewMenu(h.Stage, "all actions", once(h.below.Actions()))
	p.over = h
	here := map[keymap.Name]bool{}
	for _, act := range h.below.Actions() {
		here[act.Name] = true
	}
	for _, e := range h.Stage.keymap.Entries() {
		if e.Group == keymap.GroupSpare || here[e.Name] {
			continue
		}
		p.all = append(p.all, h.Stage.Does(e.Name, nil).Unless(func() text.Text { return "not on this screen: " + text.Of(e.Words) }))
	}
	h.Stage.Push(p)
	return p
}

// helpColumns is the width in cells from which the help has two columns.
const helpColumns = 110

func (h *help) lines(width int) []paint.Styled {
	lines := h.Stage.NoticeLines(width)
	columns := 1
	if width >= helpColumns {
		columns = 2
	}
	column := (width - 2) / columns
	left, right := flat(h.here(column)), []paint.Styled(nil)
	if columns == 2 {
		left, right = halves(h.here(column))
	}
	lines = append(lines, "", "  "+h.Stage.Theme.Text(paint.Title, "On this screen"))
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

// here returns one entry per action of the screen below, with the reason if it
// is not available now.
func (h *help) here(width int) (entries [][]paint.Styled) {
	t := h.Stage.Theme
	seen := map[string]bool{}
	for _, act := range h.below.Actions() {
		b := act.Key.Help()
		if b.Key == "" || seen[b.Key] {
			continue // the first action with a key wins
		}
		seen[b.Key] = true
		words := text.Of(b.Desc)
		entry := []paint.Styled{"  " + t.Text(paint.Key, paint.Fit(text.Of(b.Key), helpKeys, false, "")) + t.Text(paint.Normal, words)}
		if why := act.refusal(); why != "" {
			why = "(not now: " + why + ")"
			if room := width - 2 - helpKeys - paint.TextWidth(words) - 2; paint.TextWidth(why) <= room {
				entry[0] += t.Text(paint.Muted, "  "+why)
			} else {
				for _, l := range paint.Wrap(why, max(10, width-4-helpKeys)) {
					entry = append(entry, paint.Blank(helpKeys+4)+t.Text(paint.Muted, l))
				}
			}
		}
		entries = append(entries, entry)
	}
	return entries
}

// helpKeys is the width of the keys in the help, in cells.
const helpKeys = 12

// groups returns all actions by group, with their names in the configuration.
func (h *help) groups(width int) (groups [][]paint.Styled) {
	t, group := h.Stage.Theme, ""
	for _, e := range h.Stage.keymap.Entries() {
		if e.Group == keymap.GroupSpare {
			continue
		}
		if e.Group != group {
			group = e.Group
			groups = append(groups, []paint.Styled{"  " + t.Text(paint.Title, text.Of(group))})
		}
		last := &groups[len(groups)-1]
		line := "  " + t.Text(paint.Key, paint.Fit(text.Of(e.Shown), helpKeys, false, "")) + t.Text(paint.Normal, text.Of(e.Words))
		name := text.Of(string(e.Name))
		if 2+helpKeys+paint.TextWidth(text.Of(e.Words))+2+paint.TextWidth(name) < width {
			*last = append(*last, line+"  "+t.Text(paint.Muted, name))
			continue
		}
		*last = append(*last, line, paint.Blank(helpKeys+4)+t.Text(paint.Muted, name))
	}
	return groups
}

func (h *help) goodToKnow(width int) []paint.Styled {
	t := h.Stage.Theme
	lines := []paint.Styled{"", "  " + t.Text(paint.Title, "Good to know")}
	for _, words := range h.Stage.Tips() {
		for _, l := range paint.Wrap(words, max(10, width-4)) {
			lines = append(lines, "  "+t.Text(paint.Muted, l))
		}
	}
	return lines
}

// flat joins entries into one column.
func flat(entries [][]paint.Styled) []paint.Styled { return slices.Concat(entries...) }

// halves splits entries into two columns of about the same height.
func halves(entries [][]paint.Styled) (left, right []paint.Styled) {
	all := len(flat(entries))
	for i := range entries {
		if left = flat(entries[:i]); 2*len(left) >= all {
			return left, flat(entries[i:])
		}
	}
	return flat(entries), nil
}

// beside puts two columns side by side; width is that of the left one.
func beside(left, right []paint.Styled, width int) []paint.Styled {
	lines := make([]paint.Styled, max(len(left), len(right)))
	for i := range lines {
		if i < len(left) {
			lines[i] = paint.FitStyled(left[i], width)
		}
		if i < len(right) {
			lines[i] = paint.PadStyled(lines[i], width) + paint.FitStyled(right[i], width)
		}
	}
	return lines
}

// Pager shows lines that scroll.
type Pager struct {
	Stage         *Stage
	Heading       text.Text
	Content       func(width int) []paint.Styled
	Extra         []Action
	Width, Height int
	Top, length   int
}

// Title returns the heading.
func (p *Pager) Title() text.Text { return p.Heading }

// SetSize sets the size in cells and keeps the scroll position in range.
func (p *Pager) SetSize(width, height int) {
	p.Width, p.Height = width, height
	p.Scroll(0)
}

// Scroll moves by a number of lines, as far as possible.
func (p *Pager) Scroll(by int) {
	p.length = len(p.Content(p.Width))
	p.Top = max(0, min(p.length-p.Height, p.Top+by))
}

// Actions returns the extra actions, scrolling, and the shared ones.
func (p *Pager) Actions() []Action {
	a := p.Stage
	by := func(n func() int) func() tea.Cmd { return Plain(func() { p.Scroll(n()) }) }
	acts := append([]Action{}, p.Extra...)
	acts = append(acts,
		a.Does(keymap.Down, by(func() int { return 1 })).Hinted(""),
		a.Does(keymap.Up, by(func() int { return -1 })).Hinted(""),
		a.Does(keymap.Top, by(func() int { return -p.length })),
		a.Does(keymap.Bottom, by(func() int { return p.length })),
		a.Does(keymap.HalfDown, by(func() int { return p.Height / 2 })),
		a.Does(keymap.HalfUp, by(func() int { return -p.Height / 2 })),
		a.Does(keymap.PageDown, by(func() int { return p.Height })),
		a.Does(keymap.PageUp, by(func() int { return -p.Height })),
		a.Does(keymap.Back, a.Pop).Hinted(""),
		a.Does(keymap.Palette, func() tea.Cmd { a.Push(NewPalette(a)); return nil }),
		a.Does(keymap.Help, func() tea.Cmd { return a.ToggleHelp() }).Hinted(""),
	)
	return append(acts, a.Anywhere()...)
}

// Update does nothing: a pager takes no text.
func (p *Pager) Update(tea.Msg) tea.Cmd { return nil }

// Position says which lines are visible, or "" if all are.
func (p *Pager) Position() text.Text {
	if p.length <= p.Height {
		return ""
	}
	return text.Sprintf("lines %d–%d of %d", p.Top+1, min(p.length, p.Top+p.Height), p.length)
}

// View draws the visible lines.
func (p *Pager) View() paint.Styled {
	lines := p.Content(p.Width)
	top := max(0, min(p.Top, len(lines)-p.Height))
	lines = lines[top:min(len(lines), top+p.Height)]
	for i, line := range lines {
		lines[i] = paint.FitStyled(line, p.Width)
	}
	return paint.Joined(lines)
}

// ToggleHelp opens the help, or closes it.
func (a *Stage) ToggleHelp() tea.Cmd {
	if _, ok := a.Top().(*help); ok {
		return a.Pop()
	}
	a.Push(newHelp(a))
	return nil
}
