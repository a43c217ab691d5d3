package paint

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"dubtop/api/text"
)

// Tone is the meaning of a text. Screens use tones; only the theme knows
// colours.
type Tone int

// The tones.
const (
	Normal    Tone = iota
	Muted          // less important: hints, units, unknown values
	Accent         // the current place: the active view, the focused field
	CursorBar      // the bar before the cursor's row
	Mark           // the sign before a marked row
	Running
	Pending
	OK
	Done // ended as it should; subdued because most rows are
	Bad
	Warn
	Title // headings
	Key   // a key to press
	Money
	Demo
	Faint     // content below a dialog
	toneCount // the number of tones
)

// Theme is the look: the colours of the tones and the glyphs of the terminal.
type Theme struct {
	Dark   bool
	ASCII  bool
	Normal [toneCount]brush
	Picked [toneCount]brush // for the cursor's row
	shades Shades
	Glyphs glyphs
}

// glyphs are the symbols we draw, in Unicode or in ASCII.
type glyphs struct {
	Running, Pending, Completed, Failed, Unknown, Alert text.Text
	Cursor, Mark, full, empty                           text.Text
	Steps                                               text.Text // bars of rising height
	Line, Dot, More, arrow                              text.Text
	Up, Down                                            text.Text // sort direction of a column
	Least                                               text.Text // before a number: at least
	Border                                              lipgloss.Border
}

// colours are the colours for one background. Text that must be read has a
// contrast of at least 4.5:1 on the backgrounds of common terminals.
type colours struct {
	muted, accent, running, pending, ok, done, bad, warn, money, demo, faint, picked string
}

// Shades is the number of colours the terminal has.
type Shades int

// The numbers of colours.
const (
	ManyShades Shades = iota
	sixteen           // the terminal's own palette, which can look like anything
	noShades          // only weight distinguishes tones
)

// ShadesOf returns the number of colours of a terminal profile.
func ShadesOf(p colorprofile.Profile) Shades {
	switch p {
	case colorprofile.ANSI:
		return sixteen
	case colorprofile.ASCII, colorprofile.NoTTY:
		return noShades
	}
	return ManyShades
}

// coloursFor returns the colours for a background. The sixteen-colour sets are
// chosen by hand: with the nearest matches, muted text would be as bright as
// the rest.
func coloursFor(dark bool, n Shades) colours {
	switch {
	case n == noShades:
		return colours{}
	case n == sixteen && dark:
		return colours{
			muted: "8", accent: "14", running: "12", pending: "6",
			ok: "10", done: "2", bad: "9", warn: "11", money: "14", demo: "13", faint: "8",
		}
	case n == sixteen:
		return colours{
			muted: "8", accent: "4", running: "4", pending: "5",
			ok: "2", done: "8", bad: "1", warn: "5", money: "4", demo: "5", faint: "8",
		}
	case dark:
		return colours{
			muted: "#9ca3af", accent: "#7dd3fc", running: "#60a5fa", pending: "#a5b4fc",
			ok: "#4ade80", done: "#86a894", bad: "#f87171", warn: "#fbbf24", money: "#5eead4", demo: "#f0abfc", faint: "#4b5563", picked: "236",
		}
	}
	return colours{
		muted: "#5b6470", accent: "#0b65c2", running: "#1d4ed8", pending: "#4f46e5",
		ok: "#15703a", done: "#4a6b57", bad: "#b91c1c", warn: "#92400e", money: "#0f6b63", demo: "#8b1f8f", faint: "#b4bac3", picked: "254",
	}
}

// NewTheme returns the theme for a background, with Unicode or ASCII glyphs.
func NewTheme(dark, ascii bool, n Shades) *Theme {
	p := coloursFor(dark, n)
	t := &Theme{Dark: dark, ASCII: ascii, Glyphs: unicodeGlyphs(), shades: n}
	if ascii {
		t.Glyphs = asciiGlyphs()
	}
	for n := range toneCount {
		s := style(n, p)
		t.Normal[n] = newBrush(s)
		switch {
		case p.picked != "":
			s = s.Background(lipgloss.Color(p.picked))
		case n != CursorBar: // the terminal's own colours, reversed
			s = s.Faint(false).Reverse(true)
		}
		t.Picked[n] = newBrush(s)
	}
	return t
}

func style(n Tone, p colours) lipgloss.Style {
	s := lipgloss.NewStyle().Bold(strong(n) || p == (colours{}) && worded(n))
	if p == (colours{}) {
		return s.Faint(n == Muted || n == Faint || n == Done)
	}
	if c := p.of(n); c != "" {
		// Sixteen colours have none fainter than muted text.
		return s.Foreground(lipgloss.Color(c)).Faint(n == Faint && p.faint == p.muted)
	}
	return s // the terminal's own foreground
}

// strong reports whether a tone is bold as well as coloured.
func strong(n Tone) bool {
	return n == Accent || n == Title || n == Demo || n == Mark || n == Bad
}

// worded reports whether a tone is bold when there are no colours, to tell keys
// from words and the price from the rest.
func worded(n Tone) bool { return n == Key || n == Money || n == Warn }

// of returns the colour of a tone, or "" for the terminal's own.
func (p colours) of(n Tone) string {
	switch n {
	case Muted:
		return p.muted
	case Accent, CursorBar, Mark, Key:
		return p.accent
	case Running:
		return p.running
	case Pending:
		return p.pending
	case OK:
		return p.ok
	case Done:
		return p.done
	case Bad:
		return p.bad
	case Warn:
		return p.warn
	case Money:
		return p.money
	case Faint:
		return p.faint
	case Demo:
		return p.demo
	}
	return ""
}

func unicodeGlyphs() glyphs {
	return glyphs{
		Running: "●", Pending: "○", Completed: "✓", Failed: "✗", Unknown: "?", Alert: "!",
		Cursor: "▌", Mark: "◆", full: "■", empty: "·", Steps: "▁▂▃▄▅▆▇█",
		Line: "─", Dot: "·", More: "…", arrow: "→", Up: "↑", Down: "↓", Least: "≥",
		Border: lipgloss.RoundedBorder(),
	}
}

func asciiGlyphs() glyphs {
	return glyphs{
		Running: "*", Pending: "o", Completed: "+", Failed: "x", Unknown: "?", Alert: "!",
		Cursor: ">", Mark: "#", full: "#", empty: ".", Steps: "#",
		Line: "-", Dot: "-", More: "~", arrow: ">", Up: "^", Down: "v", Least: ">=",
		Border: lipgloss.ASCIIBorder(),
	}
}
