package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// palette finds an action of the screen below by its words, and does it.
type palette struct {
	stage *stage
	all   []action
	input input
	at    int
	width int
	rows  int  // actions shown at once
	bare  bool // no room for a border
}

// paletteRows is how many actions are shown at once, where there is room.
const paletteRows = 10

func newPalette(a *stage) *palette {
	p := &palette{stage: a, input: newInput(a.theme)}
	p.all = once(a.top().Actions())
	p.input.Prompt = ": "
	p.input.Placeholder = "what to do"
	return p
}

// once are actions that have words, each once: what two keys do on a screen is
// one action, and the first that claims a key has it.
func once(acts []action) (list []action) {
	at, keys := map[string]int{}, map[string]bool{}
	for _, act := range acts {
		h := act.key.Help()
		taken := true
		for _, k := range act.key.Keys() {
			taken = taken && keys[k]
			keys[k] = true
		}
		i, known := at[h.Desc]
		switch {
		case h.Desc == "" || taken:
		case known:
			list[i].key.SetHelp(list[i].key.Help().Key+" "+h.Key, h.Desc)
		default:
			at[h.Desc] = len(list)
			list = append(list, act)
		}
	}
	return list
}

func (p *palette) Title() text.Text { return "actions" }

// SetSize takes what there is room for: the border goes first.
func (p *palette) SetSize(width, height int) {
	p.width = min(64, width-2)
	p.bare = height < 8
	p.rows = min(paletteRows, height-5)
	if p.bare {
		p.rows = max(1, height-2)
	}
	p.input.SetWidth(max(1, p.width-8))
}

// Place puts the palette near the top, where the eye is.
func (p *palette) Place(w, _, width, _ int) (int, int) { return max(0, (width-w)/2), 1 }

// found are the actions whose words or keys have all the words typed.
func (p *palette) found() []action {
	words := strings.Fields(strings.ToLower(p.input.Value()))
	var found []action
	for _, act := range p.all {
		h := act.key.Help()
		all, fits := strings.ToLower(h.Desc+" "+h.Key), true
		for _, w := range words {
			fits = fits && strings.Contains(all, w)
		}
		if fits {
			found = append(found, act)
		}
	}
	return found
}

// Dims is true: only the list of actions matters.
func (p *palette) Dims() bool { return true }

func (p *palette) Actions() []action {
	a := p.stage
	step := func(by int) func() tea.Cmd {
		return plain(func() { p.at = max(0, min(len(p.found())-1, p.at+by)) })
	}
	down, up := a.does(keymap.Down, step(1)), a.does(keymap.Up, step(-1))
	down.key.SetKeys("down", "ctrl+n") // letters are typing here
	up.key.SetKeys("up", "ctrl+p")
	return []action{
		a.does(keymap.Choose, p.choose).hinted("do it"),
		a.does(keymap.Leave, a.pop).hinted("back"),
		down, up,
	}
}

func (p *palette) choose() tea.Cmd {
	found := p.found()
	p.stage.remove(p)
	if len(found) == 0 {
		return nil
	}
	act := found[min(p.at, len(found)-1)]
	if why := act.refusal(); why != "" {
		p.stage.warn(why)
		return nil
	}
	return act.run()
}

func (p *palette) Update(msg tea.Msg) tea.Cmd {
	before := p.input.Value()
	cmd := p.input.Update(msg)
	if p.input.Value() != before {
		p.at = 0
	}
	return cmd
}

func (p *palette) View() styled {
	t := p.stage.theme
	lines := []styled{p.input.View(), ""}
	if p.bare {
		lines = lines[:1]
	}
	found := p.found()
	from := max(0, p.at-p.rows+1)
	for i, act := range found[from:min(len(found), from+p.rows)] {
		h, paints := act.key.Help(), &t.normal
		if from+i == p.at {
			paints = &t.picked
		}
		n := toneText
		if act.refusal() != "" {
			n = toneMuted
		}
		lines = append(lines, paints[n].on(fit(text.Of(h.Desc), p.width-18, false, t.glyphs.more))+paints[toneKey].on(fit(text.Of(h.Key), 12, true, "")))
	}
	if len(found) == 0 {
		lines = append(lines, t.text(toneMuted, "nothing by that name"))
	}
	if p.bare {
		for i, line := range lines {
			lines[i] = padStyled(" "+line, p.width)
		}
		return joined(lines)
	}
	return t.boxed(joined(lines), p.width)
}

func (p *palette) Cursor() *tea.Cursor {
	c := p.input.Cursor()
	if c != nil {
		c.X, c.Y = c.X+2, c.Y+1
		if p.bare {
			c.X, c.Y = c.X-1, c.Y-1
		}
	}
	return c
}
