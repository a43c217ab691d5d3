package ui

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/take"
	"dubtop/state/verdict"
	"dubtop/ui/paint"
)

// sideOf returns one side of the comparison.
func (r *reviewing) sideOf(id api.ID) (side take.Side, name text.Text) {
	if id == "" {
		return side, ""
	}
	side.Job, side.Asset = r.jobs[id], r.app.assetWords
	g, ok := r.app.store.Generations.Find(string(id))
	if !ok {
		return side, text.Of(string(id))
	}
	side.Facts = r.app.compared(&g)
	return side, g.Name
}

// lines draws the table: first the facts that differ, then the equal ones.
func (r *reviewing) lines(width int) []paint.Styled {
	t, p := r.app.Theme, r.pairs[r.at]
	left, leftName := r.sideOf(p.left)
	right, rightName := r.sideOf(p.right)
	lines := []paint.Styled{""}
	if p.left == "" {
		lines = append(lines, indented(r.app.called(rightName, width-2))...)
		lines = append(lines, "")
		for _, l := range take.Differences(take.Side{}, right) {
			lines = append(lines, r.row(width, l.Label, r.tone(l.Label, right).Of(l.Right))...)
		}
		return append(lines, r.loading(width)...)
	}
	lines = append(lines, r.headings(width, leftName, rightName)...)
	lines = append(lines, "")
	all := take.Differences(left, right)
	for _, l := range all {
		if !l.Same {
			lines = append(lines, r.row(width, l.Label, r.tone(l.Label, left).Of(orNone(l.Left)), r.tone(l.Label, right).Of(orNone(l.Right)))...)
		}
	}
	lines = append(lines, "", "  "+t.Text(paint.Title, "The same"))
	for _, l := range all {
		if l.Same {
			lines = append(lines, r.row(width, l.Label, paint.Muted.Of(l.Left))...)
		}
	}
	return append(lines, r.loading(width)...)
}

func orNone(words text.Text) text.Text {
	if words == "" {
		return none
	}
	return words
}

// headings draws the names of both takes, and marks the take that a verdict
// goes to.
func (r *reviewing) headings(width int, left, right text.Text) []paint.Styled {
	if r.onLeft {
		return r.marked(width, "", 0, paint.Title.Of(left), paint.Muted.Of(right))
	}
	return r.marked(width, "", 1, paint.Muted.Of(left), paint.Title.Of(right))
}

// tone is that of a value in the table.
func (r *reviewing) tone(label text.Text, side take.Side) paint.Tone {
	if label != "verdict" || len(side.Facts) == 0 {
		return paint.Normal
	}
	switch words := string(side.Facts[0].Value); {
	case words == string(verdict.Approved):
		return paint.OK
	case words != "":
		return paint.Warn
	}
	return paint.Muted
}

// loading says that inputs and options are not known yet, or why not.
func (r *reviewing) loading(width int) []paint.Styled {
	t := r.app.Theme
	switch {
	case r.asking:
		return []paint.Styled{"", "  " + t.Text(paint.Muted, "Inputs and options: loading"+t.Glyphs.More)}
	case r.err != nil:
		return append([]paint.Styled{""}, indented(paint.Toned(t, paint.Bad, paint.Wrap("Inputs and options could not be loaded: "+errorText(r.err), width-4)))...)
	}
	return nil
}

// row draws a line of the table, wrapped in its columns.
func (r *reviewing) row(width int, label text.Text, cells ...paint.Piece) []paint.Styled {
	return r.marked(width, label, -1, cells...)
}

// marked draws a line of the table with a mark before one of its cells.
func (r *reviewing) marked(width int, label text.Text, mark int, cells ...paint.Piece) (lines []paint.Styled) {
	const labels, gap = 14, 2
	t := r.app.Theme
	column, height := max(8, (width-labels-2)/len(cells)-gap), 1
	wrapped := make([][]text.Text, len(cells))
	for i, c := range cells {
		wrapped[i] = paint.Wrap(c.Text, column)
		height = max(height, len(wrapped[i]))
	}
	for i := range height {
		line := "  " + t.Text(paint.Muted, paint.Fit(label, labels-gap, false, t.Glyphs.More))
		for n, c := range cells {
			before := paint.Blank(gap)
			if n == mark && i == 0 {
				before = t.Text(c.Tone, t.Glyphs.Cursor+" ")
			}
			line += before + t.Text(c.Tone, paint.Fit(at(wrapped[n], i), column, false, ""))
		}
		lines = append(lines, line)
		label = ""
	}
	return lines
}

// at returns a line, "" after the last.
func at(lines []text.Text, i int) text.Text {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}
