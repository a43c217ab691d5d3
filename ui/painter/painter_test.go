package painter_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dubtop/ui/painter"
)

// toy counts keys on every row, so that each frame is a whole screen. Some keys
// make it panic.
type toy struct{ count int }

func (toy) Init() tea.Cmd { return nil }

func (m toy) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return m, nil
	}
	bad := func() tea.Msg { panic("a bad command") }
	switch key.String() {
	case "u":
		panic("a bad update")
	case "v":
		m.count = -1
	case "c":
		return m, bad
	case "b":
		return m, tea.Batch(func() tea.Msg { return nil }, tea.Sequence(func() tea.Msg { return nil }, bad))
	case "o":
		return m, painter.Outside(func() error { return errors.New("outside") }, func(err error) tea.Msg { return err })
	case "q":
		return m, tea.Quit
	default:
		m.count++
	}
	return m, nil
}

func (m toy) View() tea.View {
	if m.count < 0 {
		panic("a bad view")
	}
	row := strings.Repeat(fmt.Sprintf("%04d ", m.count), 10)
	v := tea.NewView(strings.TrimSuffix(strings.Repeat(row+"\n", 20), "\n"))
	v.AltScreen = true
	v.KeyboardEnhancements.ReportEventTypes = m.count == 7
	return v
}

// line is a slow connection with a terminal at its end: it holds back what has
// been written and hands on a number of bytes a second.
type line struct {
	keys io.WriteCloser
	in   io.Reader
	rate int

	mu      sync.Mutex
	held    []byte
	longest int
	shown   bytes.Buffer
}

func newLine(rate int) *line {
	l := &line{rate: rate}
	l.in, l.keys = io.Pipe()
	return l
}

func (l *line) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = append(l.held, p...)
	l.longest = max(l.longest, len(l.held))
	return len(p), nil
}

// pass hands bytes on for a while, and answers the question for attributes.
func (l *line) pass(lasting time.Duration) {
	const step = 20 * time.Millisecond
	for ; lasting > 0; lasting -= step {
		time.Sleep(step)
		l.mu.Lock()
		n := min(len(l.held), l.rate/50)
		l.shown.Write(l.held[:n])
		asked := bytes.HasSuffix(l.shown.Bytes(), []byte(ansi.RequestPrimaryDeviceAttributes)) ||
			bytes.Contains(l.held[:n], []byte(ansi.RequestPrimaryDeviceAttributes))
		l.held = l.held[n:]
		l.mu.Unlock()
		if asked {
			l.press("\x1b[?62;22c")
		}
	}
}

func (l *line) press(keys string) {
	go func() { _, _ = io.WriteString(l.keys, keys) }() // stays unread once the program has ended
	synctest.Wait()
}

// last returns the number on the screen.
func (l *line) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	fields := strings.Fields(ansi.Strip(l.shown.String()))
	if len(fields) == 0 {
		return ""
	}
	return fields[len(fields)-1]
}

// runs runs the toy on a line of so many bytes a second.
func runs(t *testing.T, rate int, story func(l *line, p *painter.Painter, ended <-chan error)) {
	synctest.Test(t, func(*testing.T) {
		l := newLine(rate)
		p := painter.New(toy{}, painter.Terminal{In: l.in, Out: l, Env: []string{"TERM=xterm-256color"}, Width: 50, Height: 20})
		ended := make(chan error, 1)
		go func() { ended <- p.Run() }()
		synctest.Wait()
		story(l, p, ended)
		p.Kill()
		_ = l.keys.Close()
		time.Sleep(time.Hour) // the last timers run out
	})
}

// A frame takes the line a second. Keys come five times as fast, but no more
// than one frame and a little is ever on its way, and the newest follows.
func TestSlowTerminalIsNeverMoreThanAFrameBehind(t *testing.T) {
	runs(t, 1000, func(l *line, _ *painter.Painter, _ <-chan error) {
		l.pass(4 * time.Second)
		for range 50 {
			l.press("j")
			l.pass(200 * time.Millisecond)
		}
		if frame := 1200; l.longest > frame+1024 {
			t.Errorf("%d bytes were on their way at once", l.longest)
		}
		l.pass(3 * time.Second)
		if l.last() != "0050" {
			t.Errorf("three seconds after the last key it shows %q", l.last())
		}
	})
}

func TestTerminalThatAnswersNothingIsDrawn(t *testing.T) {
	runs(t, 0, func(l *line, _ *painter.Painter, _ <-chan error) {
		for n := range 20 {
			l.press("j")
			time.Sleep(100 * time.Millisecond)
			l.mu.Lock()
			shown := bytes.Contains(l.held, fmt.Appendf(nil, "%04d", n+1))
			l.mu.Unlock()
			if !shown {
				t.Errorf("key %d is not drawn", n+1)
			}
		}
	})
}

func TestPanicIsToldWithItsStack(t *testing.T) {
	for key, want := range map[string]string{"u": "a bad update", "v": "a bad view", "c": "a bad command", "b": "a bad command"} {
		runs(t, 1<<20, func(l *line, p *painter.Painter, ended <-chan error) {
			l.pass(time.Second)
			l.press(key)
			l.pass(time.Second)
			var err error
			select {
			case err = <-ended:
			default:
				t.Fatalf("%s: it goes on", want)
			}
			panicked := new(painter.PanicError)
			if !errors.As(err, &panicked) || !strings.Contains(err.Error(), want) || !bytes.Contains(panicked.Stack, []byte("painter_test")) {
				t.Errorf("it ended with %v", err)
			}
			p.Leave()
			l.pass(time.Second)
			if !strings.HasSuffix(l.shown.String(), ansi.ResetModeAltScreenSaveCursor+ansi.SetModeTextCursorEnable) {
				t.Errorf("%s: the terminal is not given back: %q", want, l.shown.String())
			}
		})
	}
}

func TestKeyboardModeFollowsTheView(t *testing.T) {
	runs(t, 1<<20, func(l *line, _ *painter.Painter, _ <-chan error) {
		l.pass(time.Second)
		for _, mode := range []string{"\x1b[=3;1u", "\x1b[=1;1u"} {
			if strings.Contains(l.shown.String(), mode) {
				t.Errorf("%q came too early", mode)
			}
			for !strings.Contains(l.shown.String(), mode) {
				l.press("j")
				l.pass(100 * time.Millisecond)
			}
		}
	})
}

func TestScreenIsDrawnAnewAfterTheOutside(t *testing.T) {
	runs(t, 1<<20, func(l *line, _ *painter.Painter, _ <-chan error) {
		l.pass(time.Second)
		l.shown.Reset()
		l.press("o")
		l.pass(time.Second)
		left, drawn, _ := strings.Cut(l.shown.String(), ansi.ResetModeAltScreenSaveCursor)
		if !strings.Contains(left, "\x1b[<1u") || !strings.Contains(drawn, ansi.SetModeAltScreenSaveCursor) || l.last() != "0000" {
			t.Errorf("it wrote %q", l.shown.String())
		}
	})
}
