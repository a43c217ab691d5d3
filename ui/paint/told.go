package paint

import (
	"strings"

	"dubtop/api/text"
)

// Told is something that a dialog says: a sentence of the program's own, or a
// labelled value, which others may have written. Dialogs draw it themselves, so
// that no line of a value can be read as a line of the program's.
type Told struct {
	Label text.Text // "" stands before sentences of our own alone
	Words text.Text // a value that is empty is left out
	Tone  Tone
	Short bool // in one line, with its end cut off
}

// Sentence is what the program says by itself.
func Sentence(words text.Text) []Told { return []Told{{Words: words, Tone: Normal}} }

// labelCells is the width of a label.
const labelCells = 10

// DrawTold draws what a dialog says. Runs of blanks in values become one, lest
// they push words to the begin of a line; each line of a value begins with its
// label, or with a bar below it.
func (t *Theme) DrawTold(all []Told, width int) []Styled {
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
func (t *Theme) value(x Told, width int) (lines []Styled) {
	words := text.Of(strings.Join(strings.Fields(string(x.Words)), " "))
	if x.Short {
		words = Shorten(words, width, t.Glyphs.More)
	}
	for _, line := range Wrap(words, width) {
		line = text.Of(strings.TrimSpace(string(line))) // a break may leave its blank behind
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

// Fact is one labelled line.
func (t *Theme) Fact(label, value text.Text, n Tone) Styled {
	return t.Text(Muted, Fit(label, 10, false, "")) + t.Text(n, value)
}

// Toned gives all lines one tone.
func Toned(t *Theme, n Tone, lines []text.Text) []Styled {
	drawn := make([]Styled, len(lines))
	for i, l := range lines {
		drawn[i] = t.Text(n, l)
	}
	return drawn
}
