package screenshots

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
)

// Encode encodes a picture as PNG. With at most 256 colours it uses a palette,
// which makes the file several times smaller.
func Encode(img *image.NRGBA) ([]byte, error) {
	var picture image.Image = img
	if paletted := reduce(img); paletted != nil {
		picture = paletted
	}
	var file bytes.Buffer
	var encoder png.Encoder
	if err := encoder.Encode(&file, picture); err != nil {
		return nil, fmt.Errorf("encode the picture: %w", err)
	}
	return file.Bytes(), nil
}

// reduce numbers the colours in order of appearance. It returns nil if there
// are more than 256.
func reduce(img *image.NRGBA) *image.Paletted {
	paletted := image.NewPaletted(img.Bounds(), nil)
	numbers := map[color.NRGBA]uint8{}
	var last color.NRGBA // most pixels equal their predecessor
	var number uint8
	for i := range paletted.Pix {
		c := pixel(img, i)
		if c != last || len(numbers) == 0 {
			known := false
			if number, known = numbers[c]; !known {
				if len(numbers) == 256 {
					return nil
				}
				number = uint8(len(numbers))
				numbers[c] = number
				paletted.Palette = append(paletted.Palette, c)
			}
			last = c
		}
		paletted.Pix[i] = number
	}
	return paletted
}

// pixel returns the colour of a pixel, numbered row by row.
func pixel(img *image.NRGBA, number int) color.NRGBA {
	p := img.Pix[4*number : 4*number+4 : 4*number+4]
	return color.NRGBA{p[0], p[1], p[2], p[3]}
}

// plain converts a picture to the layout of those just drawn.
func plain(picture image.Image) *image.NRGBA {
	bounds := picture.Bounds()
	img := image.NewNRGBA(bounds)
	if p, ok := picture.(*image.Paletted); ok {
		for i, number := range p.Pix {
			c := color.NRGBAModel.Convert(p.Palette[number]).(color.NRGBA)
			copy(img.Pix[4*i:], []uint8{c.R, c.G, c.B, c.A})
		}
		return img
	}
	draw.Draw(img, bounds, picture, bounds.Min, draw.Src)
	return img
}

// Differ describes how a picture on disk differs from one just drawn, "" if it
// does not. Processors that fuse multiplication and addition round differently,
// so one pixel in 2,000 may be a shade off.
func Differ(old image.Image, drawn *image.NRGBA) string {
	if old.Bounds() != drawn.Bounds() {
		return fmt.Sprintf("the size changed from %v to %v", old.Bounds().Size(), drawn.Bounds().Size())
	}
	before := plain(old)
	if bytes.Equal(before.Pix, drawn.Pix) {
		return ""
	}
	const shade = 256 / shades
	width, pixels, off := drawn.Bounds().Dx(), len(drawn.Pix)/4, 0
	for i := range pixels {
		switch apart := distance(pixel(before, i), pixel(drawn, i)); {
		case apart > shade:
			row, column := (i/width-padding)/cellHeight, (i%width-padding)/cellWidth
			return fmt.Sprintf("the first difference is in row %d, column %d", row, column)
		case apart > 0:
			off++
		}
	}
	if off*2000 > pixels {
		return fmt.Sprintf("%d pixels are a little off", off)
	}
	return ""
}

// distance returns the largest difference of any channel, 0 to 255.
func distance(a, b color.NRGBA) int {
	apart := func(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
	return max(apart(a.R, b.R), apart(a.G, b.G), apart(a.B, b.B), apart(a.A, b.A))
}
