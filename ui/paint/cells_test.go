package paint

import (
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"dubtop/api/text"
)

// pieces are characters of all kinds: one cell wide and two, marks that join
// the character before them, and one that joins the character after it.
var pieces = rapid.SampledFrom([]string{
	"a", "bc", " ", "-", "é", "e\u0301", "漢", "👩", "🇩🇪", "✓", "│", "…", "\u0301", "\u0600", "가", "\u1100", "नि", "\ufffd", "9\u20e3",
})

func TestCellWidthsMatchTheTerminal(t *testing.T) {
	t.Parallel()
	theme := NewTheme(true, false, ManyShades)
	rapid.Check(t, func(t *rapid.T) {
		var line Styled
		for range rapid.IntRange(0, 5).Draw(t, "parts") {
			line += theme.Text(Tone(rapid.IntRange(0, int(toneCount)-1).Draw(t, "tone")), drawnText(t))
		}
		line += Styled(rapid.SampledFrom([]string{"", "\x1b[0m", "\x1b]8;;http://x\aab\x1b]8;;\a", "\x1b[2K12", "\tab"}).Draw(t, "rest"))
		if got, want := CellsOf(line), ansi.StringWidth(string(line)); got != want {
			t.Fatalf("%q has %d cells, counted %d", line, want, got)
		}
	})
}

func TestTextThatFitsIsNotWrapped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawnText(t)
		if s == "" {
			return
		}
		if got, want := Wrap(s, TextWidth(s)), ansi.Wrap(string(s), TextWidth(s), ""); len(got) != 1 || string(got[0]) != want {
			t.Fatalf("%q becomes %q, ansi makes %q", s, got, want)
		}
	})
}

// drawnText returns a clean text.
func drawnText(t *rapid.T) (s text.Text) {
	for _, p := range rapid.SliceOfN(pieces, 0, 8).Draw(t, "text") {
		s += text.Text(p)
	}
	return text.Of(string(s))
}
