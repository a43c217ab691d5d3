package ui

import (
	"charm.land/lipgloss/v2"

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
	normal [toneCount]paint
	picked [toneCount]paint // on the cursor's row
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
