package ui

import (
	"dubtop/api/text"
)

// piece is a text and what it means: a cell of a list, or a part of a line.
type piece struct {
	text text.Text
	tone tone
}

// of is a text in the tone.
func (n tone) of(s text.Text) piece { return piece{s, n} }

// line draws pieces left and right in one line of exactly width cells. When
// there is no room, pieces on the right go first, the last of them first.
func (t *theme) line(width int, left, right []piece) styled {
	for {
		l, r := t.join(left), t.join(right)
		gap := width - cellsOf(l) - cellsOf(r)
		if gap >= 1 || len(right) == 0 {
			if gap < 0 {
				return cut(l, width, t.glyphs.more)
			}
			return l + blank(gap) + r
		}
		right = right[:len(right)-1]
	}
}

func (t *theme) join(pieces []piece) styled {
	var line styled
	for _, p := range pieces {
		line += t.text(p.tone, p.text)
	}
	return line
}

// cells is how many cells pieces take.
func cells(pieces []piece) (n int) {
	for _, p := range pieces {
		n += textWidth(p.text)
	}
	return n
}
