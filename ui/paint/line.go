package paint

import (
	"dubtop/api/text"
)

// Piece is a text with its tone: a cell of a list, or a part of a line.
type Piece struct {
	Text text.Text
	Tone Tone
}

// Of returns s in tone n.
func (n Tone) Of(s text.Text) Piece { return Piece{s, n} }

// Line draws pieces at the left and right ends of a line exactly width cells
// wide. If they do not fit, pieces on the right are dropped, the last one
// first.
func (t *Theme) Line(width int, left, right []Piece) Styled {
	for {
		l, r := t.join(left), t.join(right)
		gap := width - CellsOf(l) - CellsOf(r)
		if gap >= 1 || len(right) == 0 {
			if gap < 0 {
				return cut(l, width, t.Glyphs.More)
			}
			return l + Blank(gap) + r
		}
		right = right[:len(right)-1]
	}
}

func (t *Theme) join(pieces []Piece) Styled {
	var line Styled
	for _, p := range pieces {
		line += t.Text(p.Tone, p.Text)
	}
	return line
}

// Cells returns the width of the pieces in cells.
func Cells(pieces []Piece) (n int) {
	for _, p := range pieces {
		n += TextWidth(p.Text)
	}
	return n
}
