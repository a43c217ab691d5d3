package paint

import (
	"dubtop/api/text"
)

// Piece is a text and what it means: a cell of a list, or a part of a line.
type Piece struct {
	Text text.Text
	Tone Tone
}

// Of is a text in the tone.
func (n Tone) Of(s text.Text) Piece { return Piece{s, n} }

// Line draws pieces left and right in one line of exactly width cells. When
// there is no room, pieces on the right go first, the last of them first.
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

// Cells is how many cells pieces take.
func Cells(pieces []Piece) (n int) {
	for _, p := range pieces {
		n += TextWidth(p.Text)
	}
	return n
}
