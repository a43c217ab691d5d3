// Package terminal runs the dashboard on the real terminal. It checks that
// there is one, and restores it however the program ends. It knows signals and
// terminal modes and never knows what is drawn.
package terminal

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// ErrNoTerminal means that the dashboard was not started on a terminal.
var ErrNoTerminal = errors.New("dubtop needs a terminal, and there is none here (is the output piped?)")

// Check explains why the dashboard cannot run on these files, nil if it can.
func Check(in, out *os.File, getenv func(string) string) error {
	if !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return ErrNoTerminal
	}
	if kind := getenv("TERM"); kind == "dumb" || kind == "" {
		return fmt.Errorf("TERM is %q, which cannot position text; set it to your terminal's type, for instance xterm-256color", kind)
	}
	return nil
}

const (
	// graceTime is how long the program may take to end in order after a
	// signal, before the terminal is restored by force. Altogether, ending
	// takes at most a second.
	graceTime = 500 * time.Millisecond
	// forceTime is the longest duration of each step of that.
	forceTime = 100 * time.Millisecond
	// answerTime is how long the program may fail to react to ctrl+c.
	answerTime = 2 * time.Second
)

// fps is how often Bubble Tea checks for a new frame. At its default of 60, a
// key would take up to 17 ms to reach the screen.
const fps = 120

// Run runs a model until it ends, and returns the exit status.
func Run(model tea.Model, env []string) (status int, err error) {
	keys := newKeyboard(os.Stdin)
	done := make(chan struct{})
	defer close(done)
	out := newScreen(os.Stdout)
	g := guard{done: done, screen: out, ended: make(chan int, 1), struck: keys.struck, heard: make(chan struct{}, 1), forced: new(atomic.Bool)}
	p := tea.NewProgram(model, tea.WithInput(keys), tea.WithOutput(out),
		tea.WithoutSignalHandler(), tea.WithFPS(fps), tea.WithEnvironment(env), tea.WithFilter(g.filter))
	g.program = p
	// If the state is unknown, force restores only the modes.
	g.before, _ = term.GetState(int(os.Stdin.Fd()))
	caught, stops := make(chan os.Signal, 4), make(chan os.Signal, 1)
	signal.Notify(caught, endings()...)
	notifyStop(stops)
	go g.watch(caught, stops, hangUp(os.Stdin, done))
	_, err = p.Run()
	// The dashboard asks for notifications about light and dark mode. Bubble
	// Tea does not know that mode and leaves it on.
	_, _ = out.Write([]byte(ansi.ResetModeLightDark)) // fails only if the terminal is gone
	if g.forced.Load() {
		select {} // no longer stuck, but the terminal is already being restored
	}
	select {
	case status = <-g.ended:
		return status, nil
	default:
	}
	if errors.Is(err, tea.ErrProgramKilled) || errors.Is(err, tea.ErrProgramPanic) {
		return exitSoftware, err
	}
	return 0, err
}

// exitSoftware is the exit status after an internal failure (EX_SOFTWARE).
const exitSoftware = 70

// guard ends the program on a signal or when the terminal is gone, by force if
// necessary, and stops it for job control.
type guard struct {
	program *tea.Program
	screen  *screen
	before  *term.State // initial state of the terminal
	done    <-chan struct{}
	ended   chan int        // exit status requested by a signal
	struck  <-chan struct{} // signalled when ctrl+c is pressed
	heard   chan struct{}   // signalled when the program handles messages
	forced  *atomic.Bool    // the program is being ended by force
}

func (g guard) watch(caught, stops <-chan os.Signal, gone <-chan struct{}) {
	for {
		select {
		case <-g.done:
			return
		case <-stops:
			suspend(g.program, g.screen)
		case <-g.struck:
			go g.insist()
		case s := <-caught:
			g.end(s, caught)
			return
		case <-gone:
			g.end(syscall.SIGHUP, caught)
			return
		}
	}
}

// end lets the program end in order. A second signal forces it.
func (g guard) end(s os.Signal, caught <-chan os.Signal) {
	status := 128 + number(s)
	g.ended <- status
	go g.program.Quit() // blocks if the program is stuck
	select {
	case <-g.done:
	case <-caught:
		g.force(status)
	case <-time.After(graceTime):
		g.force(status)
	}
}

// heardMsg tests whether the program handles messages.
type heardMsg struct{}

// filter sees every message before the program does.
func (g guard) filter(model tea.Model, msg tea.Msg) tea.Msg {
	if _, ok := msg.(heardMsg); ok {
		select {
		case g.heard <- struct{}{}:
		default: // nobody is waiting any more
		}
		return nil
	}
	return saneSize(model, msg)
}

// insist ends a program that does not react to ctrl+c or gets stuck while
// ending. A program that reacts may ask a question first.
func (g guard) insist() {
	for range 4 {
		go g.program.Send(heardMsg{}) // blocks if the program is stuck
		select {
		case <-g.done:
			return
		case <-g.heard:
		case <-time.After(answerTime):
			g.force(128 + number(syscall.SIGINT))
		}
		select {
		case <-g.done:
			return
		case <-time.After(answerTime / 4):
		}
	}
}

// The modes are synchronized output, keyboard (which belongs to the alternate
// screen), alternate screen, cursor, mouse, paste and focus reports, and
// colours. The leading bytes end a sequence that was cut off, which would
// swallow the first of them.
const modesOff = "\x18\x1b[?2026l\x1b[>4m\x1b[<1u\x1b[?1049l\x1b[?25h\x1b[?1002l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[?2031l\x1b[0m\r\n"

// force restores the terminal of a program that no longer reacts. It waits
// neither for the program nor for a terminal that takes no output: it clears
// the output queue, so that the modes are reset as soon as the terminal takes
// anything.
func (g guard) force(status int) {
	g.forced.Store(true)
	g.screen.givenUp.Store(true)
	go g.program.Kill()
	time.Sleep(forceTime)
	g.screen.giveUp(modesOff, 2*forceTime)
	if g.before != nil {
		_ = term.Restore(int(os.Stdin.Fd()), g.before) // nothing can be done about an error
	}
	os.Exit(status)
}

func number(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return int(n)
	}
	return 0
}

// saneSize replaces sizes that terminals report by mistake: nothing can be
// drawn on 0×0, and an absurd size only costs memory.
func saneSize(_ tea.Model, msg tea.Msg) tea.Msg {
	const most = 1000
	m, ok := msg.(tea.WindowSizeMsg)
	if !ok {
		return msg
	}
	if m.Width <= 0 || m.Height <= 0 {
		m = tea.WindowSizeMsg{Width: 80, Height: 24}
	}
	return tea.WindowSizeMsg{Width: min(m.Width, most), Height: min(m.Height, most/2)}
}
