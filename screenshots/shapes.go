package screenshots

import (
	"math"
	"strings"
)

// coverage returns how much of the pixel at x, y of a cell is covered, 0 to 1.
type coverage func(x, y int) float64

// shape returns the shape of a rune, nil if the font draws it.
func shape(r rune) coverage {
	switch {
	case r >= '▀' && r <= '▟':
		return block(r)
	case r >= '╭' && r <= '╰':
		return arc(r)
	case r >= '─' && r <= '╿':
		return lines(r)
	case r >= '⠀' && r <= '⣿':
		return braille(r)
	case r == '⏸':
		return union(inside(3, 9, 7, 25), inside(9, 9, 13, 25))
	}
	return nil
}

// inside covers the rectangle from x0, y0 to x1, y1, exclusive.
func inside(x0, y0, x1, y1 int) coverage {
	return func(x, y int) float64 {
		if x >= x0 && x < x1 && y >= y0 && y < y1 {
			return 1
		}
		return 0
	}
}

func union(shapes ...coverage) coverage {
	return func(x, y int) float64 {
		most := 0.0
		for _, s := range shapes {
			most = max(most, s(x, y))
		}
		return most
	}
}

// block draws the block elements U+2580 to U+259F.
func block(r rune) coverage {
	const w, h = cellWidth, cellHeight
	switch {
	case r == '▀':
		return inside(0, 0, w, h/2)
	case r <= '█': // ▁ to █: one to eight eighths from below
		return inside(0, h-h*int(r-'▀')/8, w, h)
	case r <= '▏': // ▉ to ▏: seven eighths to one from the left
		return inside(0, 0, w*int('▐'-r)/8, h)
	case r == '▐':
		return inside(w/2, 0, w, h)
	case r <= '▓': // ░ ▒ ▓ as even tints, which stay crisp at any size
		tint := float64(r-'▐') / 4
		return func(int, int) float64 { return tint }
	case r == '▔':
		return inside(0, 0, w, h/8)
	case r == '▕':
		return inside(w-w/8, 0, w, h)
	}
	return quadrants(r)
}

// quadrants draws ▖ to ▟.
func quadrants(r rune) coverage {
	const upperLeft, upperRight, lowerLeft, lowerRight = 1, 2, 4, 8
	filled := [...]int{
		lowerLeft, lowerRight, upperLeft, // ▖ ▗ ▘
		upperLeft | lowerLeft | lowerRight,  // ▙
		upperLeft | lowerRight,              // ▚
		upperLeft | upperRight | lowerLeft,  // ▛
		upperLeft | upperRight | lowerRight, // ▜
		upperRight,                          // ▝
		upperRight | lowerLeft,              // ▞
		upperRight | lowerLeft | lowerRight, // ▟
	}[r-'▖']
	return func(x, y int) float64 {
		quadrant := x/(cellWidth/2) + 2*(y/(cellHeight/2))
		return float64(filled >> quadrant & 1)
	}
}

// The arms of a line, from the centre of the cell to its edges.
const (
	up = 1 << iota
	right
	down
	left
)

// lines draws straight light and heavy lines, corners and crossings. Double,
// dashed and mixed ones come from the font.
func lines(r rune) coverage {
	const light, heavy = "─│┌┐└┘├┤┬┴┼╴╵╶╷", "━┃┏┓┗┛┣┫┳┻╋╸╹╺╻"
	arms := [...]int{
		left | right, up | down,
		right | down, left | down, up | right, up | left,
		up | down | right, up | down | left, left | right | down, left | right | up,
		up | right | down | left,
		left, up, right, down,
	}
	half, i := stroke/2, strings.IndexRune(light, r)
	if i < 0 {
		half, i = stroke, strings.IndexRune(heavy, r)
	}
	if i < 0 {
		return nil
	}
	return cross(arms[i/len("─")], half)
}

// cross draws arms of thickness 2·half.
func cross(arms, half int) coverage {
	const midX, midY = cellWidth / 2, cellHeight / 2
	var parts []coverage
	if arms&up != 0 {
		parts = append(parts, inside(midX-half, 0, midX+half, midY+half))
	}
	if arms&right != 0 {
		parts = append(parts, inside(midX-half, midY-half, cellWidth, midY+half))
	}
	if arms&down != 0 {
		parts = append(parts, inside(midX-half, midY-half, midX+half, cellHeight))
	}
	if arms&left != 0 {
		parts = append(parts, inside(0, midY-half, midX+half, midY+half))
	}
	return union(parts...)
}

// arc draws the round corners ╭ ╮ ╯ ╰, mirroring all of them to ╭.
func arc(r rune) coverage {
	const radius = cellWidth / 2
	flipX, flipY := r == '╮' || r == '╯', r == '╯' || r == '╰'
	return func(x, y int) float64 {
		if flipX {
			x = cellWidth - 1 - x
		}
		if flipY {
			y = cellHeight - 1 - y
		}
		// Relative to the centre of the arc, right of and below the cell's
		// centre.
		dx := cellWidth/2 + radius - (float64(x) + 0.5)
		dy := cellHeight/2 + radius - (float64(y) + 0.5)
		distance := math.Hypot(dx, dy)
		if dy <= 0 {
			distance = dx // the vertical part
		}
		return min(max(stroke/2.0+0.5-math.Abs(distance-radius), 0), 1)
	}
}

// braille draws the dots of U+2800 to U+28FF, which spinners consist of.
func braille(r rune) coverage {
	// The bits of the dots run down the left column, down the right one, and
	// then along the bottom row, which was added later.
	bits := [4][2]int{{0, 3}, {1, 4}, {2, 5}, {6, 7}}
	return func(x, y int) float64 {
		const pitchX, pitchY, radius = cellWidth / 2, cellHeight / 4, 2.2
		if int(r-'⠀')>>bits[y/pitchY][x/pitchX]&1 == 0 {
			return 0
		}
		dx := float64(x%pitchX) + 0.5 - pitchX/2
		dy := float64(y%pitchY) + 0.5 - pitchY/2
		return min(max(radius+0.5-math.Hypot(dx, dy), 0), 1)
	}
}
