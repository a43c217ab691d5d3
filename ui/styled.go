package ui

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dubtop/api/text"
)

// styled is what stands on the screen: clean text with the escape sequences of
// our own tones in it, in one line or several. It is made in this file alone,
// from a text.Text, and what is shown is made of nothing else.
type styled string

// brush wraps text in the escape sequences of one style. It is computed once
// a theme: measuring and building styles for every cell is what makes frames
// slow.
type brush struct{ open, close string }

func newBrush(s lipgloss.Style) brush {
	open, shut, _ := strings.Cut(s.Render("\x00"), "\x00")
	return brush{open, shut}
}

// on draws a text in the style.
func (p brush) on(s text.Text) styled {
	if s == "" {
		return ""
	}
	return styled(p.open + string(s) + p.close)
}

// text draws a text in a tone.
func (t *theme) text(n tone, s text.Text) styled { return t.normal[n].on(s) }

// dim takes the colours off what lies below a dialog.
func (t *theme) dim(s styled) styled {
	lines := strings.Split(ansi.Strip(string(s)), "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = t.normal[toneFaint].open + line + t.normal[toneFaint].close
		}
	}
	return styled(strings.Join(lines, "\n"))
}

// blank is n empty cells.
func blank(n int) styled { return styled(strings.Repeat(" ", n)) }

// drawing collects what stands side by side.
type drawing struct{ b strings.Builder }

func (d *drawing) grow(bytes int) { d.b.Grow(bytes) }

func (d *drawing) add(s styled) { d.b.WriteString(string(s)) }

func (d *drawing) styled() styled { return styled(d.b.String()) }

// joined puts lines below each other.
func joined(lines []styled) styled {
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
	return styled(b.String())
}

// parted takes lines apart again.
func parted(s styled) []styled {
	var lines []styled
	for l := range strings.SplitSeq(string(s), "\n") {
		lines = append(lines, styled(l))
	}
	return lines
}

// fitStyled cuts a styled text to at most width cells.
func fitStyled(s styled, width int) styled {
	if cellsOf(s) <= width {
		return s
	}
	return styled(ansi.Truncate(string(s), max(0, width), "…"))
}

// cut makes a styled text at most width cells wide, with more at its end where
// something went.
func cut(s styled, width int, more text.Text) styled {
	return styled(ansi.Truncate(string(s), width, string(more)))
}

// padStyled makes a styled text exactly width cells wide.
func padStyled(s styled, width int) styled {
	w := cellsOf(s)
	if w > width {
		return styled(ansi.Truncate(string(s), width, ""))
	}
	return s + blank(width-w)
}

// cellsOf measures one styled line.
func cellsOf(s styled) int { return ansi.StringWidth(string(s)) }

// filled makes a text exactly height lines high.
func filled(s styled, height int) styled {
	lines := strings.Count(string(s), "\n") + 1
	if lines < height {
		return s + styled(strings.Repeat("\n", height-lines))
	}
	for lines > height {
		s = s[:strings.LastIndexByte(string(s), '\n')]
		lines--
	}
	return s
}

// boxed draws a border around what is drawn, width cells wide in all.
func (t *theme) boxed(s styled, width int) styled {
	box := lipgloss.NewStyle().Border(t.glyphs.border).Padding(0, 1)
	if width > 0 {
		box = box.Width(width)
	}
	return styled(box.Render(string(s)))
}

// laid puts a box on what is drawn below. One as wide as the body, such as the
// prompt of a filter, takes whole lines: cells need not be looked at for it.
func laid(content, box styled, x, y, width int) styled {
	if x > 0 || lipgloss.Width(string(box)) < width {
		return styled(lipgloss.NewCompositor(lipgloss.NewLayer(string(content)), lipgloss.NewLayer(string(box)).X(x).Y(y).Z(1)).Render())
	}
	over := parted(box)
	lines := parted(filled(content, max(y+len(over), 1+strings.Count(string(content), "\n"))))
	copy(lines[y:], over)
	return joined(lines)
}

// plainASCII draws a frame with ASCII alone, cell for cell, for terminals that
// would show anything else as rubbish.
func plainASCII(frame styled) styled {
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
	return styled(b.String())
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

// input is a line that is typed into. Value is what was typed or pasted, as it
// is; what is drawn is clean, rune for rune.
type input struct{ textinput.Model }

// newInput is the input of all our prompts and fields: the terminal's own
// cursor, no blinking of ours, focused at once.
func newInput(t *theme) input {
	in := textinput.New()
	in.SetVirtualCursor(false)
	styles := textinput.DefaultStyles(t.dark)
	styles.Cursor.Color = nil // its colour is the user's choice
	in.SetStyles(styles)
	in.CharLimit = 8192
	in.Focus()
	return input{in}
}

// Update takes a key, or a paste.
func (i *input) Update(msg tea.Msg) (cmd tea.Cmd) {
	i.Model, cmd = i.Model.Update(msg)
	return cmd
}

// shown is the input as it is drawn.
func (i *input) shown() textinput.Model {
	m := i.Model
	if typed := m.Value(); typed != string(text.Masked(typed)) {
		at := m.Position()
		m.SetValue(string(text.Masked(typed)))
		m.SetCursor(at)
	}
	return m
}

// View draws the input.
func (i *input) View() styled { return styled(i.shown().View()) }

// Cursor is where the terminal's cursor stands in it, nil where it has none.
func (i *input) Cursor() *tea.Cursor { return i.shown().Cursor() }

// sizeOf measures a box: the cells of its widest line, and its lines.
func sizeOf(box styled) (width, height int) { return lipgloss.Size(string(box)) }
