package ui

import (
	"strings"

	"dubtop/api/text"
)

// told is something that a dialog says: a sentence of the program's own, or a
// labelled value, which others may have written. Dialogs draw it themselves, so
// that no line of a value can be read as a line of the program's.
type told struct {
	label text.Text // "" stands before sentences of our own alone
	words text.Text // a value that is empty is left out
	tone  tone
	short bool // in one line, with its end cut off
}

// sentence is what the program says by itself.
func sentence(words text.Text) []told { return []told{{words: words, tone: toneText}} }

// labelCells is the width of a label.
const labelCells = 10

// drawTold draws what a dialog says. Runs of blanks in values become one, lest
// they push words to the begin of a line; each line of a value begins with its
// label, or with a bar below it.
func (t *theme) drawTold(all []told, width int) []styled {
	var lines []styled
	for _, x := range all {
		switch {
		case x.label != "":
			lines = append(lines, t.value(x, max(1, width-labelCells))...)
		case x.words == "":
			lines = append(lines, "")
		default:
			lines = append(lines, toned(t, x.tone, wrap(x.words, width))...)
		}
	}
	return lines
}

// value draws a labelled value, width cells wide.
func (t *theme) value(x told, width int) (lines []styled) {
	words := text.Of(strings.Join(strings.Fields(string(x.words)), " "))
	if x.short {
		words = shorten(words, width, t.glyphs.more)
	}
	for _, line := range wrap(words, width) {
		line = text.Of(strings.TrimSpace(string(line))) // a break may leave its blank behind
		switch {
		case line == "":
			continue
		case len(lines) == 0:
			lines = append(lines, t.fact(x.label, line, x.tone))
			continue
		}
		lines = append(lines, t.fact(fit("", labelCells-2, false, "")+text.Of(t.glyphs.border.Left), line, x.tone))
	}
	return lines
}

// keyFor is how an action's keys are drawn.
// fact is one labelled line.
func (t *theme) fact(label, value text.Text, n tone) styled {
	return t.text(toneMuted, fit(label, 10, false, "")) + t.text(n, value)
}

// toned gives all lines one tone.
func toned(t *theme, n tone, lines []text.Text) []styled {
	drawn := make([]styled, len(lines))
	for i, l := range lines {
		drawn[i] = t.text(n, l)
	}
	return drawn
}
