package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
)

// prompt is one line that a short text is typed into. It stands on the last
// line of the body; enter takes the text, esc leaves everything as it was.
type prompt struct {
	stage *stage
	title text.Text
	input input
	limit int
	save  func(words text.Text) tea.Cmd
	width int
}

// prompt asks for one line of at most limit characters, beginning with a
// value. save gets it cleaned, without spaces around it, and perhaps empty.
func (a *stage) prompt(title text.Text, value string, limit int, save func(words text.Text) tea.Cmd) tea.Cmd {
	p := &prompt{stage: a, title: title, limit: limit, save: save, input: newInput(a.theme)}
	p.input.CharLimit = limit
	p.input.SetValue(value)
	p.input.CursorEnd()
	a.push(p)
	return nil
}

func (p *prompt) Title() text.Text { return p.title }

func (p *prompt) SetSize(width, _ int) {
	p.width = width
	title := shorten(p.title, max(8, width/2), p.stage.theme.glyphs.more) + ": "
	p.input.Prompt = string(title)
	p.input.SetWidth(max(1, width-textWidth(title)-2))
}

// Place puts the prompt on the last line of the body.
func (p *prompt) Place(_, boxHeight, _, height int) (int, int) { return 0, height - boxHeight }

// Dims is false: the row above is what the text is about.
func (p *prompt) Dims() bool { return false }

func (p *prompt) Actions() []action {
	a := p.stage
	return []action{
		a.does(keymap.Choose, p.take).hinted("save"),
		a.does(keymap.Leave, a.pop).hinted("as it was"),
	}
}

// mostBytes is how long a character may be.
const mostBytes = 4

func (p *prompt) take() tea.Cmd {
	words := text.Clean(strings.TrimSpace(p.input.Value()), mostBytes*p.limit)
	return tea.Batch(p.stage.pop(), p.save(words))
}

func (p *prompt) Update(msg tea.Msg) tea.Cmd {
	return p.input.Update(msg)
}

func (p *prompt) View() styled { return padStyled(p.input.View(), p.width) }

func (p *prompt) Cursor() *tea.Cursor { return p.input.Cursor() }
