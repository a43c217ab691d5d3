// Package screenshots renders screens of the real program as pictures, and
// keeps the pictures in this folder up to date.
//
// It knows cells, colours, a font, PNG and GIF. It never decides the content of a screen
// and never edits a picture: to change a picture, change the program.
//
// The same cells give the same bytes on every run, because everything is drawn
// in pure Go with an embedded font.
package screenshots

import (
	"fmt"
	"image"
	"image/color"
	"math"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	// DejaVu Sans Mono has all glyphs that dubtop uses. Its licence (Bitstream
	// Vera and Arev, changes in the public domain) allows everybody to use,
	// embed and redistribute it.
	"github.com/go-fonts/dejavu/dejavusansmono"
	"github.com/go-fonts/dejavu/dejavusansmonobold"
	"github.com/go-fonts/dejavu/dejavusansmonoboldoblique"
	"github.com/go-fonts/dejavu/dejavusansmonooblique"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// All sizes are in pixels of a picture at twice its shown size.
const (
	cellWidth  = 16
	cellHeight = 32
	// fontSize makes the font's advance, 1233 of 2048 units, exactly one cell.
	fontSize = cellWidth * 2048.0 / 1233
	baseline = 25 // from the top of the cell; centres the letters
	stroke   = 2  // width of a light line

	padding = 28 // between the edge of the window and its cells
	corner  = 20 // corner radius of the window

	// shades is the number of steps between background and foreground at an
	// edge. So few of them keep a screen within the 256 colours of a small PNG,
	// and nobody sees them at twice the shown size.
	shades = 8
)

// The styles of the font, as bit flags.
const (
	bold = 1 << iota
	italic
)

// Camera draws screens with one palette. It is not safe for concurrent use.
type Camera struct {
	palette Palette
	fonts   [4]*opentype.Font // by style
	faces   [4]font.Face
}

// New returns a camera with its font loaded.
func New(palette Palette) (*Camera, error) {
	c := &Camera{palette: palette}
	for style, ttf := range [4][]byte{
		0:             dejavusansmono.TTF,
		bold:          dejavusansmonobold.TTF,
		italic:        dejavusansmonooblique.TTF,
		bold | italic: dejavusansmonoboldoblique.TTF,
	} {
		parsed, err := opentype.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("read the font: %w", err)
		}
		face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: fontSize, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return nil, fmt.Errorf("scale the font: %w", err)
		}
		c.fonts[style], c.faces[style] = parsed, face
	}
	return c, nil
}

// Shoot draws a screen, given as rows of cells, in a window with round corners.
// It fails if the font lacks a character, because a picture with boxes instead
// of letters helps nobody.
func (c *Camera) Shoot(cells [][]uv.Cell) (*image.NRGBA, error) {
	columns := 0
	for _, row := range cells {
		columns = max(columns, len(row))
	}
	p := c.window(columns*cellWidth, len(cells)*cellHeight)
	for y, row := range cells {
		for x := range row {
			cell := row[x]
			if cell.Width == 0 && cell.Content == "" {
				if x > 0 && row[x-1].Width > 1 {
					continue // right half of the previous wide cell
				}
				cell.Content = " "
			}
			at := image.Pt(padding+x*cellWidth, padding+y*cellHeight)
			if err := c.cell(p, at, cell); err != nil {
				return nil, fmt.Errorf("row %d, column %d: %w", y, x, err)
			}
		}
	}
	return p.img, nil
}

// window returns a canvas with an empty window for cells of this total size.
func (c *Camera) window(width, height int) canvas {
	img := image.NewNRGBA(image.Rect(0, 0, width+2*padding, height+2*padding))
	p := canvas{img}
	p.fill(img.Bounds(), c.palette.Background)
	size := img.Bounds().Max
	for y := range size.Y {
		for x := 0; x < size.X; x++ {
			if x == corner && y >= corner && y < size.Y-corner {
				x = size.X - corner // skip the middle of the edge
			}
			depth := depthInside(x, y, size)
			p.blend(x, y, c.palette.Edge, stroke+0.5-depth)
			p.fade(x, y, depth+0.5)
		}
	}
	return p
}

// depthInside returns how deep the centre of a pixel lies inside a rounded
// rectangle of this size, negative outside.
func depthInside(x, y int, size image.Point) float64 {
	dx := math.Abs(float64(x)+0.5-float64(size.X)/2) - (float64(size.X)/2 - corner)
	dy := math.Abs(float64(y)+0.5-float64(size.Y)/2) - (float64(size.Y)/2 - corner)
	if dx > 0 && dy > 0 {
		return corner - math.Hypot(dx, dy)
	}
	return corner - max(dx, dy)
}

// cell draws a cell with its upper left corner at a point.
func (c *Camera) cell(p canvas, at image.Point, cell uv.Cell) error {
	ink, paper := c.palette.colors(cell.Style)
	box := image.Rect(0, 0, max(cell.Width, 1)*cellWidth, cellHeight).Add(at)
	p.fill(box, paper)
	for _, r := range cell.Content {
		if err := c.glyph(p, box, r, fontStyle(cell.Style), ink); err != nil {
			return err
		}
	}
	if cell.Style.Underline != ansi.UnderlineNone {
		line := ink
		if cell.Style.UnderlineColor != nil {
			line = c.palette.resolve(cell.Style.UnderlineColor)
		}
		p.fill(image.Rect(box.Min.X, at.Y+baseline+3, box.Max.X, at.Y+baseline+3+stroke), line)
	}
	if cell.Style.Attrs&uv.AttrStrikethrough != 0 {
		p.fill(image.Rect(box.Min.X, at.Y+baseline-8, box.Max.X, at.Y+baseline-8+stroke), ink)
	}
	return nil
}

func fontStyle(s uv.Style) int {
	style := 0
	if s.Attrs&uv.AttrBold != 0 {
		style |= bold
	}
	if s.Attrs&uv.AttrItalic != 0 {
		style |= italic
	}
	return style
}

// glyph draws a rune. Borders and bars are drawn as shapes, so that they meet
// at the edges of their cells; everything else comes from the font.
func (c *Camera) glyph(p canvas, box image.Rectangle, r rune, style int, ink color.NRGBA) error {
	if r == ' ' || r == '\ufe0f' {
		return nil
	}
	if covers := shape(r); covers != nil {
		for y := range box.Dy() {
			for x := range box.Dx() {
				p.blend(box.Min.X+x, box.Min.Y+y, ink, covers(x, y))
			}
		}
		return nil
	}
	face, err := c.face(r, style)
	if err != nil {
		return err
	}
	within, mask, from, _, _ := face.Glyph(fixed.P(box.Min.X, box.Min.Y+baseline), r)
	alpha := mask.(*image.Alpha) // opentype draws nothing else
	visible := within.Intersect(box)
	for y := visible.Min.Y; y < visible.Max.Y; y++ {
		for x := visible.Min.X; x < visible.Max.X; x++ {
			a := alpha.AlphaAt(from.X+x-within.Min.X, from.Y+y-within.Min.Y).A
			p.blend(x, y, ink, float64(a)/0xff)
		}
	}
	return nil
}

// face returns a font face that has the rune: in the wanted style, else
// upright, because the slanted faces lack some symbols.
func (c *Camera) face(r rune, style int) (font.Face, error) {
	for _, s := range [2]int{style, style &^ italic} {
		index, err := c.fonts[s].GlyphIndex(nil, r)
		if err != nil {
			return nil, fmt.Errorf("look up %q: %w", r, err)
		}
		if index != 0 {
			return c.faces[s], nil
		}
	}
	return nil, fmt.Errorf("the font has no %q (%U)", r, r)
}

// canvas is a picture being drawn.
type canvas struct{ img *image.NRGBA }

func (p canvas) fill(area image.Rectangle, c color.NRGBA) {
	bytes := 4 * area.Dx()
	first := p.img.Pix[p.img.PixOffset(area.Min.X, area.Min.Y):][:bytes]
	for i := 0; i < bytes; i += 4 {
		copy(first[i:], []uint8{c.R, c.G, c.B, c.A})
	}
	for y := area.Min.Y + 1; y < area.Max.Y; y++ {
		copy(p.img.Pix[p.img.PixOffset(area.Min.X, y):], first)
	}
}

// blend draws c over a pixel. coverage is 0 to 1 and rounded to one of the few
// shades.
func (p canvas) blend(x, y int, c color.NRGBA, coverage float64) {
	step := steps(coverage)
	if step == 0 {
		return
	}
	under := p.img.NRGBAAt(x, y)
	p.img.SetNRGBA(x, y, mix(under, c, step))
}

// fade makes a pixel as opaque as coverage, 0 to 1.
func (p canvas) fade(x, y int, coverage float64) {
	at := p.img.NRGBAAt(x, y)
	at.A = uint8(255 * steps(coverage) / shades)
	if at.A == 0 {
		at = color.NRGBA{}
	}
	p.img.SetNRGBA(x, y, at)
}

func steps(coverage float64) int {
	return int(math.Round(min(max(coverage, 0), 1) * shades))
}

// mix returns the colour at a step between two colours, out of shades.
func mix(from, to color.NRGBA, step int) color.NRGBA {
	channel := func(a, b uint8) uint8 {
		return uint8((int(a)*(shades-step) + int(b)*step + shades/2) / shades)
	}
	return color.NRGBA{channel(from.R, to.R), channel(from.G, to.G), channel(from.B, to.B), 255}
}
