// Package uitest runs a whole Bubble Tea program on a terminal in memory, in
// the virtual time of testing/synctest, so that a test reads like a story of
// key presses and screens.
//
// It knows about terminals, keys and frames, not about dubtop: the model is
// passed in. It never sleeps in real time, opens a
// socket or touches the real terminal.
package uitest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image/color"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"dubtop/ui/painter"
)

// Frame is the virtual time that passes at the end of every step, so that its
// effects are on the screen. It is a little more than one frame at 60 Hz.
const Frame = 20 * time.Millisecond

// roundTrip is long enough for the program to query the terminal, get the
// answer and draw the result.
const roundTrip = 3 * Frame

// Options describes the terminal. The zero value is a light true-colour
// terminal of 80 × 24 cells that answers queries.
type Options struct {
	Width, Height int // cells; 0 means 80 × 24
	// Profile is the number of colours the program may use; the zero value
	// means true colour.
	Profile colorprofile.Profile
	// Env is the program's whole environment; nil means a plain xterm with
	// UTF-8.
	Env  []string
	Dark bool // the background reported to the program
	Mute bool // the terminal answers no queries
	// Every builds and measures all frames, also of long waits, so that they can
	// be counted.
	Every bool
	// Filter sees every message before the program does, nil for nothing.
	Filter func(tea.Msg) tea.Msg
}

// Terminal is a virtual terminal running one program.
type Terminal struct {
	t       testing.TB
	program *painter.Painter
	fit     *fit
	input   *keyboard
	done    chan struct{} // closed when Run has returned
	err     error         // the result of Run; read it only after done

	mu          sync.Mutex // guards the fields below
	emulator    *vt.Emulator
	raw         bytes.Buffer
	writes      int
	modes       map[ansi.Mode]bool
	title       string
	clipboard   string
	cursorShown bool
}

// Start runs model on a new terminal. It returns when the first frame and the
// changes caused by the terminal's first answers have been drawn. It must be
// called inside [synctest.Test]. When the test ends the program is killed, and
// an hour of virtual time lets all remaining timers run out.
func Start(t testing.TB, model tea.Model, o Options) *Terminal {
	t.Helper()
	o = o.withDefaults()
	d := &Terminal{
		t:           t,
		input:       newKeyboard(),
		done:        make(chan struct{}),
		emulator:    vt.NewEmulator(o.Width, o.Height),
		modes:       map[ansi.Mode]bool{},
		cursorShown: true,
	}
	d.setBackground(o.Dark)
	d.listen(o.Mute)
	go d.answer(o.Mute)

	d.fit = &fit{t: t, every: o.Every}
	d.program = painter.New(fitting{model, d.fit}, painter.Terminal{
		In: d.input, Out: screen{d}, Env: o.Env, Width: o.Width, Height: o.Height, Profile: o.Profile, Filter: o.Filter,
	})
	go func() {
		defer close(d.done)
		d.err = d.program.Run()
		d.program.Leave()
	}()
	t.Cleanup(d.end)
	d.settle(roundTrip)
	return d
}

func (o Options) withDefaults() Options {
	if o.Width == 0 && o.Height == 0 {
		o.Width, o.Height = 80, 24
	}
	if o.Profile == colorprofile.Unknown {
		o.Profile = colorprofile.TrueColor
	}
	if o.Env == nil {
		o.Env = []string{"TERM=xterm-256color", "COLORTERM=truecolor", "LANG=en_US.UTF-8"}
	}
	return o
}

// Pass lets d of virtual time go by, and one [Frame] more so that the effects
// are on the screen.
func (d *Terminal) Pass(duration time.Duration) { d.settle(duration + Frame) }

// settle waits until all work is done, lets time go by, and waits again. During
// a longer time only the last frame is drawn; see fit.
func (d *Terminal) settle(duration time.Duration) {
	synctest.Wait()
	if unwatched := duration - Frame; unwatched > Frame {
		d.fit.watch(false)
		time.Sleep(unwatched)
		d.fit.watch(true)
		go d.program.Send(look{}) // blocks while the program is busy
		duration = Frame
	}
	time.Sleep(duration)
	synctest.Wait()
}

// Resize changes the window to width × height cells.
func (d *Terminal) Resize(width, height int) {
	d.mu.Lock()
	d.emulator.Resize(max(width, 1), max(height, 1))
	d.mu.Unlock()
	d.program.Send(tea.WindowSizeMsg{Width: width, Height: height})
	d.settle(Frame)
}

// Sweep gives the program a series of window sizes and passes the frame for
// each to look, without colours. No time passes, which makes it fast. Call Resize afterwards to restore the terminal.
func (d *Terminal) Sweep(sizes [][2]int, look func(width, height int, frame string)) {
	d.fit.watch(false)
	defer d.fit.watch(true)
	d.grow(sizes)
	for _, size := range sizes {
		d.program.Send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		synctest.Wait()
		d.fit.mu.Lock()
		frame := d.fit.last
		d.fit.mu.Unlock()
		look(size[0], size[1], ansi.Strip(frame))
	}
}

// grow makes the emulator as large as the largest of some windows, because it
// can't scroll parts of a window larger than itself.
func (d *Terminal) grow(sizes [][2]int) {
	width, height := 1, 1
	for _, size := range sizes {
		width, height = max(width, size[0]), max(height, size[1])
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.emulator.Resize(width, height)
}

// Focus tells the program that the window gained or lost focus, if it asked for
// such reports.
func (d *Terminal) Focus(focused bool) {
	report := ansi.Blur
	if focused {
		report = ansi.Focus
	}
	if d.modeOn(ansi.ModeFocusEvent) {
		d.input.put(report)
	}
	d.settle(Frame)
}

// SetDark changes the terminal's background while the program runs, and reports
// it if the program asked for such reports (mode 2031).
func (d *Terminal) SetDark(dark bool) {
	d.mu.Lock()
	d.setBackground(dark)
	d.mu.Unlock()
	if d.modeOn(ansi.ModeLightDark) {
		d.input.put(ansi.LightDarkReport(dark))
	}
	d.settle(roundTrip)
}

func (d *Terminal) setBackground(dark bool) {
	background, foreground := color.White, color.Black
	if dark {
		background, foreground = foreground, background
	}
	d.emulator.SetDefaultBackgroundColor(background)
	d.emulator.SetDefaultForegroundColor(foreground)
}

func (d *Terminal) modeOn(m ansi.Mode) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.modes[m]
}

// Exited reports whether the program has ended.
func (d *Terminal) Exited() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

// Quit asks the program to end without pressing a key and returns the result of
// Run, nil after an orderly end. The test fails if the program has not ended
// after ten seconds of virtual time.
func (d *Terminal) Quit() error {
	d.t.Helper()
	d.program.Quit()
	select {
	case <-d.done:
	case <-time.After(10 * time.Second):
		d.t.Fatalf("the program did not quit\n%s", framed(d.Screen()))
	}
	synctest.Wait()
	return d.err
}

// Kill ends the program at once. It does nothing if the program has ended.
func (d *Terminal) Kill() {
	if d.Exited() {
		return
	}
	d.settle(escapePause) // a reader holding back half a key never ends
	d.program.Kill()
	<-d.done
}

// end kills the program if it still runs and releases everything that would
// keep the bubble from ending.
func (d *Terminal) end() {
	d.Kill()
	<-d.done
	if panicked := new(painter.PanicError); errors.As(d.err, &panicked) {
		d.t.Errorf("%v\n%s", panicked, panicked.Stack)
	}
	d.input.close()
	synctest.Wait()
	_ = d.emulator.Close()
	time.Sleep(time.Hour)
}

// screen is the program's standard output.
type screen struct{ d *Terminal }

// Write shows p.
func (s screen) Write(p []byte) (int, error) {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	s.d.raw.Write(p)
	s.d.writes++
	return s.d.emulator.Write(p)
}

// answer passes the terminal's answers to the program until the emulator is
// closed. The queue in between is unbounded: a terminal waiting to be read
// while its program waits to write would deadlock.
func (d *Terminal) answer(mute bool) {
	buf := make([]byte, 4096)
	for {
		n, err := d.emulator.Read(buf)
		if err != nil {
			return
		}
		if !mute {
			d.input.put(string(buf[:n]))
		}
	}
}

// listen records state that the emulator does not keep. Its callbacks run
// inside Write, with the lock held.
func (d *Terminal) listen(mute bool) {
	d.emulator.SetCallbacks(vt.Callbacks{
		EnableMode:       func(m ansi.Mode) { d.modes[m] = true },
		DisableMode:      func(m ansi.Mode) { d.modes[m] = false },
		CursorVisibility: func(shown bool) { d.cursorShown = shown },
	})
	keepTitle := func(data []byte) bool {
		_, title, _ := bytes.Cut(data, []byte(";"))
		d.title = string(title)
		return true
	}
	d.emulator.RegisterOscHandler(0, keepTitle)
	d.emulator.RegisterOscHandler(2, keepTitle)
	d.emulator.RegisterOscHandler(52, func(data []byte) bool {
		fields := bytes.SplitN(data, []byte(";"), 3)
		text, err := base64.StdEncoding.DecodeString(string(fields[len(fields)-1]))
		if len(fields) == 3 && err == nil {
			d.clipboard = string(text)
		}
		return true
	})
	if mute {
		return
	}
	// The emulator denies synchronized output, which real terminals support.
	d.emulator.RegisterCsiHandler(ansi.Command('?', '$', 'p'), func(params ansi.Params) bool {
		mode, _, _ := params.Param(0, 0)
		if mode != ansi.ModeSynchronizedOutput.Mode() {
			return false
		}
		d.input.put(ansi.ReportMode(ansi.ModeSynchronizedOutput, ansi.ModeReset))
		return true
	})
}
