package screenshots

import (
	"bytes"
	"image"
	"image/draw"
	"image/gif"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
)

// filmed returns a film of screens that are shown for a second each.
func filmed(t *testing.T, pictures ...*image.NRGBA) *Film {
	t.Helper()
	f := NewFilm(Dark())
	for _, p := range pictures {
		if err := f.Add(p, time.Second); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func TestFilmShowsEveryPicture(t *testing.T) {
	camera := newCamera(t)
	var pictures []*image.NRGBA
	for _, s := range []string{pattern, "\x1b[31mred\x1b[0m and \x1b[7mreverse\x1b[0m", "\x1b[31mred\x1b[0m and reverse", pattern} {
		pictures = append(pictures, shootWith(t, camera, screen(70, 7, s)))
	}
	file, err := filmed(t, pictures...).Encode()
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Image) != len(pictures) {
		t.Fatalf("%d frames of %d pictures", len(g.Image), len(pictures))
	}
	if all, part := g.Image[0].Rect, g.Image[2].Rect; part.Dx()*20 > all.Dx()*3 || part.Dy() > cellHeight {
		t.Errorf("one word changed, and %v of %v are drawn again", part, all)
	}
	shown := image.NewNRGBA(pictures[0].Rect)
	inside := shown.Rect.Inset(corner) // the corners are half transparent
	for n, frame := range g.Image {
		draw.Draw(shown, frame.Rect, frame, frame.Rect.Min, draw.Over)
		for y := inside.Min.Y; y < inside.Max.Y; y++ {
			for x := inside.Min.X; x < inside.Max.X; x++ {
				if a, b := shown.NRGBAAt(x, y), pictures[n].NRGBAAt(x, y); distance(a, b) > alike || b == Dark().Background && a != b {
					t.Fatalf("frame %d is %v at %d,%d, want %v", n, a, x, y, b)
				}
			}
		}
	}
}

func TestFilmStaysOnAPictureThatIsAddedAgain(t *testing.T) {
	a, b := shoot(t, screen(3, 2, "abc")), shoot(t, screen(3, 2, "abd"))
	f := filmed(t, a, a, b, b, b)
	file, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(file))
	if err != nil || len(g.Delay) != 2 || g.Delay[0] != 200 || g.Delay[1] != 300 {
		t.Errorf("%v, %v", g.Delay, err)
	}
}

func TestFilmIsOfOneSize(t *testing.T) {
	f := filmed(t, shoot(t, screen(3, 2, "abc")))
	for _, other := range [][][]uv.Cell{screen(4, 2, "abc"), screen(3, 3, "abc")} {
		if err := f.Add(shoot(t, other), time.Second); err == nil {
			t.Error("a picture of another size was added")
		}
	}
	if _, err := NewFilm(Dark()).Encode(); err == nil {
		t.Error("an empty film was encoded")
	}
}
