package painter

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// noticeMsg tells the user something away from the screen.
type noticeMsg struct {
	title, words string
	bell         bool // only ring
}

// Notify is a command that tells the user something who looks elsewhere: as a
// desktop notification if the terminal is known to make one of it, or else by
// the bell, which every terminal has.
func Notify(title, words string) tea.Cmd {
	return func() tea.Msg { return noticeMsg{title: title, words: words} }
}

// Ring is a command that rings the bell.
func Ring() tea.Msg { return noticeMsg{bell: true} }

// maxNotice limits a title and the words of a notice, in bytes. Screen passes no
// more than 768 bytes through at once, and nobody reads more.
const maxNotice = 200

// dialect says which notices a terminal understands. An unknown terminal gets
// only the bell, because some would print the rest, or take progress for a
// notification.
type dialect struct {
	notices int  // number of the sequence for a notification: 9, 99 or 777; 0 for none
	rings   bool // the bell is rung too, because a notification may not get through
	bar     bool // it shows progress
	outer   outer
}

// outer is the multiplexer that is between the program and its terminal.
type outer int

const (
	outerNone outer = iota
	outerTmux
	outerScreen
	outerUnknown // there is one, but not which
)

// speaks returns the dialect of the terminal with an environment.
func speaks(env uv.Environ) dialect {
	d := dialect{outer: around(env)}
	if d.outer == outerUnknown {
		return d
	}
	d.notices, d.rings = noticeNumber(env)
	d.bar = showsProgress(env)
	d.rings = d.rings || d.outer != outerNone // since 3.3, tmux passes nothing on unless it is told to
	return d
}

// around finds the multiplexer. Its variables do not come along through ssh, the
// name of its terminal does.
func around(env uv.Environ) outer {
	term := env.Getenv("TERM")
	switch tmux, screen := env.Getenv("TMUX") != "", env.Getenv("STY") != ""; {
	case tmux && !screen, strings.HasPrefix(term, "tmux"):
		return outerTmux
	case screen && !tmux:
		return outerScreen
	case tmux || screen || strings.HasPrefix(term, "screen"):
		return outerUnknown
	}
	return outerNone
}

// noticeNumber returns the number of the sequence that makes a notification, 0 if
// none is known to, and whether the terminal may ignore it. The variables are
// those by which terminals make themselves known, which are left in tmux.
// https://sw.kovidgoyal.net/kitty/desktop-notifications/
// https://iterm2.com/documentation-escape-codes.html
// https://wezterm.org/escape-sequences.html
// https://ghostty.org/docs/vt/osc/9
// https://codeberg.org/dnkl/foot/src/branch/master/doc/foot-ctlseqs.7.scd
func noticeNumber(env uv.Environ) (number int, unsure bool) {
	term, program := env.Getenv("TERM"), env.Getenv("TERM_PROGRAM")
	has := func(name string) bool { return env.Getenv(name) != "" }
	switch {
	case has("KITTY_WINDOW_ID"), strings.Contains(term, "kitty"):
		return 99, false
	case strings.HasPrefix(term, "foot"), strings.HasPrefix(term, "rxvt-unicode"), isGhostty(env), isWezTerm(env):
		return 777, false
	case program == "iTerm.app", env.Getenv("LC_TERMINAL") == "iTerm2", has("ITERM_SESSION_ID"), program == "WarpTerminal":
		return 9, false
	case has("VTE_VERSION"): // only patched ones, such as Fedora's
		version, _ := strconv.Atoi(env.Getenv("VTE_VERSION"))
		return map[bool]int{true: 777}[version >= 4600], true
	}
	return 0, false
}

func isGhostty(env uv.Environ) bool {
	return env.Getenv("TERM_PROGRAM") == "ghostty" || strings.Contains(env.Getenv("TERM"), "ghostty") || env.Getenv("GHOSTTY_RESOURCES_DIR") != ""
}

func isWezTerm(env uv.Environ) bool {
	return env.Getenv("TERM_PROGRAM") == "WezTerm" || strings.Contains(env.Getenv("TERM"), "wezterm") || env.Getenv("WEZTERM_PANE") != ""
}

// showsProgress reports whether a terminal shows progress in its tab or in the
// task bar, rather than a notification "4;1;50".
// https://conemu.github.io/en/AnsiEscapeCodes.html#ConEmu_specific_OSC
// https://learn.microsoft.com/en-us/windows/terminal/tutorials/progress-bar-sequences
// https://ghostty.org/docs/vt/osc/conemu
func showsProgress(env uv.Environ) bool {
	ptyxis, _, _ := strings.Cut(env.Getenv("PTYXIS_VERSION"), ".")
	version, _ := strconv.Atoi(ptyxis)
	_, windows := env.LookupEnv("WT_SESSION")
	return windows || env.Getenv("ConEmuANSI") == "ON" || isGhostty(env) || isWezTerm(env) || version >= 48 ||
		slices.Contains(features(env.Getenv("TERM_FEATURES")), "P")
}

// features splits a list of features, of which each begins with a capital.
// https://iterm2.com/feature-reporting/
func features(list string) (names []string) {
	for i, r := range list {
		if unicode.IsUpper(r) {
			end := i + 1 + strings.IndexFunc(list[i+1:], func(r rune) bool { return !unicode.IsLower(r) })
			if end <= i {
				end = len(list)
			}
			names = append(names, list[i:end])
		}
	}
	return names
}

// notice returns the bytes of a notice.
func (d dialect) notice(m noticeMsg) string {
	const bell = "\a"
	if m.bell || d.notices == 0 {
		return bell
	}
	title, words := harmless(m.title), harmless(m.words)
	var s string
	switch d.notices {
	case 9: // has no title
		s = d.command("9;" + title + ": " + words)
	case 99: // the next one takes its place
		s = d.command("99;i=dubtop:d=0;"+title) + d.command("99;i=dubtop:p=body;"+words)
	default:
		s = d.command("777;notify;" + title + ";" + words)
	}
	return s + when(d.rings, bell)
}

// progress returns the bytes that show a bar, or remove it if it is nil.
func (d dialect) progress(b *tea.ProgressBar) string {
	switch {
	case !d.bar:
		return ""
	case b == nil || b.State == tea.ProgressBarNone:
		return d.command("9;4;0")
	}
	return d.command("9;4;" + strconv.Itoa(int(b.State)) + ";" + strconv.Itoa(min(max(0, b.Value), 100)))
}

// command wraps an operating system command for the terminal, so that it gets
// through tmux or screen.
func (d dialect) command(words string) string {
	const st = "\x1b\\"
	switch d.outer {
	case outerTmux:
		return ansi.TmuxPassthrough("\x1b]" + words + st)
	case outerScreen: // which would take ST for its own
		return ansi.ScreenPassthrough("\x1b]"+words+"\a", 0)
	}
	return "\x1b]" + words + st
}

// harmless cleans words for a command: no control characters, no semicolon,
// which separates its parts, and not too long.
func harmless(words string) string {
	words = strings.Map(func(r rune) rune {
		switch {
		case r == ';':
			return ','
		case unicode.IsControl(r), r == utf8.RuneError, unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, words)
	if len(words) <= maxNotice {
		return words
	}
	const more = "…"
	end := maxNotice - len(more)
	for !utf8.RuneStart(words[end]) {
		end--
	}
	return words[:end] + more
}
