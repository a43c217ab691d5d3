// Package painter runs a Bubble Tea program and draws a frame when there is
// something new to see. Bubble Tea itself looks for a new frame at fixed
// intervals. Here the result of a key is on its way to the screen before Update
// returns, and nothing runs while nothing changes. The package knows terminals
// and views, and never knows what a view is about.
package painter

import (
	"io"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
)

// FrameTime is the shortest time between two frames that no key has asked for,
// and the longest time that a key waits for those behind it.
const FrameTime = time.Second / 120

// backlog is how many keys and answers of the terminal can wait for the
// program.
const backlog = 1024

// Terminal is what a program runs on.
type Terminal struct {
	In  io.Reader // keys and answers of the terminal; read until it ends or fails
	Out io.Writer // may block while the terminal takes nothing
	Env []string  // the program's whole environment

	Width, Height int                  // cells
	Profile       colorprofile.Profile // number of colours; 0 detects it from Out and Env

	Take func() error // called before the terminal is used; may be nil
	Give func()       // called afterwards

	// Filter sees every message before the program does. It may replace the
	// message or, by returning nil, drop it.
	Filter func(tea.Msg) tea.Msg
}

// Painter is a program on its terminal. It draws views that fill the screen. A
// view that does not ask for the alternate screen leaves the screen unchanged.
type Painter struct {
	terminal Terminal
	program  *tea.Program
	events   chan uv.Event // read but not yet handled by the program
	wire     *wire
	deafen   func() // ends the listening

	// The following fields belong to the program's event loop.
	model   tea.Model
	canvas  *canvas
	stale   bool        // the model may have changed since the last frame
	since   time.Time   // when it first did
	painted time.Time   // when the last frame was made
	alarm   *time.Timer // paints a frame that must wait, nil if there is none
	fault   error       // ends the program
}

// New returns a program that has not been started. Messages may be sent to it
// once it runs.
func New(model tea.Model, t Terminal) *Painter {
	if t.Profile == colorprofile.Unknown {
		t.Profile = colorprofile.Detect(t.Out, t.Env)
	}
	p := &Painter{terminal: t, model: model, events: make(chan uv.Event, backlog), canvas: newCanvas(t)}
	p.program = tea.NewProgram(loop{p},
		tea.WithoutRenderer(), tea.WithoutSignalHandler(), tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithFPS(1),
		tea.WithEnvironment(t.Env), tea.WithColorProfile(t.Profile), tea.WithWindowSize(t.Width, t.Height),
		tea.WithFilter(func(_ tea.Model, msg tea.Msg) tea.Msg { return p.filter(msg) }))
	p.wire = newWire(t.Out, func() { p.program.Send(dueMsg{}) }, func() { p.program.Send(SlowMsg{}) })
	return p
}

// Run runs the program until it ends. Leave must then return the
// terminal, even after an error.
func (p *Painter) Run() error {
	if err := p.take(); err != nil {
		return err
	}
	p.listen()
	_, err := p.program.Run()
	if p.fault != nil {
		return p.fault
	}
	return err
}

// Leave restores the terminal after Run. It waits until the terminal has taken
// everything, and listens until then for its answers, which a shell would take
// for typed.
func (p *Painter) Leave() {
	p.yield()
	if p.deafen != nil {
		p.deafen()
	}
}

func (p *Painter) yield() {
	p.wire.flush(p.canvas.leave)
	p.give()
}

// Send passes a message to the program. It does nothing once the program has
// ended.
func (p *Painter) Send(msg tea.Msg) { p.program.Send(msg) }

// Quit asks the program to end.
func (p *Painter) Quit() { p.program.Quit() }

// Loose returns the bytes that remove everything the program has put outside
// its screen, for somebody who ends it by force. It may be called at any time.
func (p *Painter) Loose() string {
	if p.canvas.barred.Load() {
		return p.canvas.speaks.progress(nil)
	}
	return ""
}

// Kill ends the program without asking it.
func (p *Painter) Kill() { p.program.Kill() }

func (p *Painter) take() error {
	if p.terminal.Take == nil {
		return nil
	}
	return p.terminal.Take()
}

func (p *Painter) give() {
	if p.terminal.Give != nil {
		p.terminal.Give()
	}
}

// dueMsg says that a frame that had to wait may be drawn.
type dueMsg struct{}

// SlowMsg tells the program that its terminal is slow to show output.
type SlowMsg struct{}

// rawMsg is a [tea.RawMsg]. Bubble Tea would keep the text until its next tick.
type rawMsg string

// update applies a message and paints.
func (p *Painter) update(msg tea.Msg) (cmd tea.Cmd) {
	switch m := msg.(type) {
	case dueMsg:
		p.disarm()
	case rawMsg:
		p.canvas.aside += string(m)
	case noticeMsg:
		p.canvas.aside += p.canvas.speaks.notice(m)
	case outsideMsg:
		cmd = p.outside(m)
		p.change()
	case faultMsg:
		p.fault = m.error
		return tea.Quit
	case keysMsg:
		return p.press(m)
	default:
		p.canvas.learn(msg)
		p.model, cmd = p.model.Update(msg)
		p.change()
	}
	p.paint(asked(msg), 0)
	return cmd
}

// press applies keys that arrived together.
func (p *Painter) press(keys keysMsg) tea.Cmd {
	var cmds []tea.Cmd
	for i, key := range keys {
		msg := p.filter(key)
		if msg == nil {
			continue
		}
		var cmd tea.Cmd
		p.model, cmd = p.model.Update(msg)
		cmds = append(cmds, cmd)
		p.change()
		p.paint(true, len(keys)-1-i)
	}
	return tea.Batch(cmds...)
}

func (p *Painter) change() {
	if !p.stale {
		p.stale, p.since = true, time.Now()
	}
}

// asker is a message of the program that says, once it has been applied, whether
// somebody is waiting for its effect.
type asker interface{ Asked() bool }

// asked reports whether somebody is waiting for the effect of a message.
func asked(msg tea.Msg) bool {
	switch m := msg.(type) {
	case tea.PasteMsg, tea.WindowSizeMsg, dueMsg, rawMsg, noticeMsg, outsideMsg:
		return true
	case asker:
		return m.Asked()
	}
	return false
}

// paint draws a frame, unless it has to wait: until the terminal has taken the
// last one, for keys that have already arrived, or for a moment if nobody asked
// for it.
func (p *Painter) paint(asked bool, waiting int) {
	if !p.stale && p.canvas.aside == "" {
		return
	}
	now := time.Now()
	switch {
	case waiting+len(p.events) > 0 && now.Sub(p.since) < FrameTime:
		p.later(FrameTime - now.Sub(p.since))
		return
	case !asked && now.Sub(p.painted) < FrameTime:
		p.later(FrameTime - now.Sub(p.painted))
		return
	case !p.wire.take():
		return // dueMsg will come
	}
	p.disarm()
	var frame []byte
	defer func() { p.wire.send(frame) }() // frees the wire if the view panics
	frame = p.canvas.frame(p.model.View())
	p.stale, p.painted = false, now
}

// later schedules the frame, unless it is due earlier.
func (p *Painter) later(wait time.Duration) {
	if p.alarm == nil {
		p.alarm = time.AfterFunc(wait, func() { p.program.Send(dueMsg{}) })
	}
}

func (p *Painter) disarm() {
	if p.alarm != nil {
		p.alarm.Stop()
		p.alarm = nil
	}
}
