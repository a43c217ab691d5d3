package paint

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"golang.org/x/image/draw"
)

// CanPicture reports whether the terminal can show pictures: it has colours, and
// characters for half a cell.
func (t *Theme) CanPicture() bool { return !t.ASCII && t.shades != noShades }

// Picture draws an image in cells of two pixels, one above the other. It is not
// enlarged. Each line is as wide as the image.
func (t *Theme) Picture(m image.Image, width, height int) []Styled {
	pixels := t.scaled(m, width, 2*height)
	size := pixels.Bounds().Size()
	lines := make([]Styled, 0, (size.Y+1)/2)
	for y := 0; y < size.Y; y += 2 {
		var b strings.Builder
		before := ""
		for x := range size.X {
			style := "\x1b[" + sgr("38", pixels.RGBAAt(x, y)) + ";49m"
			if y+1 < size.Y {
				style = "\x1b[" + sgr("38", pixels.RGBAAt(x, y)) + ";" + sgr("48", pixels.RGBAAt(x, y+1)) + "m"
			}
			if style != before {
				b.WriteString(style)
				before = style
			}
			b.WriteString("▀")
		}
		b.WriteString("\x1b[m")
		lines = append(lines, Styled(b.String()))
	}
	return lines
}

// scaled returns an image that fits into a box of square pixels, on the
// background where it is transparent.
func (t *Theme) scaled(m image.Image, width, height int) *image.RGBA {
	from := m.Bounds()
	scale := min(1, float64(width)/float64(max(1, from.Dx())), float64(height)/float64(max(1, from.Dy())))
	side := func(n int) int {
		if scale <= 0 {
			return 0
		}
		return max(1, int(float64(n)*scale+0.5))
	}
	to := image.NewRGBA(image.Rect(0, 0, side(from.Dx()), side(from.Dy())))
	ground := color.White
	if t.Dark {
		ground = color.Black
	}
	draw.Draw(to, to.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(to, to.Bounds(), m, from, draw.Over, nil)
	return to
}

func sgr(what string, c color.RGBA) string { return fmt.Sprintf("%s;2;%d;%d;%d", what, c.R, c.G, c.B) }
