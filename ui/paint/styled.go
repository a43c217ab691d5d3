// Package paint turns clean text into screen output: tones and their colours,
// glyphs, and cutting, wrapping and joining by terminal cells. Only a text.Text
// can be painted. It knows no screens.
package paint

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dubtop/api/text"
)

// Styled is screen output: clean text with the escape sequences of our own
// tones, in one or more lines. It is created from a text.Text, in this file
// alone.
type Styled string

// brush wraps text in the escape sequences of one style. It is computed once
// per theme, because building a style for every cell makes frames slow.
type brush struct{ open, close string }

func newBrush(s lipgloss.Style) brush {
	open, shut, _ := strings.Cut(s.Render("\x00"), "\x00")
	return brush{open, shut}
}

// On draws a text in the style.
func (p brush) On(s text.Text) Styled {
	if s == "" {
		return ""
	}
	return Styled(p.open + string(s) + p.close)
}

// Text draws a text in a tone.
func (t *Theme) Text(n Tone, s text.Text) Styled { return t.Normal[n].On(s) }

// Dim removes the colours from the content below a dialog.
func (t *Theme) Dim(s Styled) Styled {
	lines := strings.Split(ansi.Strip(string(s)), "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = t.Normal[Faint].open + line + t.Normal[Faint].close
		}
	}
	return Styled(strings.Join(lines, "\n"))
}

// Blank returns n empty cells.
func Blank(n int) Styled { return Styled(strings.Repeat(" ", n)) }

// Drawing collects pieces of one line from left to right.
type Drawing struct{ b strings.Builder }

// Grow reserves capacity for bytes.
func (d *Drawing) Grow(bytes int) { d.b.Grow(bytes) }

// Add appends a piece on the right.
func (d *Drawing) Add(s Styled) { d.b.WriteString(string(s)) }

// Styled returns the pieces joined.
func (d *Drawing) Styled() Styled { return Styled(d.b.String()) }

// Joined joins lines top to bottom.
func Joined(lines []Styled) Styled {
	n := len(lines)
	for _, l := range lines {
		n += len(l)
	}
	var b strings.Builder
	b.Grow(n)
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(string(l))
	}
	return Styled(b.String())
}

// Parted splits s into lines.
func Parted(s Styled) []Styled {
	var lines []Styled
	for l := range strings.SplitSeq(string(s), "\n") {
		lines = append(lines, Styled(l))
	}
	return lines
}

// FitStyled cuts a styled text to at most width cells.
func FitStyled(s Styled, width int) Styled {
	if CellsOf(s) <= width {
		return s
	}
	return Styled(ansi.Truncate(string(s), max(0, width), "…"))
}

// cut cuts a styled text to at most width cells, ending with more.
func cut(s Styled, width int, more text.Text) Styled {
	return Styled(ansi.Truncate(string(s), width, string(more)))
}

// PadStyled makes a styled text exactly width cells wide.
func PadStyled(s Styled, width int) Styled {
	w := CellsOf(s)
	if w > width {
		return Styled(ansi.Truncate(string(s), width, ""))
	}
	return s + Blank(width-w)
}

// CellsOf returns the width of one styled line in cells. It counts the sequences
// of our own tones and ASCII itself, since looking for grapheme clusters in
// every line of every frame would be most of the work of drawing.
func CellsOf(s Styled) (cells int) {
	for rest := string(s); rest != ""; {
		n, width := plainRun(rest)
		if n == 0 {
			n = clusteredRun(rest)
			width = ansi.StringWidth(rest[:n])
		}
		cells += width
		rest = rest[n:]
	}
	return cells
}

// plainRun returns the length and width of the beginning of s in which every
// byte is one cell, apart from the sequences of tones.
func plainRun(s string) (n, width int) {
	for n < len(s) {
		switch tone := toneLen(s[n:]); {
		case tone > 0:
			n += tone
		case isASCII(s[n]) && (n+1 == len(s) || s[n+1] < utf8.RuneSelf): // else it may be the base of a cluster
			n++
			width++
		default:
			return n, width
		}
	}
	return n, width
}

// clusteredRun returns the length of the beginning of s after which a new
// grapheme cluster certainly begins: between two ASCII characters, or at a
// tone. Other control sequences are left to ansi, up to the end.
func clusteredRun(s string) int {
	for n := range len(s) {
		switch {
		case n > 0 && (toneLen(s[n:]) > 0 || isASCII(s[n-1]) && isASCII(s[n])):
			return n
		case s[n] < utf8.RuneSelf && !isASCII(s[n]):
			return len(s)
		}
	}
	return len(s)
}

// toneLen returns the length of the sequence of a tone that s begins with, or 0.
func toneLen(s string) int {
	if !strings.HasPrefix(s, "\x1b[") {
		return 0
	}
	n := 2
	for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == ';') {
		n++
	}
	if n == len(s) || s[n] != 'm' {
		return 0
	}
	return n + 1
}

// isASCII reports whether c is a printable character of one byte.
func isASCII(c byte) bool { return c >= ' ' && c <= '~' }

// Filled makes a text exactly height lines high.
func Filled(s Styled, height int) Styled {
	lines := strings.Count(string(s), "\n") + 1
	if lines < height {
		return s + Styled(strings.Repeat("\n", height-lines))
	}
	for lines > height {
		s = s[:strings.LastIndexByte(string(s), '\n')]
		lines--
	}
	return s
}

// Boxed draws a border around s. width is the outer width in cells; 0 fits the
// content.
func (t *Theme) Boxed(s Styled, width int) Styled {
	box := lipgloss.NewStyle().Border(t.Glyphs.Border).Padding(0, 1)
	if width > 0 {
		box = box.Width(width)
	}
	return Styled(box.Render(string(s)))
}

// Laid draws a box over content at x, y. A box as wide as the body, such as the
// filter prompt, replaces whole lines.
func Laid(content, box Styled, x, y, width int) Styled {
	over := Parted(box)
	lines := Parted(Filled(content, max(y+len(over), 1+strings.Count(string(content), "\n"))))
	cells, _ := SizeOf(box)
	for i, row := range over {
		if x > 0 || cells < width {
			row = between(lines[y+i], PadStyled(row, cells), x, x+cells)
		}
		lines[y+i] = row
	}
	return Joined(lines)
}

// between replaces the cells of a line from x up to end. Half a character that
// is left of a wide one is a blank.
func between(line, row Styled, x, end int) Styled {
	left := PadStyled(Styled(ansi.Truncate(string(line), x, "")), x)
	rest := CellsOf(line) - end
	if rest <= 0 {
		return left + row
	}
	right := Styled(ansi.TruncateLeft(string(line), end, ""))
	if CellsOf(right) > rest {
		right = Styled(ansi.TruncateLeft(string(line), end+1, ""))
	}
	return left + row + Blank(rest-CellsOf(right)) + right
}

// PlainASCII replaces every character of a frame by ASCII of the same width,
// for terminals that cannot show others.
func PlainASCII(frame Styled) Styled {
	var b strings.Builder
	b.Grow(len(frame))
	swallow := false // skip the blank that a two-character sign uses up
	for i, r := range string(frame) {
		if swallow {
			swallow = false
			continue
		}
		if two := plainPair(r); two != "" && strings.HasPrefix(string(frame)[i+utf8.RuneLen(r):], " ") {
			b.WriteString(two)
			swallow = true
			continue
		}
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case strings.ContainsRune("–—‑", r):
			b.WriteByte('-')
		case strings.ContainsRune("“”„", r):
			b.WriteByte('"')
		case strings.ContainsRune("‘’", r):
			b.WriteByte('\'')
		default:
			b.WriteString(plainSymbol(r))
		}
	}
	return Styled(b.String())
}

// plainPair returns a two-character form of a sign, used if a blank follows, or
// "".
func plainPair(r rune) string {
	switch r {
	case '≥':
		return ">="
	case '≤':
		return "<="
	case '±':
		return "+-"
	}
	return ""
}

func plainSymbol(r rune) string {
	switch r {
	case '±':
		return "+"
	case '×':
		return "x"
	case '…', '≈':
		return "~"
	case '≥', '→':
		return ">"
	case '≤', '←':
		return "<"
	case '↑':
		return "^"
	case '↓':
		return "v"
	}
	return strings.Repeat("?", ansi.StringWidth(string(r)))
}

// Input is a line of typed text. Value returns it as typed or pasted; it is
// drawn cleaned, rune for rune.
type Input struct{ textinput.Model }

// NewInput returns a focused input that uses the terminal's own cursor, without
// blinking.
func NewInput(t *Theme) Input {
	in := textinput.New()
	in.SetVirtualCursor(false)
	styles := textinput.DefaultStyles(t.Dark)
	styles.Cursor.Color = nil // the user's terminal chooses the colour
	in.SetStyles(styles)
	in.CharLimit = 8192
	in.Focus()
	return Input{in}
}

// Update handles a key or a paste.
func (i *Input) Update(msg tea.Msg) (cmd tea.Cmd) {
	i.Model, cmd = i.Model.Update(msg)
	return cmd
}

// shown returns the input as it is drawn.
func (i *Input) shown() textinput.Model {
	m := i.Model
	if typed := m.Value(); typed != string(text.Masked(typed)) {
		at := m.Position()
		m.SetValue(string(text.Masked(typed)))
		m.SetCursor(at)
	}
	return m
}

// View draws the input.
func (i *Input) View() Styled { return Styled(i.shown().View()) }

// Cursor returns the position of the terminal's cursor, or nil.
func (i *Input) Cursor() *tea.Cursor { return i.shown().Cursor() }

// SizeOf returns the width of the widest line in cells, and the number of
// lines.
func SizeOf(box Styled) (width, height int) { return lipgloss.Size(string(box)) }
