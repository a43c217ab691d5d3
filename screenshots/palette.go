package screenshots

import (
	"image/color"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Palette is the set of colours of a terminal.
type Palette struct {
	Foreground, Background color.NRGBA
	Edge                   color.NRGBA     // line around the window
	Basic                  [16]color.NRGBA // the colours numbered 0 to 15
}

// Dark returns the palette of a terminal with a dark background.
func Dark() Palette {
	return Palette{
		Foreground: rgb(0xd6dae2),
		Background: rgb(0x15181e),
		Edge:       rgb(0x363c47),
		Basic: [16]color.NRGBA{
			rgb(0x2b303a), rgb(0xe5646e), rgb(0x8fc379), rgb(0xe2bd70),
			rgb(0x6aaef0), rgb(0xc586dc), rgb(0x5cbcc6), rgb(0xb9bfca),
			rgb(0x6a7280), rgb(0xf58a92), rgb(0xaadb96), rgb(0xf2d494),
			rgb(0x93c7fa), rgb(0xd9a8ea), rgb(0x88d6de), rgb(0xf4f6fa),
		},
	}
}

// Light returns the palette of a terminal with a light background.
func Light() Palette {
	return Palette{
		Foreground: rgb(0x262b33),
		Background: rgb(0xfcfcfa),
		Edge:       rgb(0xcfd3d9),
		Basic: [16]color.NRGBA{
			rgb(0x262b33), rgb(0xb8232f), rgb(0x2f7a2b), rgb(0x8a6100),
			rgb(0x1d5fb0), rgb(0x8a35a6), rgb(0x0d7480), rgb(0x8b919b),
			rgb(0x5c636e), rgb(0xd2434e), rgb(0x458f3f), rgb(0xa87a10),
			rgb(0x3b7ccc), rgb(0xa255bd), rgb(0x24909c), rgb(0xe9ebee),
		},
	}
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

// resolve converts a terminal colour to a colour of the picture. The numbers 16
// to 255 and true colours are the same everywhere.
func (p Palette) resolve(c color.Color) color.NRGBA {
	switch c := c.(type) {
	case ansi.BasicColor:
		return p.Basic[c&15]
	case ansi.IndexedColor:
		if c < 16 {
			return p.Basic[c]
		}
	}
	resolved := color.NRGBAModel.Convert(c).(color.NRGBA)
	resolved.A = 255
	return resolved
}

// colors returns the foreground and background of a cell.
func (p Palette) colors(s uv.Style) (ink, paper color.NRGBA) {
	ink, paper = p.Foreground, p.Background
	if s.Fg != nil {
		ink = p.resolve(s.Fg)
	}
	if s.Bg != nil {
		paper = p.resolve(s.Bg)
	}
	if s.Attrs&uv.AttrReverse != 0 {
		ink, paper = paper, ink
	}
	if s.Attrs&uv.AttrFaint != 0 {
		ink = mix(ink, paper, 3) // three eighths of the way to the background
	}
	if s.Attrs&uv.AttrConceal != 0 {
		ink = paper
	}
	return ink, paper
}
