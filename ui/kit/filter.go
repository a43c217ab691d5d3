package kit

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// filterPrompt is the line a filter is typed into. The list follows every
// keystroke; enter keeps the filter, esc restores the previous one.
type filterPrompt struct {
	stage   *Stage
	input   paint.Input
	before  string
	apply   func(string)
	found   func() text.Text // the position in the list and the number of matches
	mistake func() text.Text // returns what in the filter looks like a mistake; may be nil
	left    func()           // called when the prompt is left; may be nil
	width   int
}

func newFilter(a *Stage, words string, apply func(string), found func() text.Text) *filterPrompt {
	p := &filterPrompt{stage: a, before: words, apply: apply, found: found, input: paint.NewInput(a.Theme)}
	p.input.Prompt = "/ "
	p.input.Placeholder = "words, status:failed, model:sync-3, -not"
	p.input.SetValue(words)
	p.input.CursorEnd()
	return p
}

func (p *filterPrompt) Title() text.Text { return "filter" }

// Leave runs when the prompt closes.
func (p *filterPrompt) Leave() tea.Cmd {
	if p.left != nil {
		p.left()
	}
	return nil
}

// Position returns the list's position, so that the number of matches stays
// visible.
func (p *filterPrompt) Position() text.Text { return p.found() }

func (p *filterPrompt) SetSize(width, _ int) {
	p.width = width
	p.input.SetWidth(max(1, width-4))
}

// Place puts the prompt on the last line of the body.
func (p *filterPrompt) Place(_, boxHeight, _, height int) (int, int) { return 0, height - boxHeight }

// Dims returns false: the list below shows the matches.
func (p *filterPrompt) Dims() bool { return false }

func (p *filterPrompt) Actions() []Action {
	a := p.stage
	keep := a.Does(keymap.Choose, func() tea.Cmd {
		if mistake := p.warning(); mistake != "" {
			a.Warn(mistake)
		}
		return a.Pop()
	}).Hinted("keep the filter")
	drop := a.Does(keymap.Leave, func() tea.Cmd { p.apply(p.before); return a.Pop() }).Hinted("cancel")
	return []Action{keep, drop}
}

func (p *filterPrompt) Update(msg tea.Msg) tea.Cmd {
	cmd := p.input.Update(msg)
	before := p.Lines()
	p.apply(p.input.Value())
	if p.Lines() != before {
		p.stage.Layout()
	}
	return cmd
}

// warning returns what in the filter looks like a mistake, or "".
func (p *filterPrompt) warning() text.Text {
	if p.mistake == nil {
		return ""
	}
	return p.mistake()
}

// Lines returns the height of the prompt: a warning takes a line above the
// input.
func (p *filterPrompt) Lines() int {
	if p.warning() != "" {
		return 2
	}
	return 1
}

func (p *filterPrompt) View() paint.Styled {
	line := paint.PadStyled(p.input.View(), p.width)
	if mistake := p.warning(); mistake != "" {
		t := p.stage.Theme
		return paint.Joined([]paint.Styled{t.Text(paint.Warn, paint.Fit("  "+mistake, p.width, false, t.Glyphs.More)), line})
	}
	return line
}

func (p *filterPrompt) Cursor() *tea.Cursor {
	c := p.input.Cursor()
	if c != nil {
		c.Y += p.Lines() - 1
	}
	return c
}
