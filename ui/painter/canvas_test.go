package painter

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

const testRows = 40

func testCanvas() *canvas {
	c := newCanvas(Terminal{Width: 120, Height: testRows, Profile: colorprofile.TrueColor})
	c.learn(tea.WindowSizeMsg{Width: 120, Height: testRows})
	return c
}

// page returns a screen of different rows, with changed the last one.
func page(first int, changed string) tea.View {
	rows := make([]string, testRows)
	for i := range rows {
		rows[i] = strings.Repeat(fmt.Sprintf("%03d ", first+i), 29)
	}
	rows[testRows-1] = changed
	v := tea.NewView(strings.Join(rows, "\n"))
	v.AltScreen = true
	return v
}

// Rows that have moved are scrolled by the terminal instead of written again.
func TestRowsThatMoveAreScrolled(t *testing.T) {
	c := testCanvas()
	whole := len(c.frame(page(0, "hints")))
	if n := len(c.frame(page(1, "hints"))); n > whole/8 {
		t.Errorf("moving by one row writes %d bytes, the whole screen %d", n, whole)
	}
	if n := len(c.frame(page(1, "other hints"))); n > 40 {
		t.Errorf("a changed row writes %d bytes", n)
	}
	if n := len(c.frame(page(5, "hints"))); n > whole/4 {
		t.Errorf("moving by four rows after that writes %d bytes, the whole screen %d", n, whole)
	}
}

// Rows that a filter leaves in other places are not looked at as scrolled.
func TestScatteredRowsHaveNotMoved(t *testing.T) {
	before := []string{"title", "a", "b", "c", "d", "e", "", ""}
	for name, c := range map[string]struct {
		now   []string
		moved bool
	}{
		"the same":             {before, false},
		"one scrolled off":     {[]string{"title", "b", "c", "d", "e", "f", "", ""}, true},
		"two scrolled in":      {[]string{"title", "x", "y", "a", "b", "c", "", ""}, true},
		"every second is left": {[]string{"title", "a", "c", "e", "", "", "", ""}, false},
		"only blank ones left": {[]string{"", "", "", "", "", "", "", "title"}, false},
	} {
		if got := moved(before, c.now); got != c.moved {
			t.Errorf("%s: moved is %v", name, got)
		}
	}
}

// BenchmarkRow measures a frame in which one row is new, such as a typed
// character, and one in which all rows move.
func BenchmarkRow(b *testing.B) {
	for name, pages := range map[string][2]tea.View{
		"changed": {page(0, "filter p"), page(0, "filter pr")},
		"moved":   {page(0, "hints"), page(1, "hints")},
	} {
		b.Run(name, func(b *testing.B) {
			c := testCanvas()
			for i := 0; b.Loop(); i++ {
				c.frame(pages[i%2])
			}
		})
	}
}
