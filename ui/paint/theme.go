package paint

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"dubtop/api/text"
)

// Tone is a meaning a text can have. Screens speak of tones; only the theme
// knows colours.
type Tone int

// The tones.
const (
	Normal    Tone = iota
	Muted          // less important: hints, units, what is not known
	Accent         // where you are: the active view, the focused field
	CursorBar      // the bar before the cursor's row
	Mark           // the sign before a marked row
	Running
	Pending
	OK
	Done // what ended as it should: most rows, so it is calm
	Bad
	Warn
	Title // headings
	Key   // a key to press
	Money
	Demo
	Faint     // below a dialog
	toneCount // how many tones there are
)

// Theme is the look: colours by meaning, and the glyphs the terminal can draw.
type Theme struct {
	Dark   bool
	ASCII  bool
	Normal [toneCount]brush
	Picked [toneCount]brush // on the cursor's row
	Glyphs glyphs
}

// glyphs are the few symbols we draw, in Unicode or in ASCII.
type glyphs struct {
	Running, Pending, Completed, Failed, Unknown, Alert text.Text
	Cursor, Mark, full, empty                           text.Text
	Steps                                               text.Text // of a column, from low to full
	Line, Dot, More, arrow                              text.Text
	Up, Down                                            text.Text // the order of a column
	Least                                               text.Text // before a number: that much or more
	Border                                              lipgloss.Border
}

// colours are those of one background. Contrast on the usual
// terminals' backgrounds is at least 4.5:1 for everything that must be read.
type colours struct {
	muted, accent, running, pending, ok, done, bad, warn, money, demo, faint, picked string
}

// Shades is how many colours the terminal has.
type Shades int

// The numbers of colours.
const (
	ManyShades Shades = iota
	sixteen           // the terminal's own, whatever they look like
	noShades          // weight alone tells tones apart
)

// ShadesOf is how many colours a profile of the terminal has.
func ShadesOf(p colorprofile.Profile) Shades {
	switch p {
	case colorprofile.ANSI:
		return sixteen
	case colorprofile.ASCII, colorprofile.NoTTY:
		return noShades
	}
	return ManyShades
}

// coloursFor are the colours on a background. The sixteen are chosen by hand:
// taken for the nearest ones, muted text would be as bright as the rest.
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

// NewTheme makes the look for a background, with ASCII glyphs or Unicode ones.
func NewTheme(dark, ascii bool, n Shades) *Theme {
	p := coloursFor(dark, n)
	t := &Theme{Dark: dark, ASCII: ascii, Glyphs: unicodeGlyphs()}
	if ascii {
		t.Glyphs = asciiGlyphs()
	}
	for n := range toneCount {
		s := style(n, p)
		t.Normal[n] = newBrush(s)
		switch {
		case p.picked != "":
			s = s.Background(lipgloss.Color(p.picked))
		case n != CursorBar: // its own colours turned round, whatever they are
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
		// Of sixteen colours none is fainter than that of muted text.
		return s.Foreground(lipgloss.Color(c)).Faint(n == Faint && p.faint == p.muted)
	}
	return s // the terminal's own foreground
}

// strong reports whether a tone stands out by its weight beside its colour.
func strong(n Tone) bool {
	return n == Accent || n == Title || n == Demo || n == Mark || n == Bad
}

// worded reports whether a tone stands out by its weight where there are no
// colours: it has to tell keys from words, and the price from the rest.
func worded(n Tone) bool { return n == Key || n == Money || n == Warn }

// of is the colour of a tone, "" for the terminal's own.
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
