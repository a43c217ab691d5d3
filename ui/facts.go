package ui

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/ui/paint"
)

// called draws a name as a heading, wrapped as needed.
func (a *desk) called(name text.Text, width int) []paint.Styled {
	return paint.Toned(a.Theme, paint.Title, paint.Wrap(name, width))
}

// advice draws a labelled text, wrapped as needed.
func (a *desk) advice(width int, label, words text.Text, n paint.Tone) []paint.Styled {
	const indent = 10
	var lines []paint.Styled
	for i, line := range paint.Wrap(words, width-indent) {
		if i > 0 {
			label = ""
		}
		lines = append(lines, a.Theme.Fact(label, line, n))
	}
	return lines
}

// rawLines draws JSON from the API.
func (a *desk) rawLines(j api.JSON, width int) []paint.Styled {
	const most = 2000 // lines; nobody reads more
	var lines []paint.Styled
	for _, l := range j.Lines(most) {
		lines = append(lines, a.Theme.Text(paint.Normal, paint.Shorten(l, width, a.Theme.Glyphs.More)))
	}
	if len(lines) == 0 {
		lines = []paint.Styled{a.Theme.Text(paint.Muted, "nothing")}
	}
	return lines
}

func indented(lines []paint.Styled) []paint.Styled {
	for i, l := range lines {
		lines[i] = "  " + l
	}
	return lines
}
