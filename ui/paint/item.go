package paint

import (
	"strings"

	"dubtop/api/text"
)

// Item is one item of a dialog: a sentence of ours, or a labelled value that
// may have been written by others. DrawItems formats both, so that no part of a
// value can pass for a sentence of ours.
type Item struct {
	Label text.Text // "" for a sentence of ours
	Words text.Text // an empty value is left out
	Tone  Tone
	Short bool // cut to one line
}

// Sentence returns words of ours as an item.
func Sentence(words text.Text) []Item { return []Item{{Words: words, Tone: Normal}} }

// labelCells is the width of a label in cells.
const labelCells = 10

// DrawItems draws the items of a dialog. Every line of a value begins with its
// label or with a bar below it, and runs of blanks in a value become one, so
// that blanks cannot push words to the start of a line.
func (t *Theme) DrawItems(all []Item, width int) []Styled {
	var lines []Styled
	for _, x := range all {
		switch {
		case x.Label != "":
			lines = append(lines, t.value(x, max(1, width-labelCells))...)
		case x.Words == "":
			lines = append(lines, "")
		default:
			lines = append(lines, Toned(t, x.Tone, Wrap(x.Words, width))...)
		}
	}
	return lines
}

// value draws a labelled value, width cells wide.
func (t *Theme) value(x Item, width int) (lines []Styled) {
	words := text.Of(strings.Join(strings.Fields(string(x.Words)), " "))
	if x.Short {
		words = Shorten(words, width, t.Glyphs.More)
	}
	for _, line := range Wrap(words, width) {
		line = text.Of(strings.TrimSpace(string(line))) // wrapping may leave a blank at the break
		switch {
		case line == "":
			continue
		case len(lines) == 0:
			lines = append(lines, t.Fact(x.Label, line, x.Tone))
			continue
		}
		lines = append(lines, t.Fact(Fit("", labelCells-2, false, "")+text.Of(t.Glyphs.Border.Left), line, x.Tone))
	}
	return lines
}

// Fact draws a labelled value on one line.
func (t *Theme) Fact(label, value text.Text, n Tone) Styled {
	return t.Text(Muted, Fit(label, labelCells, false, "")) + t.Text(n, value)
}

// Toned draws all lines in one tone.
func Toned(t *Theme, n Tone, lines []text.Text) []Styled {
	drawn := make([]Styled, len(lines))
	for i, l := range lines {
		drawn[i] = t.Text(n, l)
	}
	return drawn
}

// Paragraph wraps words for a screen of a width, with a margin of two cells.
func (t *Theme) Paragraph(width int, n Tone, words text.Text) []Styled {
	lines := Toned(t, n, Wrap(words, max(10, width-4)))
	for i := range lines {
		lines[i] = "  " + lines[i]
	}
	return lines
}
