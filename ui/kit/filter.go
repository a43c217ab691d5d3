package kit

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/ui/paint"

	"dubtop/api/text"
	"dubtop/keymap"
)

// filterPrompt is the line one types a filter into. The list below follows
// every keystroke; enter keeps the filter, esc brings back the old one.
type filterPrompt struct {
	stage  *Stage
	input  paint.Input
	before string
	apply  func(string)
	found  func() text.Text // where the list stands, and how much matches
	doubt  func() text.Text // what in it can hardly be meant; nil: nothing is known of that
	left   func()           // called when the prompt is left; may be nil
	width  int
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

// Leave tells that nothing more is typed.
func (p *filterPrompt) Leave() tea.Cmd {
	if p.left != nil {
		p.left()
	}
	return nil
}

// Position is the list's: how much matches is what one types for.
func (p *filterPrompt) Position() text.Text { return p.found() }

func (p *filterPrompt) SetSize(width, _ int) {
	p.width = width
	p.input.SetWidth(max(1, width-4))
}

// Place puts the prompt on the last line of the body.
func (p *filterPrompt) Place(_, boxHeight, _, height int) (int, int) { return 0, height - boxHeight }

// Dims is false: the list below is what the filter is about.
func (p *filterPrompt) Dims() bool { return false }

func (p *filterPrompt) Actions() []Action {
	a := p.stage
	keep := a.Does(keymap.Choose, func() tea.Cmd {
		if doubt := p.doubted(); doubt != "" {
			a.Warn(doubt)
		}
		return a.Pop()
	}).Hinted("keep the filter")
	drop := a.Does(keymap.Leave, func() tea.Cmd { p.apply(p.before); return a.Pop() }).Hinted("as it was")
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

// doubted says what in the filter can hardly be meant, "" if nothing.
func (p *filterPrompt) doubted() text.Text {
	if p.doubt == nil {
		return ""
	}
	return p.doubt()
}

// Lines is how many lines the prompt takes: a doubt stands above what is typed.
func (p *filterPrompt) Lines() int {
	if p.doubted() != "" {
		return 2
	}
	return 1
}

func (p *filterPrompt) View() paint.Styled {
	line := paint.PadStyled(p.input.View(), p.width)
	if doubt := p.doubted(); doubt != "" {
		t := p.stage.Theme
		return paint.Joined([]paint.Styled{t.Text(paint.Warn, paint.Fit("  "+doubt, p.width, false, t.Glyphs.More)), line})
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
