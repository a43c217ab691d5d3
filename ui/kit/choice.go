package kit

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// Choice offers a few actions on the last line of the body, each with its key.
// A key closes it.
type Choice struct {
	stage   *Stage
	Heading text.Text
	acts    []Action
	width   int
}

// Choose offers actions.
func (a *Stage) Choose(title text.Text, acts ...Action) tea.Cmd {
	c := &Choice{stage: a, Heading: title}
	for _, act := range acts {
		run := act.Run
		act.Run = func() tea.Cmd {
			a.Remove(c)
			return run()
		}
		c.acts = append(c.acts, act.Hinted(act.short))
	}
	c.acts = append(c.acts, a.Does(keymap.Leave, a.Pop).Called("cancel").Hinted("cancel"))
	a.Push(c)
	return nil
}

// Title returns the question.
func (c *Choice) Title() text.Text { return c.Heading }

// SetSize sets the width of the body.
func (c *Choice) SetSize(width, _ int) { c.width = width }

// Place puts the choice on the last line of the body.
func (c *Choice) Place(_, boxHeight, _, height int) (int, int) { return 0, height - boxHeight }

// Dims returns false: the question is about the row above.
func (c *Choice) Dims() bool { return false }

// Actions returns the actions to choose from.
func (c *Choice) Actions() []Action { return c.acts }

// Update does nothing: a choice takes no text.
func (c *Choice) Update(tea.Msg) tea.Cmd { return nil }

// View draws the question. The hints below it name the keys.
func (c *Choice) View() paint.Styled {
	t := c.stage.Theme
	return paint.PadStyled(t.Text(paint.Title, paint.Shorten(c.Heading+":", c.width, t.Glyphs.More)), c.width)
}
