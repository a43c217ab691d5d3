// Package terminal runs the dashboard on the real terminal: it checks that
// there is one, and gives it back in order however the program ends. It knows
// signals and terminal modes; it never knows what is drawn.
package terminal

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// ErrNoTerminal says that the dashboard can't be drawn where it was started.
var ErrNoTerminal = errors.New("dubtop draws on a terminal, and there is none here (is the output piped?)")

// Check reports why the dashboard can't run on these files, nil when it can.
func Check(in, out *os.File, getenv func(string) string) error {
	if !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return ErrNoTerminal
	}
	if kind := getenv("TERM"); kind == "dumb" || kind == "" {
		return fmt.Errorf("TERM is %q, a terminal that can't place text; set it to what yours is, for instance xterm-256color", kind)
	}
	return nil
}

// graceTime is how long a signal waits for an orderly end before the terminal
// is put right by force.
const graceTime = 700 * time.Millisecond

// fps is how often Bubble Tea looks for a new frame: at its default of 60 a
// key would wait up to 17 ms for the screen.
const fps = 120

// Run runs a model until it ends, and gives the exit status.
func Run(model tea.Model, env []string) (status int, err error) {
	p := tea.NewProgram(model,
		tea.WithoutSignalHandler(), tea.WithFPS(fps), tea.WithEnvironment(env), tea.WithFilter(saneSize))
	done := make(chan struct{})
	defer close(done)
	g := guard{program: p, done: done, ended: make(chan int, 1)}
	// Without a state to go back to, force does what it can.
	g.before, _ = term.GetState(int(os.Stdin.Fd()))
	caught, stops := make(chan os.Signal, 4), make(chan os.Signal, 1)
	signal.Notify(caught, endings()...)
	notifyStop(stops)
	go g.watch(caught, stops, hangUp(os.Stdin, done))
	_, err = p.Run()
	// The dashboard asks to be told of light and dark; Bubble Tea does not
	// know that mode, so it does not end it.
	_, _ = os.Stdout.WriteString(ansi.ResetModeLightDark) // a terminal that is gone needs none
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

// exitSoftware is the status of a program that failed inside (EX_SOFTWARE).
const exitSoftware = 70

// guard ends the program on a signal or when the terminal is gone, by force
// when it does not end by itself, and stops it on the terminal's job control.
type guard struct {
	program *tea.Program
	before  *term.State // how the terminal was found
	done    <-chan struct{}
	ended   chan int // the status that a signal asks for
}

func (g guard) watch(caught, stops <-chan os.Signal, gone <-chan struct{}) {
	for {
		select {
		case <-g.done:
			return
		case <-stops:
			suspend(g.program)
		case s := <-caught:
			g.end(s, caught)
			return
		case <-gone:
			g.end(syscall.SIGHUP, caught)
			return
		}
	}
}

// end lets the program end in order; a second signal is impatience.
func (g guard) end(s os.Signal, caught <-chan os.Signal) {
	status := 128 + number(s)
	g.ended <- status
	go g.program.Quit() // it waits for a program that may be stuck
	select {
	case <-g.done:
	case <-caught:
		g.force(status)
	case <-time.After(graceTime):
		g.force(status)
	}
}

// force restores the terminal of a program that does not listen any more.
// Nothing here waits for it, nor for a terminal that takes no more output.
func (g guard) force(status int) {
	go g.program.Kill()
	time.Sleep(graceTime / 7)
	written := make(chan struct{})
	go func() {
		defer close(written)
		// Synchronized output, keyboard (it belongs to the alternate screen),
		// that screen, cursor, mouse, paste and focus reports, colours.
		_, _ = os.Stdout.WriteString("\x1b[?2026l\x1b[>4m\x1b[<1u\x1b[?1049l\x1b[?25h\x1b[?1002l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[?2031l\x1b[0m\r\n")
	}()
	select {
	case <-written:
	case <-time.After(graceTime / 7):
	}
	if g.before != nil {
		_ = term.Restore(int(os.Stdin.Fd()), g.before) // nothing can be done about it
	}
	os.Exit(status)
}

func number(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return int(n)
	}
	return 0
}

// saneSize mends the sizes that terminals report by mistake: nothing can be
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
