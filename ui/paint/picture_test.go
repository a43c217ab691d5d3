package paint

import (
	"image"
	"image/color"
	"strings"
	"testing"
)

// A picture fits its box in its proportions, and every line is as wide as it.
func TestPictureFitsItsBox(t *testing.T) {
	for _, c := range []struct{ size, box, want image.Point }{
		{image.Pt(96, 54), image.Pt(34, 10), image.Pt(34, 10)},
		{image.Pt(96, 54), image.Pt(200, 100), image.Pt(96, 27)},
		{image.Pt(54, 96), image.Pt(34, 10), image.Pt(11, 10)},
		{image.Pt(3, 3), image.Pt(34, 10), image.Pt(3, 2)},
		{image.Pt(96, 1), image.Pt(10, 10), image.Pt(10, 1)},
		{image.Pt(1, 1), image.Pt(0, 0), image.Pt(0, 0)},
	} {
		m := image.NewNRGBA(image.Rectangle{Max: c.size})
		m.SetNRGBA(0, 0, color.NRGBA{R: 255, A: 128})
		lines := NewTheme(true, false, ManyShades).Picture(m, c.box.X, c.box.Y)
		if len(lines) != c.want.Y {
			t.Errorf("%v in %v has %d lines", c.size, c.box, len(lines))
		}
		for _, l := range lines {
			if CellsOf(l) != c.want.X || !strings.HasSuffix(string(l), "\x1b[m") {
				t.Errorf("%v in %v has a line of %d cells: %q", c.size, c.box, CellsOf(l), l)
			}
		}
	}
}
