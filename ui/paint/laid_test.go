package paint

import (
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"pgregory.net/rapid"
)

// A box is laid over lines of any characters and colours just as Lip Gloss lays
// layers, which is too slow for every frame.
func TestBoxCoversWhatLipGlossWouldCover(t *testing.T) {
	t.Parallel()
	line := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"a", "bc", " ", "漢", "字", "👩‍👩‍👧", "é", "│", "\x1b[1;31mred\x1b[m", "\x1b[38;5;8mgrey\x1b[m",
		}), 0, 12).Draw(t, "pieces"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		content := strings.Repeat(".", 40) + "\n" + strings.Join(rapid.SliceOfN(line, 1, 6).Draw(t, "content"), "\n")
		box := "-\n" + strings.Join(rapid.SliceOfN(line, 1, 4).Draw(t, "box"), "\n")
		x, y := rapid.IntRange(0, 12).Draw(t, "x"), rapid.IntRange(0, 3).Draw(t, "y")
		got := string(Laid(Styled(content), Styled(box), x, y, 60))
		want := lipgloss.NewCompositor(lipgloss.NewLayer(content), lipgloss.NewLayer(box).X(x).Y(y).Z(1)).Render()
		if got, want = cells(got), cells(want); got != want {
			t.Fatalf("at %d, %d lies\n%q\nnot\n%q", x, y, got, want)
		}
	})
}

// cells returns what a terminal shows of a frame, with its colours.
func cells(frame string) string {
	canvas := lipgloss.NewCanvas(60, 12)
	canvas.Compose(lipgloss.NewLayer(frame))
	return canvas.Render()
}
