// Package terminal runs the dashboard on the real terminal: it checks that
// there is one, and gives it back in order however the program ends. It knows
// signals and terminal modes; it never knows what is drawn.
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

const (
	// graceTime is how long a signal waits for an orderly end before the terminal
	// is put right by force; all in all the end takes no more than a second.
	graceTime = 500 * time.Millisecond
	// forceTime is how long each step of that takes at most.
	forceTime = 100 * time.Millisecond
	// answerTime is how long the program may be deaf after a ctrl+c.
	answerTime = 2 * time.Second
)

// fps is how often Bubble Tea looks for a new frame: at its default of 60 a
// key would wait up to 17 ms for the screen.
const fps = 120

// Run runs a model until it ends, and gives the exit status.
func Run(model tea.Model, env []string) (status int, err error) {
	keys := newKeyboard(os.Stdin)
	done := make(chan struct{})
	defer close(done)
	out := newScreen(os.Stdout)
	g := guard{done: done, screen: out, ended: make(chan int, 1), struck: keys.struck, heard: make(chan struct{}, 1), forced: new(atomic.Bool)}
	p := tea.NewProgram(model, tea.WithInput(keys), tea.WithOutput(out),
		tea.WithoutSignalHandler(), tea.WithFPS(fps), tea.WithEnvironment(env), tea.WithFilter(g.filter))
	g.program = p
	// Without a state to go back to, force does what it can.
	g.before, _ = term.GetState(int(os.Stdin.Fd()))
	caught, stops := make(chan os.Signal, 4), make(chan os.Signal, 1)
	signal.Notify(caught, endings()...)
	notifyStop(stops)
	go g.watch(caught, stops, hangUp(os.Stdin, done))
	_, err = p.Run()
	// The dashboard asks to be told of light and dark; Bubble Tea does not
	// know that mode, so it does not end it.
	_, _ = out.Write([]byte(ansi.ResetModeLightDark)) // a terminal that is gone needs none
	if g.forced.Load() {
		select {} // what was stuck is not any more, but the terminal is being put right already
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

// exitSoftware is the status of a program that failed inside (EX_SOFTWARE).
const exitSoftware = 70

// guard ends the program on a signal or when the terminal is gone, by force
// when it does not end by itself, and stops it on the terminal's job control.
type guard struct {
	program *tea.Program
	screen  *screen
	before  *term.State // how the terminal was found
	done    <-chan struct{}
	ended   chan int        // the status that a signal asks for
	struck  <-chan struct{} // ctrl+c was pressed
	heard   chan struct{}   // the program takes messages
	forced  *atomic.Bool    // the end comes by force
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

// heardMsg asks the program whether it takes messages.
type heardMsg struct{}

// filter sees every message before the program does.
func (g guard) filter(model tea.Model, msg tea.Msg) tea.Msg {
	if _, ok := msg.(heardMsg); ok {
		select {
		case g.heard <- struct{}{}:
		default: // nobody waits for it any more
		}
		return nil
	}
	return saneSize(model, msg)
}

// insist ends a program that does not hear a ctrl+c, or gets stuck while it
// ends. One that hears it may have a question first.
func (g guard) insist() {
	for range 4 {
		go g.program.Send(heardMsg{}) // it waits for a program that is stuck
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

// Synchronized output, keyboard (it belongs to the alternate screen), that
// screen, cursor, mouse, paste and focus reports, colours. What was cut off
// before it must not swallow the first of them.
const modesOff = "\x18\x1b[?2026l\x1b[>4m\x1b[<1u\x1b[?1049l\x1b[?25h\x1b[?1002l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[?2031l\x1b[0m\r\n"

// force restores the terminal of a program that does not listen any more.
// Nothing here waits for it, nor for a terminal that takes no more output: its
// queue is emptied then, so that the modes go off as soon as it takes some.
func (g guard) force(status int) {
	g.forced.Store(true)
	g.screen.givenUp.Store(true)
	go g.program.Kill()
	time.Sleep(forceTime)
	g.screen.giveUp(modesOff, 2*forceTime)
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
