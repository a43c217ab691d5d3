package painter

import (
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// Each terminal gets what it understands, through what is around it, and one
// that is not known gets the bell.
func TestTerminalsAreToldInTheirOwnWords(t *testing.T) {
	for name, c := range map[string]struct{ env, notice, bar, off string }{
		"xterm":            {"TERM=xterm-256color", "\a", "", ""},
		"linux":            {"TERM=linux", "\a", "", ""},
		"alacritty":        {"TERM=alacritty", "\a", "", ""},
		"kitty":            {"TERM=xterm-kitty", "\x1b]99;i=dubtop:d=0;dubtop\x1b\\\x1b]99;i=dubtop:p=body;a, b\x1b\\", "", ""},
		"foot":             {"TERM=foot", "\x1b]777;notify;dubtop;a, b\x1b\\", "", ""},
		"urxvt":            {"TERM=rxvt-unicode-256color", "\x1b]777;notify;dubtop;a, b\x1b\\", "", ""},
		"ghostty":          {"TERM=xterm-ghostty", "\x1b]777;notify;dubtop;a, b\x1b\\", "\x1b]9;4;1;42\x1b\\", "\x1b]9;4;0\x1b\\"},
		"WezTerm":          {"TERM=xterm-256color TERM_PROGRAM=WezTerm", "\x1b]777;notify;dubtop;a, b\x1b\\", "\x1b]9;4;1;42\x1b\\", "\x1b]9;4;0\x1b\\"},
		"iTerm2":           {"TERM=xterm-256color TERM_PROGRAM=iTerm.app TERM_FEATURES=T3LrMSc7UUw9Ts3BFGsSyHNoSxFP", "\x1b]9;dubtop: a, b\x1b\\", "\x1b]9;4;1;42\x1b\\", "\x1b]9;4;0\x1b\\"},
		"an older iTerm2":  {"TERM=xterm-256color TERM_PROGRAM=iTerm.app TERM_FEATURES=T3LrMSc7UUw9Ts3BFGsSyHNoSxFPa", "\x1b]9;dubtop: a, b\x1b\\", "", ""},
		"Windows Terminal": {"TERM=xterm-256color WT_SESSION=1", "\a", "\x1b]9;4;1;42\x1b\\", "\x1b]9;4;0\x1b\\"},
		"ConEmu":           {"TERM=xterm-256color ConEmuANSI=ON", "\a", "\x1b]9;4;1;42\x1b\\", "\x1b]9;4;0\x1b\\"},
		"Ptyxis":           {"TERM=xterm-256color VTE_VERSION=8000 PTYXIS_VERSION=48.1", "\x1b]777;notify;dubtop;a, b\x1b\\\a", "\x1b]9;4;1;42\x1b\\", "\x1b]9;4;0\x1b\\"},
		"an old VTE":       {"TERM=xterm-256color VTE_VERSION=4200", "\a", "", ""},
		"tmux":             {"TERM=tmux-256color TMUX=/tmp/s,1,0", "\a", "", ""},
		"ghostty in tmux": {
			"TERM=tmux-256color TMUX=/tmp/s,1,0 TERM_PROGRAM=tmux GHOSTTY_RESOURCES_DIR=/usr/share/ghostty",
			"\x1bPtmux;\x1b\x1b]777;notify;dubtop;a, b\x1b\x1b\\\x1b\\\a", "\x1bPtmux;\x1b\x1b]9;4;1;42\x1b\x1b\\\x1b\\", "\x1bPtmux;\x1b\x1b]9;4;0\x1b\x1b\\\x1b\\",
		},
		"kitty in screen": {
			"TERM=screen STY=1.pts KITTY_WINDOW_ID=1",
			"\x1bP\x1b]99;i=dubtop:d=0;dubtop\a\x1b\\\x1bP\x1b]99;i=dubtop:p=body;a, b\a\x1b\\\a", "", "",
		},
		"one of the two, far away": {"TERM=screen-256color KITTY_WINDOW_ID=1", "\a", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := speaks(strings.Fields(c.env))
			if got := d.notice(noticeMsg{title: "dubtop", words: "a; b"}); got != c.notice {
				t.Errorf("a notice is %q, want %q", got, c.notice)
			}
			if got := d.notice(noticeMsg{bell: true}); got != "\a" {
				t.Errorf("the bell is %q", got)
			}
			if got := d.progress(&tea.ProgressBar{State: tea.ProgressBarDefault, Value: 42}); got != c.bar {
				t.Errorf("42 %% are %q, want %q", got, c.bar)
			}
			if got := d.progress(nil); got != c.off {
				t.Errorf("no progress is %q, want %q", got, c.off)
			}
		})
	}
}

// Nothing in the words of a notice ends it, or is read as a command.
func TestNoticesAreHarmless(t *testing.T) {
	for _, hostile := range []string{
		"\x1b]52;c;aGk=\a", "\x1b\\\x1b[2J", "4;1;50", "\u009d0;x\u009c", "a\x00b\nc\rd", "\u202egpj.exe", "\xff\xfe\x1b", strings.Repeat("äöü", 500),
	} {
		got := harmless(hostile)
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == ';' }) || !utf8.ValidString(got) || len(got) > maxNotice {
			t.Errorf("%q became %q (%d bytes)", hostile, got, len(got))
		}
	}
}

// A notice is written after the frame, and progress only when it changes; both
// ways out remove it.
func TestNoticesAndProgressAreBetweenFrames(t *testing.T) {
	c := newCanvas(Terminal{Width: 20, Height: 2, Env: []string{"TERM=xterm-ghostty"}})
	c.learn(tea.WindowSizeMsg{Width: 20, Height: 2})
	v := tea.NewView("hello")
	v.AltScreen = true
	v.ProgressBar = &tea.ProgressBar{State: tea.ProgressBarDefault, Value: 7}
	c.atOnce = true
	c.aside = c.speaks.notice(noticeMsg{title: "t", words: "w"})
	frame := string(c.frame(v))
	if !strings.HasSuffix(frame, "\x1b[?2026l\x1b]777;notify;t;w\x1b\\") || strings.Count(frame, "\x1b]9;4;1;7\x1b\\") != 1 {
		t.Errorf("the frame is %q", frame)
	}
	v.ProgressBar = &tea.ProgressBar{State: tea.ProgressBarDefault, Value: 7}
	if again := string(c.frame(v)); again != "" {
		t.Errorf("the same frame again is %q", again)
	}
	v.ProgressBar = nil
	if gone := string(c.frame(v)); gone != "\x1b]9;4;0\x1b\\" {
		t.Errorf("without progress it is %q", gone)
	}
	v.ProgressBar = &tea.ProgressBar{State: tea.ProgressBarWarning, Value: 8}
	c.frame(v)
	p := &Painter{canvas: c}
	if loose := p.Loose(); loose != "\x1b]9;4;0\x1b\\" {
		t.Errorf("a forced end writes %q", loose)
	}
	if left := string(c.leave()); !strings.Contains(left, "\x1b]9;4;0\x1b\\") {
		t.Errorf("the end writes %q", left)
	}
	if back := string(c.frame(v)); !strings.Contains(back, "\x1b]9;4;4;8\x1b\\") {
		t.Errorf("back again it is %q", back)
	}
}
