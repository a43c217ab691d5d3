package kit

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// Prompt is a line for a short text, at the bottom of the body. Enter saves the
// text, esc discards it.
type Prompt struct {
	stage   *Stage
	Heading text.Text
	input   paint.Input
	limit   int
	save    func(words text.Text) tea.Cmd
	extend  func(p *Prompt, typed string) tea.Cmd // looks for a longer text; may be nil
	width   int
}

// Prompt asks for one line of at most limit characters, starting from value.
// save gets the text cleaned and trimmed; it may be empty.
func (a *Stage) Prompt(title text.Text, value string, limit int, save func(words text.Text) tea.Cmd) tea.Cmd {
	return a.PromptCompleted(title, value, limit, nil, save)
}

// PromptCompleted is Prompt with a key that completes the text: extend looks for
// a longer text and calls [Prompt.Extend].
func (a *Stage) PromptCompleted(title text.Text, value string, limit int, extend func(p *Prompt, typed string) tea.Cmd, save func(words text.Text) tea.Cmd) tea.Cmd {
	p := &Prompt{stage: a, Heading: title, limit: limit, save: save, extend: extend, input: paint.NewInput(a.Theme)}
	p.input.CharLimit = limit
	p.input.SetValue(value)
	p.input.CursorEnd()
	a.Push(p)
	return nil
}

// Title returns the label.
func (p *Prompt) Title() text.Text { return p.Heading }

// SetSize sets the width of the body.
func (p *Prompt) SetSize(width, _ int) {
	p.width = width
	title := paint.Shorten(p.Heading, max(8, width/2), p.stage.Theme.Glyphs.More) + ": "
	p.input.Prompt = string(title)
	p.input.SetWidth(max(1, width-paint.TextWidth(title)-2))
}

// Place puts the prompt on the last line of the body.
func (p *Prompt) Place(_, boxHeight, _, height int) (int, int) { return 0, height - boxHeight }

// Dims returns false: the text is about the row above.
func (p *Prompt) Dims() bool { return false }

// Actions returns the keys that save and discard.
func (p *Prompt) Actions() []Action {
	a := p.stage
	actions := []Action{
		a.Does(keymap.Choose, p.take).Hinted("save"),
		a.Does(keymap.Leave, a.Pop).Hinted("cancel"),
	}
	if p.extend != nil { // the text is not saved, but used
		actions[0] = actions[0].Hinted("go on")
		actions = append(actions, a.Does(keymap.NextField, func() tea.Cmd { return p.extend(p, p.input.Value()) }).Called("complete the path").Hinted("complete"))
	}
	return actions
}

// Extend replaces the text by a longer one, unless it was changed since it was
// looked for.
func (p *Prompt) Extend(typed, longer string) {
	if p.input.Value() == typed {
		p.input.SetValue(longer)
		p.input.CursorEnd()
	}
}

// mostBytes is the maximum size of a character in bytes.
const mostBytes = 4

func (p *Prompt) take() tea.Cmd {
	words := text.Clean(strings.TrimSpace(p.input.Value()), mostBytes*p.limit)
	return tea.Batch(p.stage.Pop(), p.save(words))
}

// Update types into the line.
func (p *Prompt) Update(msg tea.Msg) tea.Cmd {
	return p.input.Update(msg)
}

// View draws the line.
func (p *Prompt) View() paint.Styled { return paint.PadStyled(p.input.View(), p.width) }

// Cursor returns the position of the terminal's cursor.
func (p *Prompt) Cursor() *tea.Cursor { return p.input.Cursor() }
