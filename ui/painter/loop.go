package painter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime/debug"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// loop is the painter as the model of Bubble Tea's event loop.
type loop struct{ *Painter }

// Init starts the program and stops Bubble Tea's ticker; releasing a terminal
// that was never taken does nothing else.
func (l loop) Init() tea.Cmd {
	still := func() tea.Msg {
		_ = l.program.ReleaseTerminal()
		return nil
	}
	return tea.Batch(still, l.caught(l.model.Init()))
}

// Update applies a message, paints, and ends the program if that panics.
func (l loop) Update(msg tea.Msg) (model tea.Model, cmd tea.Cmd) {
	if l.fault != nil {
		return l, nil
	}
	defer func() {
		if r := recover(); r != nil {
			l.fault = newPanic(r)
			model, cmd = l, tea.Quit
		}
	}()
	return l, l.caught(l.update(msg))
}

// View is empty, because the painter has already drawn.
func (l loop) View() tea.View { return tea.View{} }

// PanicError reports that the program panicked. Bubble Tea would print it on
// the alternate screen, which is closed a moment later.
type PanicError struct {
	Value any
	Stack []byte
}

func newPanic(value any) *PanicError { return &PanicError{value, debug.Stack()} }

func (e *PanicError) Error() string { return fmt.Sprint("panic: ", e.Value) }

// faultMsg ends the program with an error.
type faultMsg struct{ error }

// caught turns a panic in a command, or in the commands inside it, into a
// message.
func (p *Painter) caught(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				msg = faultMsg{newPanic(r)}
			}
		}()
		msg = cmd()
		// Batches and sequences are lists of commands.
		if list := reflect.ValueOf(msg); msg != nil && list.CanConvert(reflect.TypeFor[[]tea.Cmd]()) {
			cmds := list.Convert(reflect.TypeFor[[]tea.Cmd]()).Interface().([]tea.Cmd)
			for i, c := range cmds {
				cmds[i] = p.caught(c)
			}
		}
		return msg
	}
}

// filter passes messages to the terminal's filter, and catches those that
// Bubble Tea would handle with its renderer, which is not used.
func (p *Painter) filter(msg tea.Msg) tea.Msg {
	if _, several := msg.(keysMsg); several {
		return msg // shown one by one
	}
	if p.terminal.Filter != nil {
		msg = p.terminal.Filter(msg)
	}
	if raw, ok := msg.(tea.RawMsg); ok {
		return rawMsg(fmt.Sprint(raw.Msg))
	}
	if reflect.TypeOf(msg) == reflect.TypeOf(tea.SetClipboard("")()) { // Bubble Tea does not export it
		return rawMsg(ansi.SetSystemClipboard(reflect.ValueOf(msg).String()))
	}
	return msg
}

// listen passes the terminal's events to the program until the input ends or
// deafen is called. The painter reads itself to know whether more keys have
// arrived.
func (p *Painter) listen() {
	var ctx context.Context
	ctx, p.deafen = context.WithCancel(context.Background())
	reader := uv.NewTerminalReader(p.terminal.In, uv.Environ(p.terminal.Env).Getenv("TERM"))
	go func() {
		defer close(p.events)
		if err := reader.StreamEvents(ctx, p.events); err != nil && !errors.Is(err, io.EOF) {
			p.program.Send(faultMsg{fmt.Errorf("read the terminal: %w", err)})
		}
	}()
	go p.pass()
}

// keysMsg holds keys that arrived together. The program sees them one by one.
type keysMsg []tea.KeyPressMsg

// pass passes events on, together with all keys that have already arrived.
func (p *Painter) pass() {
	var keys keysMsg
	for event := range p.events {
		key, pressed := event.(uv.KeyPressEvent)
		if pressed {
			keys = append(keys, tea.KeyPressMsg(key))
		}
		if len(keys) > 0 && (!pressed || len(p.events) == 0) {
			p.program.Send(keys)
			keys = nil
		}
		switch event.(type) {
		case uv.KeyPressEvent:
		case uv.PrimaryDeviceAttributesEvent:
			p.wire.answered()
		default:
			p.program.Send(event)
		}
	}
}

// outsideMsg does something while the terminal is given back.
type outsideMsg struct {
	do   func() error
	then func(error) tea.Msg
}

// Outside is a command that gives the terminal back, calls do, and takes it
// again. Meanwhile the program stands still. The result of then is sent to the
// program; then may be nil.
func Outside(do func() error, then func(error) tea.Msg) tea.Cmd {
	return func() tea.Msg { return outsideMsg{do, then} }
}

func (p *Painter) outside(m outsideMsg) tea.Cmd {
	p.yield()
	err := m.do()
	if again := p.take(); again != nil {
		p.fault = again
		return tea.Quit
	}
	if m.then == nil {
		return nil
	}
	return func() tea.Msg { return m.then(err) }
}
