package uitest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// toy shows what reached it: the last key, pasted text, the window, the
// background, the focus and a clock.
type toy struct {
	key, text, pasted string
	width, height     int
	dark, blurred     bool
	ticks             int
	tooWide           bool
}

type tickMsg struct{}

func tick() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return tickMsg{} })
}

func (m toy) Init() tea.Cmd {
	return tick()
}

func (m toy) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
	case tea.FocusMsg:
		m.blurred = false
	case tea.BlurMsg:
		m.blurred = true
	case tea.PasteMsg:
		m.pasted = msg.Content
	case tickMsg:
		m.ticks++
		return m, tick()
	case tea.KeyPressMsg:
		return m.pressed(msg)
	}
	if name := fmt.Sprintf("%T", msg); strings.Contains(name, "ColorScheme") {
		m.dark = strings.Contains(name, "Dark")
	}
	return m, nil
}

func (m toy) pressed(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	m.key, m.text = msg.String(), m.text+msg.Text
	switch m.key {
	case "ctrl+y":
		return m, tea.SetClipboard("https://example.com/a;b")
	case "ctrl+w":
		m.tooWide = true
	case "ctrl+q":
		return m, tea.Quit
	}
	return m, nil
}

func (m toy) View() tea.View {
	rows := []string{
		fmt.Sprintf("key=%s text=%s", m.key, m.text),
		fmt.Sprintf("pasted=%q", m.pasted),
		fmt.Sprintf("window=%d×%d dark=%t blurred=%t", m.width, m.height, m.dark, m.blurred),
		fmt.Sprintf("ticks=%d", m.ticks),
		lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Color("#ff8800")).Render("bold"),
	}
	if m.tooWide {
		rows = append(rows, strings.Repeat("x", m.width+1))
	}
	v := tea.NewView(strings.Join(rows, "\n"))
	v.AltScreen, v.ReportFocus = true, true
	v.WindowTitle = "toy; running"
	v.Cursor = tea.NewCursor(2, 1)
	return v
}

// stage runs a story about the toy.
func stage(t *testing.T, o Options, story func(t *testing.T, d *Terminal)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { story(t, Start(t, toy{}, o)) })
}

func TestEveryKeyArrivesUnderItsOwnName(t *testing.T) {
	keys := []string{
		"n", "N", "?", "/", ",", "+", "é", "enter", "esc", "tab", "shift+tab", "space", "backspace",
		"delete", "insert", "up", "down", "left", "right", "home", "end", "pgup", "pgdown",
		"f1", "f4", "f5", "f6", "f9", "f10", "f11", "f12",
		"ctrl+s", "ctrl+c", "ctrl+d", "ctrl+o", "ctrl+space", "alt+enter", "alt+n",
		"ctrl+up", "shift+down", "alt+left", "ctrl+pgdown", "shift+f5", "ctrl+f1",
	}
	stage(t, Options{}, func(_ *testing.T, d *Terminal) {
		for _, key := range keys {
			d.Press(key)
			d.Sees("key=" + key + " ")
		}
	})
}

func TestUnknownKeyIsAnError(t *testing.T) {
	for _, key := range []string{"", "ctrl+enter", "hyper+n", "return", "ctrl+é", "shift+esc"} {
		if seq, err := encode(key); err == nil {
			t.Errorf("encode(%q) = %q, want an error", key, seq)
		}
	}
}

func TestTypingAndPasting(t *testing.T) {
	stage(t, Options{}, func(_ *testing.T, d *Terminal) {
		d.Type("héllo wörld")
		d.Sees("text=héllo wörld")
		d.Paste("two\nlines, y and enter among them")
		d.Sees(`pasted="two\nlines, y and enter among them"`, "text=héllo wörld")
		d.DoesNotSee("key=enter", "key=y")
	})
}

func TestTimePassesOnlyWhenTold(t *testing.T) {
	stage(t, Options{}, func(t *testing.T, d *Terminal) {
		d.Sees("ticks=0")
		start := time.Now()
		d.Pass(30 * time.Second)
		d.Sees("ticks=30")
		if passed := time.Since(start); passed != 30*time.Second+Frame {
			t.Errorf("%v passed, want 30s and a frame", passed)
		}
	})
}

func TestWindowFocusAndBackground(t *testing.T) {
	stage(t, Options{Width: 100, Height: 30, Dark: true}, func(_ *testing.T, d *Terminal) {
		d.Sees("window=100×30 dark=true blurred=false")
		d.Resize(60, 20)
		d.Focus(false)
		d.SetDark(false)
		d.Sees("window=60×20 dark=false blurred=true")
		d.Focus(true)
		d.Sees("blurred=false")
	})
	stage(t, Options{}, func(_ *testing.T, d *Terminal) { d.Sees("window=80×24 dark=false") })
}

func TestMuteTerminal(t *testing.T) {
	stage(t, Options{Mute: true, Dark: true}, func(t *testing.T, d *Terminal) {
		d.Sees("dark=false")
		d.Press("n")
		d.Sees("key=n")
		if strings.Contains(string(d.Raw()), ansi.SetModeSynchronizedOutput) {
			t.Error("a mute terminal was believed to synchronize its output")
		}
	})
}

func TestWhatTheTerminalRecords(t *testing.T) {
	stage(t, Options{}, func(t *testing.T, d *Terminal) {
		d.Press("ctrl+y")
		if got := d.Clipboard(); got != "https://example.com/a;b" {
			t.Errorf("clipboard %q", got)
		}
		if got := d.Title(); got != "toy; running" {
			t.Errorf("title %q", got)
		}
		if x, y, shown := d.Cursor(); x != 2 || y != 1 || !shown {
			t.Errorf("cursor at %d,%d, shown %t", x, y, shown)
		}
		if !strings.Contains(string(d.Raw()), ansi.SetModeSynchronizedOutput) {
			t.Error("frames are not written as a whole")
		}
		bold := slices.IndexFunc(d.Cells(), func(row []uv.Cell) bool { return row[0].Content == "b" })
		if bold < 0 || !strings.Contains(d.Styled(), "38;2;255;136;0") {
			t.Errorf("the coloured row is missing:\n%s", d.Styled())
		}
	})
}

func TestQuittingAndItsEnd(t *testing.T) {
	stage(t, Options{}, func(t *testing.T, d *Terminal) {
		if err := d.Quit(); err != nil || !d.Exited() {
			t.Errorf("Quit: %v, exited %t", err, d.Exited())
		}
	})
	stage(t, Options{}, func(t *testing.T, d *Terminal) {
		d.Press("ctrl+q")
		if !d.Exited() {
			t.Error("the program still runs after its quit key")
		}
		if got := d.Screen(); got != "" {
			t.Errorf("the screen is not given back:\n%s", got)
		}
	})
}

// witness is a testing.TB that notes failures instead of failing.
type witness struct {
	testing.TB
	said []string
}

func (w *witness) Helper() {}

func (w *witness) Errorf(format string, args ...any) {
	w.said = append(w.said, fmt.Sprintf(format, args...))
}

func (w *witness) Fatalf(format string, args ...any) { w.Errorf(format, args...) }

func TestFailedStoryShowsTheFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &witness{TB: t}
		d := Start(w, toy{}, Options{})
		d.Sees("ticks=7")
		d.DoesNotSee("ticks=0")
		if len(w.said) != 2 || !strings.Contains(w.said[0], "window=80×24") {
			t.Errorf("two false claims brought %q", w.said)
		}
	})
}

func TestEachFrameWiderThanItsWindowIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &witness{TB: t}
		d := Start(w, toy{}, Options{})
		d.Press("ctrl+w", "n", "n")
		if len(w.said) != 3 || !strings.Contains(w.said[0], "81 cells wide") {
			t.Errorf("a row of 81 cells brought %q", w.said)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := &witness{TB: t}
		Start(w, toy{}, Options{Width: 80, Height: 3})
		if len(w.said) != 1 || !strings.Contains(w.said[0], "5 rows") {
			t.Errorf("five rows in three brought %q", w.said)
		}
	})
}

func TestProgramThatDoesNotQuitIsKilled(t *testing.T) {
	var d *Terminal
	synctest.Test(t, func(t *testing.T) {
		stubborn := func(msg tea.Msg) tea.Msg {
			if _, quitting := msg.(tea.QuitMsg); quitting {
				return nil
			}
			return msg
		}
		d = Start(t, toy{}, Options{Filter: stubborn})
		d.Press("ctrl+q")
		d.Sees("key=ctrl+q")
	})
	if !errors.Is(d.err, tea.ErrProgramKilled) {
		t.Errorf("Run returned %v", d.err)
	}
}

func TestOneChangedCellIsFewBytes(t *testing.T) {
	for name, mute := range map[string]bool{"with synchronised output": false, "without": true} {
		t.Run(name, func(t *testing.T) {
			stage(t, Options{Mute: mute}, func(t *testing.T, d *Terminal) {
				frames, bytes := d.Traffic(func() { d.Pass(time.Second) })
				d.Sees("ticks=1")
				if frames != 1 || bytes > 60 {
					t.Errorf("%d frames with %d bytes", frames, bytes)
				}
			})
		})
	}
}
