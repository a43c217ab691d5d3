package paint

import (
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dubtop/api/text"
)

// Fit makes a text exactly width cells wide. It pads with spaces, or cuts and
// ends with more.
func Fit(s text.Text, width int, right bool, more text.Text) text.Text {
	if width <= 0 {
		return ""
	}
	w := TextWidth(s)
	if w > width {
		s = text.Of(ansi.Truncate(string(s), width, string(more)))
		w = TextWidth(s)
	}
	pad := text.Repeat(" ", width-w)
	if right {
		return pad + s
	}
	return s + pad
}

// Inner cuts a text in the middle to at most width cells, because names of a
// series differ at the end.
func Inner(s text.Text, width int, more text.Text) text.Text {
	w := TextWidth(s)
	if w <= width {
		return s
	}
	tail := (width - TextWidth(more)) / 2
	head := width - TextWidth(more) - tail
	if tail < 1 {
		return s
	}
	return text.Of(ansi.Truncate(string(s), head, "") + string(more) + ansi.TruncateLeft(string(s), w-tail, ""))
}

// Shorten cuts a text to at most width cells, ending with more if something was
// cut.
func Shorten(s text.Text, width int, more text.Text) text.Text {
	if TextWidth(s) <= width {
		return s
	}
	return Fit(s, width, false, more)
}

// TextWidth returns the width of a text in cells.
func TextWidth(s text.Text) int { return CellsOf(Styled(s)) }

// Wrap breaks a text into lines of at most width cells, between words or after
// a hyphen inside one. Leading hyphens, as in --demo or -$1.00, stay with their
// word.
func Wrap(s text.Text, width int) []text.Text {
	switch {
	case s == "":
		return nil
	case TextWidth(s) <= width:
		return []text.Text{s}
	}
	const stays = "\ue000" // a private-use character, one cell wide
	words := strings.ReplaceAll(strings.ReplaceAll(string(s), " --", " "+stays+stays), " -", " "+stays)
	return text.All(strings.Split(strings.ReplaceAll(ansi.Wrap(words, max(1, width), ""), stays, "-"), "\n"))
}

// Thousands formats a number with separators: 5,000.
func Thousands(n int) text.Text {
	s := text.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Bar draws share, from 0 to 1, as a bar width cells wide. Other values are
// clamped.
func (t *Theme) Bar(share float64, width int) text.Text {
	share = min(1, max(0, share))
	if math.IsNaN(share) {
		share = 0
	}
	full := int(math.Round(share * float64(width)))
	return text.Repeat(t.Glyphs.full, full) + text.Repeat(t.Glyphs.empty, width-full)
}
