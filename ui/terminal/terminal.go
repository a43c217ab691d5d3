// Package terminal runs the dashboard on the real terminal. It checks that
// there is one, and restores it however the program ends. It deals with
// signals and terminal modes, never with the content of the screen.
package terminal

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"dubtop/ui/painter"
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

// Run runs a model until it ends, and returns the exit status. If it is ended by
// force, so that Run does not return, cleanup is called first; it may be nil.
func Run(model tea.Model, env []string, cleanup func()) (status int, err error) {
	g := &guard{
		keys: newKeyboard(os.Stdin), screen: newScreen(os.Stdout),
		done: make(chan struct{}), ended: make(chan int, 1), heard: make(chan struct{}, 1),
		winch: make(chan os.Signal, 1), cleanup: cleanup,
	}
	defer close(g.done)
	// If the state is unknown, only the modes can be restored.
	g.before, _ = term.GetState(int(os.Stdin.Fd()))
	g.giveUp = sync.OnceFunc(g.restoreByForce)
	first := g.size()
	g.program = painter.New(model, painter.Terminal{
		In: g.keys, Out: g.screen, Env: env, Width: first.Width, Height: first.Height,
		Take: g.take, Give: g.give, Filter: g.filter,
	})
	caught, stops := make(chan os.Signal, 4), make(chan os.Signal, 1)
	signal.Notify(caught, endings()...)
	notifyStop(stops)
	notifyResize(g.winch)
	go g.watch(caught, stops, hangUp(os.Stdin))
	go g.resize()
	err = g.program.Run()
	g.leave()
	if g.forced.Load() {
		select {} // no longer stuck, but the terminal is already being restored
	}
	if panicked := new(painter.PanicError); errors.As(err, &panicked) {
		fmt.Fprintf(os.Stderr, "%s\n", panicked.Stack)
	}
	select {
	case status = <-g.ended:
		return status, nil
	default:
	}
	if err != nil {
		return exitSoftware, err
	}
	return 0, nil
}

// exitSoftware is the exit status after an internal failure (EX_SOFTWARE).
const exitSoftware = 70

// guard ends the program on a signal or when the terminal is gone, by force if
// necessary, stops it for job control, and tells it the size of the window.
type guard struct {
	program  *painter.Painter
	keys     *keyboard
	screen   *screen
	before   *term.State // initial state of the terminal
	done     chan struct{}
	ended    chan int       // exit status requested by a signal
	heard    chan struct{}  // signalled when the program handles messages
	winch    chan os.Signal // signalled when the window changes its size
	stopping atomic.Bool    // the program is being stopped
	away     atomic.Bool    // the terminal is given away, for instance to an editor
	back     atomic.Int64   // when it was last taken back, in nanoseconds since 1970
	forced   atomic.Bool    // the program is being ended by force
	cleanup  func()         // what Run's caller would do; may be nil
	giveUp   func()         // restores a terminal that takes no output
}

func (g *guard) watch(caught, stops <-chan os.Signal, gone <-chan struct{}) {
	for {
		select {
		case <-g.done:
			return
		case <-stops:
			g.halt()
		case <-g.keys.struck:
			go g.insist()
		case s := <-caught:
			if !g.meant(s) {
				continue
			}
			g.end(s, caught)
			return
		case <-gone:
			g.end(syscall.SIGHUP, caught)
			return
		}
	}
}

// lateSignal is how long a signal that was typed at an editor may take to get
// here: the editor may have ended first.
const lateSignal = time.Second

// meant reports whether a signal is for the program, and was not typed at an
// editor that has the terminal, or had it a moment ago.
func (g *guard) meant(s os.Signal) bool {
	if s != syscall.SIGINT && s != syscall.SIGQUIT {
		return true
	}
	return !g.away.Load() && time.Since(time.Unix(0, g.back.Load())) > lateSignal
}

// halt stops the process for job control. While an editor has the terminal, the
// whole group is stopped with it.
func (g *guard) halt() {
	switch {
	case !JobControl() || g.stopping.Swap(true):
	case g.away.Load():
		go func() { _ = g.stop() }() // nothing can be done about an error
	default:
		go g.program.Send(painter.Outside(g.stop, nil)()) // blocks if the program is stuck
	}
}

// stop stops the process while the terminal is restored.
func (g *guard) stop() error {
	err := stop()
	g.stopping.Store(false)
	select {
	case g.winch <- syscall.SIGWINCH: // a stopped process is not told of it
	default:
	}
	return err
}

// take puts the terminal into raw mode, and give restores it.
func (g *guard) take() error {
	if g.away.Load() {
		g.back.Store(time.Now().UnixNano())
		g.away.Store(false)
	}
	_, err := term.MakeRaw(int(os.Stdin.Fd()))
	g.keys.wake()
	return err
}

// resize tells the program the size of the window when it changes.
func (g *guard) resize() {
	for {
		select {
		case <-g.done:
			return
		case <-g.winch:
			g.program.Send(g.size())
		}
	}
}

// size returns the size of the window.
func (g *guard) size() tea.WindowSizeMsg {
	width, height, _ := term.GetSize(int(os.Stdout.Fd())) // without one, 0×0
	return saneSize(tea.WindowSizeMsg{Width: width, Height: height})
}

// leave restores the terminal of a program that has ended, by force if the
// terminal does not accept the pending output.
func (g *guard) leave() {
	left := make(chan struct{})
	go func() {
		g.program.Leave()
		close(left)
	}()
	select {
	case <-left:
	case <-time.After(graceTime):
		g.giveUp()
	}
}

// end lets the program end in order. A second signal forces it.
func (g *guard) end(s os.Signal, caught <-chan os.Signal) {
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
func (g *guard) filter(msg tea.Msg) tea.Msg {
	switch m := msg.(type) {
	case heardMsg:
		select {
		case g.heard <- struct{}{}:
		default: // nobody is waiting any more
		}
		return nil
	case tea.WindowSizeMsg:
		return saneSize(m)
	}
	return msg
}

// insist ends a program that does not react to ctrl+c or gets stuck while
// ending. A program that reacts may ask a question first.
func (g *guard) insist() {
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

// modesOff resets everything that the painter sets, and more. The modes are synchronized output, keyboard (which belongs to the alternate
// screen), alternate screen, cursor, mouse, paste and focus reports, and
// colours. The leading bytes end a sequence that was cut off, which would
// swallow the first of them.
const modesOff = "\x18\x1b[?2026l\x1b[>4m\x1b[<1u\x1b[?1049l\x1b[?25h\x1b[?1002l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[?2031l\x1b[0m\r\n"

// force ends a program that no longer reacts.
func (g *guard) force(status int) {
	g.forced.Store(true)
	g.screen.givenUp.Store(true)
	go g.program.Kill()
	time.Sleep(forceTime)
	g.giveUp()
	g.cleanUp()
	os.Exit(status)
}

// cleanUp does what the caller of Run can't do any more, unless it takes long.
func (g *guard) cleanUp() {
	if g.cleanup == nil {
		return
	}
	done := make(chan struct{})
	go func() { g.cleanup(); close(done) }()
	select {
	case <-done:
	case <-time.After(forceTime):
	}
}

// restoreByForce waits neither for the program nor for a terminal that takes no
// output: it clears the output queue, so that the modes are reset as soon as
// the terminal takes anything.
func (g *guard) restoreByForce() {
	g.screen.giveUp(modesOff+g.program.Loose(), 2*forceTime)
	g.restore()
}

func (g *guard) give() {
	g.away.Store(true)
	g.keys.rest()
	g.restore()
}

func (g *guard) restore() {
	if g.before != nil {
		_ = term.Restore(int(os.Stdin.Fd()), g.before) // nothing can be done about an error
	}
}

func number(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return int(n)
	}
	return 0
}

// saneSize replaces sizes that terminals report by mistake: nothing can be
// drawn on 0×0, and an absurd size only costs memory.
func saneSize(m tea.WindowSizeMsg) tea.WindowSizeMsg {
	const most = 1000
	if m.Width <= 0 || m.Height <= 0 {
		m = tea.WindowSizeMsg{Width: 80, Height: 24}
	}
	return tea.WindowSizeMsg{Width: min(m.Width, most), Height: min(m.Height, most/2)}
}
