// Package paint turns clean text into what stands on the screen: tones and their
// colours, glyphs, and cutting, wrapping and joining by terminal cells. Only a
// text.Text can be painted. It knows no screens, and never draws what it was not
// given.
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

// Styled is what stands on the screen: clean text with the escape sequences of
// our own tones in it, in one line or several. It is made in this file alone,
// from a text.Text, and what is shown is made of nothing else.
type Styled string

// brush wraps text in the escape sequences of one style. It is computed once
// a theme: measuring and building styles for every cell is what makes frames
// slow.
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

// Dim takes the colours off what lies below a dialog.
func (t *Theme) Dim(s Styled) Styled {
	lines := strings.Split(ansi.Strip(string(s)), "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = t.Normal[Faint].open + line + t.Normal[Faint].close
		}
	}
	return Styled(strings.Join(lines, "\n"))
}

// Blank is n empty cells.
func Blank(n int) Styled { return Styled(strings.Repeat(" ", n)) }

// Drawing collects what stands side by side.
type Drawing struct{ b strings.Builder }

// Grow makes room for some bytes.
func (d *Drawing) Grow(bytes int) { d.b.Grow(bytes) }

// Add puts the next piece to the right.
func (d *Drawing) Add(s Styled) { d.b.WriteString(string(s)) }

// Styled is what was collected.
func (d *Drawing) Styled() Styled { return Styled(d.b.String()) }

// Joined puts lines below each other.
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

// Parted takes lines apart again.
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

// cut makes a styled text at most width cells wide, with more at its end where
// something went.
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

// CellsOf measures one styled line.
func CellsOf(s Styled) int { return ansi.StringWidth(string(s)) }

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

// Boxed draws a border around what is drawn, width cells wide in all.
func (t *Theme) Boxed(s Styled, width int) Styled {
	box := lipgloss.NewStyle().Border(t.Glyphs.Border).Padding(0, 1)
	if width > 0 {
		box = box.Width(width)
	}
	return Styled(box.Render(string(s)))
}

// Laid puts a box on what is drawn below. One as wide as the body, such as the
// prompt of a filter, takes whole lines: cells need not be looked at for it.
func Laid(content, box Styled, x, y, width int) Styled {
	if x > 0 || lipgloss.Width(string(box)) < width {
		return Styled(lipgloss.NewCompositor(lipgloss.NewLayer(string(content)), lipgloss.NewLayer(string(box)).X(x).Y(y).Z(1)).Render())
	}
	over := Parted(box)
	lines := Parted(Filled(content, max(y+len(over), 1+strings.Count(string(content), "\n"))))
	copy(lines[y:], over)
	return Joined(lines)
}

// PlainASCII draws a frame with ASCII alone, cell for cell, for terminals that
// would show anything else as rubbish.
func PlainASCII(frame Styled) Styled {
	var b strings.Builder
	b.Grow(len(frame))
	swallow := false // the blank that a sign of two characters takes the place of
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

// plainPair is a sign in two characters, for where a blank follows it, "" where
// it has no such form.
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

// Input is a line that is typed into. Value is what was typed or pasted, as it
// is; what is drawn is clean, rune for rune.
type Input struct{ textinput.Model }

// NewInput is the input of all our prompts and fields: the terminal's own
// cursor, no blinking of ours, focused at once.
func NewInput(t *Theme) Input {
	in := textinput.New()
	in.SetVirtualCursor(false)
	styles := textinput.DefaultStyles(t.Dark)
	styles.Cursor.Color = nil // its colour is the user's choice
	in.SetStyles(styles)
	in.CharLimit = 8192
	in.Focus()
	return Input{in}
}

// Update takes a key, or a paste.
func (i *Input) Update(msg tea.Msg) (cmd tea.Cmd) {
	i.Model, cmd = i.Model.Update(msg)
	return cmd
}

// shown is the input as it is drawn.
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

// Cursor is where the terminal's cursor stands in it, nil where it has none.
func (i *Input) Cursor() *tea.Cursor { return i.shown().Cursor() }

// SizeOf measures a box: the cells of its widest line, and its lines.
func SizeOf(box Styled) (width, height int) { return lipgloss.Size(string(box)) }
