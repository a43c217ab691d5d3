package screenshots

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// Encode makes a PNG of a picture, with a palette if it has at most 256
// colours, which makes it several times smaller.
func Encode(img *image.NRGBA) ([]byte, error) {
	var picture image.Image = img
	if paletted := reduce(img); paletted != nil {
		picture = paletted
	}
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&file, picture); err != nil {
		return nil, fmt.Errorf("encode the picture: %w", err)
	}
	return file.Bytes(), nil
}

// reduce gives every colour a number in the order of its first pixel, or
// returns nil if there are more colours than numbers.
func reduce(img *image.NRGBA) *image.Paletted {
	bounds := img.Bounds()
	paletted := image.NewPaletted(bounds, nil)
	numbers := map[color.NRGBA]uint8{}
	for i := range paletted.Pix {
		p := img.Pix[4*i : 4*i+4]
		c := color.NRGBA{p[0], p[1], p[2], p[3]}
		number, known := numbers[c]
		if !known {
			if len(numbers) == 256 {
				return nil
			}
			number = uint8(len(numbers))
			numbers[c] = number
			paletted.Palette = append(paletted.Palette, c)
		}
		paletted.Pix[i] = number
	}
	return paletted
}

// Differ says in words how a picture on disk differs from one just drawn, and
// nothing if it does not. Processors round differently where they fuse
// multiplication and addition, so one pixel in 2,000 may be a shade off.
func Differ(old, drawn image.Image) string {
	if old.Bounds() != drawn.Bounds() {
		return fmt.Sprintf("the size changed from %v to %v", old.Bounds().Size(), drawn.Bounds().Size())
	}
	const shade = 256 / shades
	bounds, off := drawn.Bounds(), 0
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			switch apart := distance(old.At(x, y), drawn.At(x, y)); {
			case apart > shade:
				row, column := (y-padding)/cellHeight, (x-padding)/cellWidth
				return fmt.Sprintf("the first difference is in row %d, column %d", row, column)
			case apart > 0:
				off++
			}
		}
	}
	if off*2000 > bounds.Dx()*bounds.Dy() {
		return fmt.Sprintf("%d pixels are a little off", off)
	}
	return ""
}

// distance is the largest difference of any channel, 0 to 255.
func distance(a, b color.Color) int {
	x, y := color.NRGBAModel.Convert(a).(color.NRGBA), color.NRGBAModel.Convert(b).(color.NRGBA)
	apart := func(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
	return max(apart(x.R, y.R), apart(x.G, y.G), apart(x.B, y.B), apart(x.A, y.A))
}
