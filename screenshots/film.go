package screenshots

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"time"
)

// Film is a series of pictures of one size that becomes a GIF.
//
// A picture is kept as the part that differs from the one before it, because most
// screens differ in a few rows.
type Film struct {
	frames  []*image.Paletted
	lasts   []time.Duration
	size    image.Rectangle
	palette color.Palette         // numbered in order of appearance; 0 is transparent
	numbers map[color.NRGBA]uint8 // of colours in the palette, or close to one
	shown   []uint8               // the number of every pixel
}

const (
	// alike is how far apart two colours are at most that become one. Fewer
	// colours make a smaller file.
	alike = 12
	// unchanged is the number of the transparent colour. It lets the picture before
	// show through, and is outside the round corners of the window.
	unchanged = 0
)

// NewFilm returns an empty film. The colours of the palette stay exact.
func NewFilm(p Palette) *Film {
	f := &Film{palette: color.Palette{color.NRGBA{}}, numbers: map[color.NRGBA]uint8{{}: unchanged}}
	for _, c := range append([]color.NRGBA{p.Background, p.Foreground, p.Edge}, p.Basic[:]...) {
		f.number(c)
	}
	return f
}

// Add adds a picture that is shown for a time. An equal picture makes the one
// before it last longer.
func (f *Film) Add(img *image.NRGBA, lasts time.Duration) error {
	if f.shown == nil {
		f.size = img.Bounds()
		f.shown = make([]uint8, f.size.Dx()*f.size.Dy())
	}
	if img.Bounds() != f.size {
		return fmt.Errorf("a picture of %v in a film of %v", img.Bounds().Size(), f.size.Size())
	}
	next := f.reduce(img)
	changed := f.changes(next)
	if changed.Empty() && len(f.frames) > 0 {
		f.lasts[len(f.lasts)-1] += lasts
		return nil
	}
	frame := image.NewPaletted(changed, nil)
	for y := changed.Min.Y; y < changed.Max.Y; y++ {
		for x := changed.Min.X; x < changed.Max.X; x++ {
			if i := y*f.size.Dx() + x; next[i] != f.shown[i] {
				frame.SetColorIndex(x, y, next[i])
			}
		}
	}
	f.frames, f.lasts, f.shown = append(f.frames, frame), append(f.lasts, lasts), next
	return nil
}

// reduce returns the number of the colour of every pixel.
func (f *Film) reduce(img *image.NRGBA) []uint8 {
	numbers := make([]uint8, len(f.shown))
	var last color.NRGBA // most pixels equal their predecessor
	var number uint8
	for i := range numbers {
		if c := pixel(img, i); c != last || i == 0 {
			last, number = c, f.number(c)
		}
		numbers[i] = number
	}
	return numbers
}

// number returns the number of a colour: that of one like it, or else a new one,
// or, in a full palette, that of the nearest.
func (f *Film) number(c color.NRGBA) uint8 {
	number, known := f.numbers[c]
	if known {
		return number
	}
	switch {
	case c.A < 128:
		number = unchanged
	default:
		solid := color.NRGBA{c.R, c.G, c.B, 255}
		nearest, apart := f.nearest(solid)
		if number = nearest; apart > alike && len(f.palette) < 256 {
			number = uint8(len(f.palette))
			f.palette = append(f.palette, solid)
		}
	}
	f.numbers[c] = number
	return number
}

// nearest returns the colour of the palette that is nearest to c, and how far it
// is from it.
func (f *Film) nearest(c color.NRGBA) (number uint8, apart int) {
	apart = 256
	for i, known := range f.palette[1:] {
		if d := distance(known.(color.NRGBA), c); d < apart {
			number, apart = uint8(i+1), d
		}
	}
	return number, apart
}

// changes returns the rectangle that contains all pixels that change.
func (f *Film) changes(next []uint8) (changed image.Rectangle) {
	width := f.size.Dx()
	for y := range f.size.Dy() {
		before, after := f.shown[y*width:(y+1)*width], next[y*width:(y+1)*width]
		if bytes.Equal(before, after) {
			continue
		}
		from, to := 0, width
		for before[from] == after[from] {
			from++
		}
		for before[to-1] == after[to-1] {
			to--
		}
		changed = changed.Union(image.Rect(from, y, to, y+1))
	}
	return changed
}

// Encode encodes the film as a GIF that plays again and again.
func (f *Film) Encode() ([]byte, error) {
	if len(f.frames) == 0 {
		return nil, errors.New("the film is empty")
	}
	g := gif.GIF{Image: f.frames, Config: image.Config{ColorModel: f.palette, Width: f.size.Dx(), Height: f.size.Dy()}}
	for i, frame := range f.frames {
		frame.Palette = f.palette
		g.Delay = append(g.Delay, int(f.lasts[i]/(10*time.Millisecond)))
		g.Disposal = append(g.Disposal, gif.DisposalNone)
	}
	var file bytes.Buffer
	if err := gif.EncodeAll(&file, &g); err != nil {
		return nil, fmt.Errorf("encode the film: %w", err)
	}
	return file.Bytes(), nil
}
