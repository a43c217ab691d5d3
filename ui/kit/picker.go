package kit

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// picker is a short list to choose from, such as the columns to sort by. What
// its lines say and what a key does to them is passed in.
type picker struct {
	stage *Stage
	title text.Text
	lines func() []paint.Piece // one for each choice, the sign of its state first
	acts  []Action             // beside movement and leaving
	at    int
	width int
	rows  int  // lines visible at once
	bare  bool // no room for a border
}

// pickerWidth is the width of a picker in cells, if there is room.
const pickerWidth = 34

func (p *picker) Title() text.Text { return p.title }

// SetSize adapts to the space available; the border is dropped first.
func (p *picker) SetSize(width, height int) {
	p.width = min(pickerWidth, width-2)
	p.bare = height < 8
	p.rows = height - 4
	if p.bare {
		p.rows = max(1, height-1)
	}
}

// Place puts the picker near the top.
func (p *picker) Place(w, _, width, _ int) (int, int) { return max(0, (width-w)/2), 1 }

// Dims returns false: the list below shows what a choice does to it.
func (p *picker) Dims() bool { return false }

// Lines returns 0: the picker is not at the bottom, where it would cover the
// cursor's row.
func (p *picker) Lines() int { return 0 }

// Actions returns the picker's own, and those that move.
func (p *picker) Actions() []Action {
	a, n := p.stage, len(p.lines())
	to := func(at func() int) func() tea.Cmd { return Plain(func() { p.at = (at() + n) % n }) }
	return append(append([]Action{}, p.acts...),
		a.Does(keymap.Leave, a.Pop).Called("close").Hinted("close"),
		a.Does(keymap.Down, to(func() int { return p.at + 1 })).Hinted(""),
		a.Does(keymap.Up, to(func() int { return p.at - 1 })).Hinted(""),
		a.Does(keymap.Top, to(func() int { return 0 })),
		a.Does(keymap.Bottom, to(func() int { return n - 1 })),
		a.Does(keymap.Help, a.ToggleHelp).Hinted(""),
	)
}

// Update does nothing: a picker takes no text.
func (p *picker) Update(tea.Msg) tea.Cmd { return nil }

// View draws the title and the lines around the one picked.
func (p *picker) View() paint.Styled {
	t := p.stage.Theme
	inner := p.width - 4
	if p.bare {
		inner = p.width - 1
	}
	lines := []paint.Styled{t.Text(paint.Title, paint.Fit(p.title, inner, false, t.Glyphs.More))}
	all := p.lines()
	from := max(0, min(p.at-p.rows/2, len(all)-p.rows))
	for i := from; i < min(len(all), from+p.rows); i++ {
		mark, look := text.Of(" "), &t.Normal
		if i == p.at {
			mark, look = t.Glyphs.Cursor, &t.Picked
		}
		lines = append(lines, look[all[i].Tone].On(paint.Fit(mark+" "+all[i].Text, inner, false, t.Glyphs.More)))
	}
	if p.bare {
		for i, line := range lines {
			lines[i] = paint.PadStyled(" "+line, p.width)
		}
		return paint.Joined(lines)
	}
	return t.Boxed(paint.Joined(lines), p.width)
}
