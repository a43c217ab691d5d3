package kit

import (
	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/ui/paint"
)

// completing offers how the last word of a filter may go on. Each press of the
// key takes the next offer.
type completing struct {
	offers func(typed string) (before string, words []string)
	before string
	words  []string
	at     int
	taken  string // the filter with the offer that was taken last
}

// next returns the filter with the next offer; ok is false if there is none.
func (c *completing) next(typed string) (with string, ok bool) {
	if typed == c.taken && len(c.words) > 0 {
		c.at = (c.at + 1) % len(c.words)
	} else {
		c.before, c.words = c.offers(typed)
		c.at = 0
	}
	if len(c.words) == 0 {
		return "", false
	}
	c.taken = c.before + c.words[c.at]
	return c.taken, true
}

// shown returns the offers for the typed text, the next one first.
func (c *completing) shown(typed string) []string {
	if typed == c.taken && len(c.words) > 1 {
		return append(append([]string{}, c.words[c.at+1:]...), c.words[:c.at]...)
	}
	_, words := c.offers(typed)
	return words
}

// completeAction takes the next completion.
func (p *filterPrompt) completeAction() Action {
	act := p.stage.Does(keymap.NextField, func() tea.Cmd {
		with, ok := p.complete.next(p.input.Value())
		if !ok {
			return nil
		}
		return p.changed(func() tea.Cmd {
			p.input.SetValue(with)
			p.input.CursorEnd()
			return nil
		})
	})
	act.Key.SetKeys("tab")
	act.Key.SetHelp("tab", "complete the word")
	return act.Hinted("complete")
}

// offered draws the completions after the text that is typed, as many as there
// is room for.
func (p *filterPrompt) offered(line paint.Styled) paint.Styled {
	t, typed := p.stage.Theme, p.input.Value()
	if p.input.Position() != len([]rune(typed)) || typed == "" {
		return line
	}
	used := paint.TextWidth(text.Of(p.input.Prompt+typed)) + 2
	words := text.Text("")
	for i, w := range p.complete.shown(typed) {
		more := text.Of("  " + w)
		if used+paint.TextWidth(words+more)+1 > p.width {
			if i == 0 {
				return line
			}
			break
		}
		words += more
	}
	if words == "" {
		return line
	}
	return paint.PadStyled(paint.PadStyled(line, used)+t.Text(paint.Muted, words), p.width)
}
