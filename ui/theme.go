package ui

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"dubtop/api/text"
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
	toneDone // what ended as it should: most rows, so it is calm
	toneBad
	toneWarn
	toneTitle // headings
	toneKey   // a key to press
	toneMoney
	toneDemo
	toneFaint // below a dialog
	toneCount // how many tones there are
)

// theme is the look: colours by meaning, and the glyphs the terminal can draw.
type theme struct {
	dark   bool
	ascii  bool
	normal [toneCount]brush
	picked [toneCount]brush // on the cursor's row
	glyphs glyphs
}

// glyphs are the few symbols we draw, in Unicode or in ASCII.
type glyphs struct {
	running, pending, completed, failed, unknown, alert text.Text
	cursor, mark, full, empty                           text.Text
	steps                                               text.Text // of a column, from low to full
	line, dot, more, arrow                              text.Text
	up, down                                            text.Text // the order of a column
	least                                               text.Text // before a number: that much or more
	border                                              lipgloss.Border
}

// colours are those of one background. Contrast on the usual
// terminals' backgrounds is at least 4.5:1 for everything that must be read.
type colours struct {
	muted, accent, running, pending, ok, done, bad, warn, money, demo, faint, picked string
}

// shades is how many colours the terminal has.
type shades int

const (
	manyShades shades = iota
	sixteen           // the terminal's own, whatever they look like
	noShades          // weight alone tells tones apart
)

func shadesOf(p colorprofile.Profile) shades {
	switch p {
	case colorprofile.ANSI:
		return sixteen
	case colorprofile.ASCII, colorprofile.NoTTY:
		return noShades
	}
	return manyShades
}

// coloursFor are the colours on a background. The sixteen are chosen by hand:
// taken for the nearest ones, muted text would be as bright as the rest.
func coloursFor(dark bool, n shades) colours {
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

func newTheme(dark, ascii bool, n shades) *theme {
	p := coloursFor(dark, n)
	t := &theme{dark: dark, ascii: ascii, glyphs: unicodeGlyphs()}
	if ascii {
		t.glyphs = asciiGlyphs()
	}
	for n := range toneCount {
		s := style(n, p)
		t.normal[n] = newBrush(s)
		switch {
		case p.picked != "":
			s = s.Background(lipgloss.Color(p.picked))
		case n != toneCursor: // its own colours turned round, whatever they are
			s = s.Faint(false).Reverse(true)
		}
		t.picked[n] = newBrush(s)
	}
	return t
}

func style(n tone, p colours) lipgloss.Style {
	s := lipgloss.NewStyle().Bold(n == toneAccent || n == toneTitle || n == toneDemo || n == toneMark || n == toneBad)
	if p == (colours{}) { // weight has to tell keys from words, and the price from the rest
		return s.Bold(s.GetBold() || n == toneKey || n == toneMoney || n == toneWarn).Faint(n == toneMuted || n == toneFaint || n == toneDone)
	}
	if c := p.of(n); c != "" {
		// Of sixteen colours none is fainter than that of muted text.
		return s.Foreground(lipgloss.Color(c)).Faint(n == toneFaint && p.faint == p.muted)
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
	case toneDone:
		return p.done
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

func unicodeGlyphs() glyphs {
	return glyphs{
		running: "●", pending: "○", completed: "✓", failed: "✗", unknown: "?", alert: "!",
		cursor: "▌", mark: "◆", full: "■", empty: "·", steps: "▁▂▃▄▅▆▇█",
		line: "─", dot: "·", more: "…", arrow: "→", up: "↑", down: "↓", least: "≥",
		border: lipgloss.RoundedBorder(),
	}
}

func asciiGlyphs() glyphs {
	return glyphs{
		running: "*", pending: "o", completed: "+", failed: "x", unknown: "?", alert: "!",
		cursor: ">", mark: "#", full: "#", empty: ".", steps: "#",
		line: "-", dot: "-", more: "~", arrow: ">", up: "^", down: "v", least: ">=",
		border: lipgloss.ASCIIBorder(),
	}
}
