package uitest

import (
	"bytes"
	"slices"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
)

// Screen returns the visible text: rows joined by newlines, without trailing
// blanks and empty rows at the bottom.
func (d *Terminal) Screen() string {
	rows := make([]string, 0, 64)
	for _, line := range d.Cells() {
		var row strings.Builder
		for _, c := range line {
			if c.Content == "" && c.Width > 0 {
				c.Content = " "
			}
			row.WriteString(c.Content)
		}
		rows = append(rows, strings.TrimRight(row.String(), " "))
	}
	return strings.TrimRight(strings.Join(rows, "\n"), "\n")
}

// Sees fails the test, showing the whole frame, unless each text appears in
// some row of the screen.
func (d *Terminal) Sees(texts ...string) {
	d.t.Helper()
	now := d.Screen()
	for _, text := range texts {
		if !inSomeRow(now, text) {
			d.t.Fatalf("the screen should show %q\n%s", text, framed(now))
		}
	}
}

// DoesNotSee fails the test, showing the whole frame, if any of the texts
// appears in a row of the screen.
func (d *Terminal) DoesNotSee(texts ...string) {
	d.t.Helper()
	now := d.Screen()
	for _, text := range texts {
		if inSomeRow(now, text) {
			d.t.Fatalf("the screen should not show %q\n%s", text, framed(now))
		}
	}
}

func inSomeRow(screen, text string) bool {
	return slices.ContainsFunc(strings.Split(screen, "\n"), func(row string) bool {
		return strings.Contains(row, text)
	})
}

// framed puts a screen between rules for a failure message.
func framed(screen string) string {
	rule := strings.Repeat("┈", 40)
	return rule + "\n" + screen + "\n" + rule
}

// Cells returns the screen as a grid, row by row, for screenshots. A cell of
// width 0 is the right half of the wide one before it.
func (d *Terminal) Cells() [][]uv.Cell {
	d.mu.Lock()
	defer d.mu.Unlock()
	grid := make([][]uv.Cell, d.emulator.Height())
	for y := range grid {
		grid[y] = make([]uv.Cell, d.emulator.Width())
		for x := range grid[y] {
			if c := d.emulator.CellAt(x, y); c != nil {
				grid[y][x] = *c
			}
		}
	}
	return grid
}

// Styled returns the screen with colours and attributes as escape sequences.
func (d *Terminal) Styled() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.emulator.Render()
}

// Cursor returns the position of the terminal's cursor, counted from 0, and
// whether it is visible.
func (d *Terminal) Cursor() (x, y int, shown bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := d.emulator.CursorPosition()
	return at.X, at.Y, d.cursorShown
}

// Title returns the title of the window.
func (d *Terminal) Title() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.title
}

// Clipboard returns the text that the program last copied through the terminal
// (OSC 52).
func (d *Terminal) Clipboard() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clipboard
}

// Traffic calls do and returns how many frames, and bytes in them, the program
// writes meanwhile. Every frame is drawn, even if nobody looks at it.
func (d *Terminal) Traffic(do func()) (frames, bytes int) {
	count := func() (int, int) {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.writes, d.raw.Len()
	}
	d.fit.watched.Store(true)
	defer d.fit.watched.Store(false)
	writes, written := count()
	do()
	frames, bytes = count()
	return frames - writes, bytes - written
}

// Raw returns every byte the program has written, so that tests can check for
// forbidden ones.
func (d *Terminal) Raw() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return bytes.Clone(d.raw.Bytes())
}
