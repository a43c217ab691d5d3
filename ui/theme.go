package ui

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// tone is a meaning a text can have. Screens speak of tones; only the theme
// knows colours.
type tone int

const (
	toneText   tone = iota
	toneMuted       // less important: hints, units, what is not known
	toneAccent      // where you are: the active view, the focused field
	toneCursor      // the bar before the cursor's row
	toneMark        // the sign before a marked row
	toneRunning
	tonePending
	toneOK
	toneBad
	toneWarn
	toneTitle // headings
	toneKey   // a key to press
	toneMoney
	toneDemo
	toneFaint // below a dialog
	toneCount // how many tones there are
)

// paint wraps text in the escape sequences of one style. It is computed once
// a theme: measuring and building styles for every cell is what makes frames
// slow.
type paint struct{ open, close string }

func (p paint) on(s string) string {
	if s == "" {
		return ""
	}
	return p.open + s + p.close
}

// theme is the look: colours by meaning, and the glyphs the terminal can draw.
type theme struct {
	dark   bool
	ascii  bool
	normal [toneCount]paint
	picked [toneCount]paint // on the cursor's row
	glyphs glyphs
}

// glyphs are the few symbols we draw, in Unicode or in ASCII.
type glyphs struct {
	running, pending, completed, failed, unknown, alert string
	cursor, mark, full, empty                           string
	steps                                               string // of a column, from low to full
	line, dot, more, arrow                              string
	border                                              lipgloss.Border
}

// colours are those of one background. Contrast on the usual
// terminals' backgrounds is at least 4.5:1 for everything that must be read.
type colours struct {
	muted, accent, running, pending, ok, bad, warn, money, demo, faint, picked string
}

func newTheme(dark, ascii bool) *theme {
	p := colours{
		muted: "#9ca3af", accent: "#7dd3fc", running: "#60a5fa", pending: "#a5b4fc",
		ok: "#4ade80", bad: "#f87171", warn: "#fbbf24", money: "#5eead4", demo: "#f0abfc", faint: "#4b5563", picked: "236",
	}
	if !dark {
		p = colours{
			muted: "#5b6470", accent: "#0b65c2", running: "#1d4ed8", pending: "#4f46e5",
			ok: "#15703a", bad: "#b91c1c", warn: "#92400e", money: "#0f6b63", demo: "#8b1f8f", faint: "#b4bac3", picked: "254",
		}
	}
	t := &theme{dark: dark, ascii: ascii, glyphs: unicodeGlyphs()}
	if ascii {
		t.glyphs = asciiGlyphs()
	}
	for n := range toneCount {
		s := style(n, p)
		t.normal[n] = newPaint(s)
		t.picked[n] = newPaint(s.Background(lipgloss.Color(p.picked)))
	}
	return t
}

func style(n tone, p colours) lipgloss.Style {
	s := lipgloss.NewStyle().Bold(n == toneAccent || n == toneTitle || n == toneDemo || n == toneMark)
	if c := p.of(n); c != "" {
		return s.Foreground(lipgloss.Color(c))
	}
	return s // the terminal's own foreground
}

// of is the colour of a tone, "" for the terminal's own.
func (p colours) of(n tone) string {
	switch n {
	case toneMuted:
		return p.muted
	case toneAccent, toneCursor, toneMark, toneKey:
		return p.accent
	case toneRunning:
		return p.running
	case tonePending:
		return p.pending
	case toneOK:
		return p.ok
	case toneBad:
		return p.bad
	case toneWarn:
		return p.warn
	case toneMoney:
		return p.money
	case toneFaint:
		return p.faint
	case toneDemo:
		return p.demo
	}
	return ""
}

func newPaint(s lipgloss.Style) paint {
	open, shut, _ := strings.Cut(s.Render("\x00"), "\x00")
	return paint{open, shut}
}

func unicodeGlyphs() glyphs {
	return glyphs{
		running: "●", pending: "○", completed: "✓", failed: "✗", unknown: "?", alert: "!",
		cursor: "▌", mark: "◆", full: "■", empty: "·", steps: "▁▂▃▄▅▆▇█",
		line: "─", dot: "·", more: "…", arrow: "→",
		border: lipgloss.RoundedBorder(),
	}
}

func asciiGlyphs() glyphs {
	return glyphs{
		running: "*", pending: "o", completed: "+", failed: "x", unknown: "?", alert: "!",
		cursor: ">", mark: "#", full: "#", empty: ".", steps: "#",
		line: "-", dot: "-", more: "~", arrow: ">",
		border: lipgloss.ASCIIBorder(),
	}
}

// plainASCII draws a frame with ASCII alone, cell for cell, for terminals that
// would show anything else as rubbish.
func plainASCII(frame string) string {
	var b strings.Builder
	b.Grow(len(frame))
	for _, r := range frame {
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
	return b.String()
}

func plainSymbol(r rune) string {
	switch r {
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

// text draws a string in a tone.
func (t *theme) text(n tone, s string) string { return t.normal[n].on(s) }

// dim takes the colours off a drawn text, for what lies below a dialog.
func (t *theme) dim(s string) string {
	lines := strings.Split(ansi.Strip(s), "\n")
	for i, line := range lines {
		lines[i] = t.text(toneFaint, line)
	}
	return strings.Join(lines, "\n")
}
