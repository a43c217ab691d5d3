package screenshots

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"unicode/utf8"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
)

// glyphs are the characters on dubtop's screens other than letters.
const glyphs = "✓✗●○◐◌▌▏▓░█▒▀▄▐▎▍─│╭╮╰╯├┤┬┴┼┌┐└┘━┃┏┓┗┛…≈·→↑↓←—–⏸⚠×•↵⌘▸▾▶◆■□≥≤«»“”’⠋⠙⠹⣾⣽"

// screen returns what a terminal of this size shows after text was written to
// it.
func screen(width, height int, text string) [][]uv.Cell {
	emulator := vt.NewEmulator(width, height)
	_, _ = emulator.WriteString(strings.ReplaceAll(text, "\n", "\r\n"))
	cells := make([][]uv.Cell, height)
	for y := range cells {
		for x := range width {
			cells[y] = append(cells[y], *emulator.CellAt(x, y))
		}
	}
	return cells
}

// pattern contains everything that a camera can get wrong.
const pattern = "plain \x1b[1mbold\x1b[0m \x1b[2mfaint\x1b[0m \x1b[3mitalic ✓\x1b[0m \x1b[4munder\x1b[0m \x1b[9mstrike\x1b[0m \x1b[7mreverse\x1b[0m \x1b[8mhidden\x1b[0m\n" +
	"\x1b[31mred \x1b[32mgreen \x1b[33myellow \x1b[34mblue \x1b[35mmagenta \x1b[36mcyan\x1b[0m \x1b[90mgrey\x1b[0m \x1b[97;44m white \x1b[0m\n" +
	"\x1b[38;5;208mindexed\x1b[0m \x1b[38;2;255;0;128mtrue\x1b[0m \x1b[48;2;40;60;90m paper \x1b[0m \x1b[1;3mbold italic\x1b[0m fjgpqy|_\n" +
	"╭──────┬──────╮ ┌──┬──┐ ┏━━┳━━┓ \x1b[36m▓▓▓▓▒▒▒▒░░░░\x1b[0m ██▉▊▋▌▍▎▏\n" +
	"│ ✓ ok │ ✗ no │ │  │  │ ┃  ┃  ┃ ▁▂▃▄▅▆▇█ ▖▗▘▙▚▛▜▝▞▟ ▔▕▐\n" +
	"├──────┼──────┤ ├──┼──┤ ┣━━╋━━┫ \x1b[7m ▌● running \x1b[0m ⏸ ⚠ … ≈ · →\n" +
	"╰──────┴──────╯ └──┴──┘ ┗━━┻━━┛ ⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ⣾⣽⣻⢿ ─╴╶╵╷"

// newCamera loads the font, which takes longer than drawing a picture.
func newCamera(t *testing.T) *Camera {
	t.Helper()
	camera, err := New(Dark())
	if err != nil {
		t.Fatal(err)
	}
	return camera
}

func shoot(t *testing.T, cells [][]uv.Cell) *image.NRGBA {
	t.Helper()
	return shootWith(t, newCamera(t), cells)
}

func shootWith(t *testing.T, camera *Camera, cells [][]uv.Cell) *image.NRGBA {
	t.Helper()
	img, err := camera.Shoot(cells)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestPatternIsUnchanged(t *testing.T) {
	check(t, "testdata/dark", Dark(), screen(70, 7, pattern))
	check(t, "testdata/light", Light(), screen(70, 7, pattern))
}

func TestTheSameCellsMakeTheSameBytes(t *testing.T) {
	var files [2][]byte
	for i := range files {
		var err error
		if files[i], err = Encode(shoot(t, screen(70, 7, pattern))); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("two pictures of the same cells differ")
	}
}

func TestScreenMakesASmallFileWithAPalette(t *testing.T) {
	rows := strings.Split(pattern, "\n")
	for len(rows) < 36 {
		rows = append(rows, rows[len(rows)-7])
	}
	file, err := Encode(shoot(t, screen(120, 36, strings.Join(rows, "\n"))))
	if err != nil {
		t.Fatal(err)
	}
	if len(file) > maxFile {
		t.Errorf("%d bytes, want at most %d", len(file), maxFile)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := img.(*image.Paletted); !ok {
		t.Errorf("a %T, want a palette", img)
	}
}

func TestEveryGlyphLeavesInk(t *testing.T) {
	camera := newCamera(t)
	for _, style := range []string{"", "\x1b[1m", "\x1b[3m", "\x1b[1;3m"} {
		cells := screen(len(glyphs), 1, style+glyphs)
		img, seen := shootWith(t, camera, cells), 0
		for x, cell := range cells[0] {
			if !strings.Contains(glyphs, cell.Content) || cell.Content == "" {
				continue
			}
			seen++
			at := image.Pt(padding+x*cellWidth, padding)
			if ink(img, image.Rect(0, 0, cellWidth, cellHeight).Add(at)) == 0 {
				t.Errorf("%q leaves no ink in style %q", cell.Content, style)
			}
		}
		if want := utf8.RuneCountInString(glyphs); seen != want {
			t.Errorf("%d glyphs were looked at, want %d", seen, want)
		}
	}
}

// ink counts the pixels that are not background.
func ink(img *image.NRGBA, area image.Rectangle) int {
	n := 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if img.NRGBAAt(x, y) != Dark().Background {
				n++
			}
		}
	}
	return n
}

func TestMissingGlyphIsAnError(t *testing.T) {
	_, err := newCamera(t).Shoot(screen(4, 2, "ok\n漢"))
	if err == nil || !strings.Contains(err.Error(), "row 1, column 0") || !strings.Contains(err.Error(), "漢") {
		t.Errorf("Shoot: %v, want an error with the place and the character", err)
	}
}

// TestBordersJoin follows the lines of a box. There must be no gap between its
// corners and sides.
func TestBordersJoin(t *testing.T) {
	for _, box := range []string{"╭──╮\n│  │\n╰──╯", "┌──┐\n│  │\n└──┘", "┏━━┓\n┃  ┃\n┗━━┛", "├──┤\n│  │\n├──┤"} {
		img := shoot(t, screen(4, 3, box))
		top := padding + cellHeight/2
		for x := padding + cellWidth; x < padding+3*cellWidth; x++ {
			if img.NRGBAAt(x, top) != Dark().Foreground {
				t.Fatalf("%q: a gap in the top line at x=%d", box, x)
			}
		}
		side := padding + cellWidth/2
		for y := padding + cellHeight; y < padding+2*cellHeight; y++ {
			if img.NRGBAAt(side, y) != Dark().Foreground {
				t.Fatalf("%q: a gap in the side at y=%d", box, y)
			}
		}
		corner := image.Rect(0, 0, cellWidth, cellHeight).Add(image.Pt(padding, padding))
		if n := ink(img, corner); n < stroke*cellWidth/2 {
			t.Errorf("%q: only %d pixels of ink in the corner", box, n)
		}
	}
}

func TestBarsFillTheirCells(t *testing.T) {
	tests := []struct {
		r    rune
		want int // eighths of the cell
	}{{'█', 8}, {'▌', 4}, {'▏', 1}, {'▉', 7}, {'▐', 4}, {'▀', 4}, {'▄', 4}, {'▁', 1}, {'▇', 7}, {'▔', 1}, {'▕', 1}, {'▟', 6}, {'▖', 2}, {'▚', 4}}
	camera := newCamera(t)
	for _, test := range tests {
		img := shootWith(t, camera, screen(1, 1, string(test.r)))
		got := ink(img, img.Bounds().Inset(padding))
		if want := cellWidth * cellHeight * test.want / 8; got != want {
			t.Errorf("%c covers %d pixels, want %d", test.r, got, want)
		}
	}
}

func TestColoursAndAttributes(t *testing.T) {
	dark := Dark()
	tests := []struct {
		name, text string
		want       color.NRGBA // of the first cell, filled by █
	}{
		{"default", "█", dark.Foreground},
		{"one of sixteen", "\x1b[32m█", dark.Basic[2]},
		{"bright", "\x1b[92m█", dark.Basic[10]},
		{"one of sixteen, by number", "\x1b[38;5;2m█", dark.Basic[2]},
		{"one of 256", "\x1b[38;5;208m█", color.NRGBA{255, 135, 0, 255}},
		{"true colour", "\x1b[38;2;1;2;3m█", color.NRGBA{1, 2, 3, 255}},
		{"reversed", "\x1b[7m█", dark.Background},
		{"a reversed blank", "\x1b[7;31m ", dark.Basic[1]},
		{"hidden", "\x1b[8m█", dark.Background},
		{"paper", "\x1b[44m ", dark.Basic[4]},
		{"faint", "\x1b[2m█", mix(dark.Foreground, dark.Background, 3)},
	}
	camera := newCamera(t)
	for _, test := range tests {
		img := shootWith(t, camera, screen(2, 1, test.text+"\x1b[0m"))
		if got := img.NRGBAAt(padding+3, padding+3); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestLinesUnderAndThroughText(t *testing.T) {
	for text, y := range map[string]int{"\x1b[4m ": baseline + 3, "\x1b[9m ": baseline - 8} {
		img := shoot(t, screen(2, 1, text+"\x1b[0m"))
		for x := range cellWidth {
			if got := img.NRGBAAt(padding+x, padding+y); got != Dark().Foreground {
				t.Fatalf("%q: %v at %d,%d", text, got, x, y)
			}
		}
	}
}

func TestTheWindowHasRoundCorners(t *testing.T) {
	img := shoot(t, screen(4, 2, ""))
	size := img.Bounds().Max
	for _, p := range []image.Point{{0, 0}, {size.X - 1, 0}, {0, size.Y - 1}, {size.X - 1, size.Y - 1}} {
		if a := img.NRGBAAt(p.X, p.Y).A; a != 0 {
			t.Errorf("the corner at %v has alpha %d", p, a)
		}
	}
	if got := img.NRGBAAt(size.X/2, 0); got != Dark().Edge {
		t.Errorf("the upper edge is %v", got)
	}
}

func TestDifferences(t *testing.T) {
	a := shoot(t, screen(3, 2, "abc\ndef"))
	if d := Differ(a, a); d != "" {
		t.Errorf("a picture differs from itself: %s", d)
	}
	if d := Differ(a, shoot(t, screen(3, 2, "abc\ndeg"))); !strings.Contains(d, "row 1, column 2") {
		t.Errorf("another letter: %q", d)
	}
	if d := Differ(a, shoot(t, screen(4, 2, "abc\ndef"))); !strings.Contains(d, "size") {
		t.Errorf("another size: %q", d)
	}
	nudged := *a
	nudged.Pix = bytes.Clone(a.Pix)
	nudged.Pix[4*(padding*a.Bounds().Dx()+padding)]++
	if d := Differ(a, &nudged); d != "" {
		t.Errorf("one pixel, one step off: %q", d)
	}
	for i := range nudged.Pix {
		nudged.Pix[i] ^= 1
	}
	if d := Differ(a, &nudged); d == "" {
		t.Error("every pixel a little off is no difference")
	}
}
