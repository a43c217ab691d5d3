package kit

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// palette finds one of some actions by its words or its key and runs it.
type palette struct {
	stage *Stage
	title text.Text
	all   []Action
	over  Screen // closed before an action is run, because it is about another screen; may be nil
	input paint.Input
	at    int
	width int
	rows  int  // number of actions visible at once
	bare  bool // no room for a border
}

// paletteRows is the number of actions visible at once, if there is room.
const paletteRows = 10

// NewPalette returns a palette with the actions of the top screen.
func NewPalette(a *Stage) *palette {
	return NewMenu(a, "actions", once(a.Top().Actions()))
}

// NewMenu returns a palette with the given actions.
func NewMenu(a *Stage, title text.Text, acts []Action) *palette {
	p := &palette{stage: a, title: title, all: acts, input: paint.NewInput(a.Theme)}
	p.input.Prompt = ": "
	p.input.Placeholder = "search " + string(title)
	return p
}

// once returns the actions that have words, without duplicates: two keys with
// the same words become one action, and a key belongs to the first action that
// has it.
func once(acts []Action) (list []Action) {
	at, keys := map[string]int{}, map[string]bool{}
	for _, act := range acts {
		h := act.Key.Help()
		taken := len(act.Key.Keys()) > 0
		for _, k := range act.Key.Keys() {
			taken = taken && keys[k]
			keys[k] = true
		}
		i, known := at[h.Desc]
		switch {
		case h.Desc == "" || taken:
		case known:
			list[i].Key.SetHelp(list[i].Key.Help().Key+" "+h.Key, h.Desc)
			list[i].Key.SetKeys(append(slices.Clone(list[i].Key.Keys()), act.Key.Keys()...)...)
		default:
			at[h.Desc] = len(list)
			list = append(list, act)
		}
	}
	return list
}

func (p *palette) Title() text.Text { return p.title }

// SetSize adapts to the space available; the border is dropped first.
func (p *palette) SetSize(width, height int) {
	p.width = min(64, width-2)
	p.bare = height < 8
	p.rows = min(paletteRows, height-5)
	if p.bare {
		p.rows = max(1, height-2)
	}
	p.input.SetWidth(max(1, p.width-8))
}

// Place puts the palette near the top.
func (p *palette) Place(w, _, width, _ int) (int, int) { return max(0, (width-w)/2), 1 }

// found returns the actions whose words, keys or name contain every word typed.
// If a key was typed, those that have it come first, and then those whose words
// contain all of it in one.
func (p *palette) found() []Action {
	typed := strings.TrimSpace(p.input.Value())
	words := strings.Fields(strings.ToLower(typed))
	var exact, phrase, found []Action
	for _, act := range p.all {
		h := act.Key.Help()
		all, fits := strings.ToLower(h.Desc+" "+h.Key+" "+strings.Join(act.Key.Keys(), " ")+" "+string(act.Name)), true
		for _, w := range words {
			fits = fits && strings.Contains(all, w)
		}
		switch {
		case act.hasKey(typed):
			exact = append(exact, act)
		case strings.Contains(strings.ToLower(h.Desc), strings.Join(words, " ")):
			phrase = append(phrase, act)
		case fits:
			found = append(found, act)
		}
	}
	return slices.Concat(exact, phrase, found)
}

// hasKey reports whether an action has a key, which is written as it is typed in
// the configuration or as it is shown. Single letters keep their case.
func (x Action) hasKey(written string) bool {
	if len(written) > 1 {
		written = strings.ToLower(written)
	}
	keys := x.Key.Keys()
	return slices.Contains(keys, written) || len(keys) > 0 && slices.Contains(strings.Fields(x.Key.Help().Key), written)
}

// Dims returns true: the user should look at the list only.
func (p *palette) Dims() bool { return true }

func (p *palette) Actions() []Action {
	a := p.stage
	step := func(by int) func() tea.Cmd {
		return Plain(func() { p.at = max(0, min(len(p.found())-1, p.at+by)) })
	}
	down, up := a.Does(keymap.Down, step(1)), a.Does(keymap.Up, step(-1))
	down.Key.SetKeys("down", "ctrl+n") // letters are text here
	up.Key.SetKeys("up", "ctrl+p")
	return []Action{
		a.Does(keymap.Choose, p.choose).Hinted("run it"),
		a.Does(keymap.Leave, a.Pop).Hinted("back"),
		down, up,
	}
}

func (p *palette) choose() tea.Cmd {
	found := p.found()
	p.stage.Remove(p)
	if len(found) == 0 {
		return nil
	}
	act := found[min(p.at, len(found)-1)]
	if why := act.refusal(); why != "" {
		p.stage.Warn(why)
		return nil
	}
	if p.over != nil {
		p.stage.Remove(p.over)
	}
	return act.Run()
}

// Update types into the line. A key that is no text, such as ctrl+t, is searched
// by its name if nothing was typed before.
func (p *palette) Update(msg tea.Msg) tea.Cmd {
	before := p.input.Value()
	if k, ok := msg.(tea.KeyPressMsg); ok && before == "" && p.names(k) {
		p.input.SetValue(k.String())
		p.input.CursorEnd()
		p.at = 0
		return nil
	}
	cmd := p.input.Update(msg)
	if p.input.Value() != before {
		p.at = 0
	}
	return cmd
}

// names reports whether a key is no text, and belongs to an action.
func (p *palette) names(k tea.KeyPressMsg) bool {
	return strings.TrimSpace(k.Text) == "" && slices.ContainsFunc(p.all, func(act Action) bool { return act.matches(k) })
}

func (p *palette) View() paint.Styled {
	t := p.stage.Theme
	lines := []paint.Styled{p.input.View(), ""}
	if p.bare {
		lines = lines[:1]
	}
	found := p.found()
	from := max(0, p.at-p.rows+1)
	for i, act := range found[from:min(len(found), from+p.rows)] {
		h, paints := act.Key.Help(), &t.Normal
		if from+i == p.at {
			paints = &t.Picked
		}
		n := paint.Normal
		if act.refusal() != "" {
			n = paint.Muted
		}
		lines = append(lines, paints[n].On(paint.Fit(text.Of(h.Desc), p.width-18, false, t.Glyphs.More))+paints[paint.Key].On(paint.Fit(text.Of(h.Key), 12, true, "")))
	}
	if len(found) == 0 {
		lines = append(lines, t.Text(paint.Muted, "no action with that name"))
	}
	if p.bare {
		for i, line := range lines {
			lines[i] = paint.PadStyled(" "+line, p.width)
		}
		return paint.Joined(lines)
	}
	return t.Boxed(paint.Joined(lines), p.width)
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
