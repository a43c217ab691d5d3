package uitest

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// escapePause is how long a program waits for more after an escape byte, plus a
// frame. Here that is twice 50 ms: the timer checks whether more than 50 ms
// have passed, and in virtual time it fires after exactly 50.
const escapePause = 100*time.Millisecond + Frame

// Press sends keys one by one, as the bytes a terminal sends, and lets each
// take effect. Keys have the names Bubble Tea gives them: "n", "N", "enter",
// "esc", "space", "tab", "shift+tab", "ctrl+s", "alt+enter", "up", "pgdown",
// "f5".
func (d *Terminal) Press(keys ...string) {
	d.t.Helper()
	for _, key := range keys {
		seq, err := encode(key)
		if err != nil {
			d.t.Fatal(err)
		}
		d.send(seq)
	}
}

// Hold keeps a key down: it is sent once, again after the delay, and then at
// the given rate per second.
func (d *Terminal) Hold(key string, delay time.Duration, rate int, lasting time.Duration) {
	d.t.Helper()
	seq, err := encode(key)
	if err != nil {
		d.t.Fatal(err)
	}
	d.mustRun(seq)
	for at := time.Duration(0); at <= lasting; {
		d.input.put(seq)
		next := time.Second / time.Duration(rate)
		if at == 0 {
			next = delay
		}
		at += next
		d.settle(next)
	}
}

// Event sends a one-character key or enter the way terminals do when asked to
// report every key and its repeats.
func (d *Terminal) Event(key string, repeats bool) {
	d.t.Helper()
	code, kind := []rune(key)[0], 1
	if key == "enter" {
		code = '\r'
	}
	if repeats {
		kind = 2
	}
	d.send(fmt.Sprintf("\x1b[%d;1:%du", code, kind))
}

// Type sends text as fast as the program reads it, and lets one frame pass.
func (d *Terminal) Type(text string) {
	d.t.Helper()
	d.mustRun(text)
	d.input.put(text)
	d.settle(Frame)
}

// Burst sends text in one write, as if many keys were waiting.
func (d *Terminal) Burst(text string) {
	d.t.Helper()
	d.send(text)
}

// Paste sends text at once, in paste brackets if the program asked for them.
func (d *Terminal) Paste(text string) {
	d.t.Helper()
	if d.modeOn(ansi.ModeBracketedPaste) {
		text = ansi.BracketedPasteStart + text + ansi.BracketedPasteEnd
	}
	d.send(text)
}

func (d *Terminal) send(seq string) {
	d.t.Helper()
	d.mustRun(seq)
	d.input.put(seq)
	if strings.HasPrefix(seq, "\x1b") && len(seq) <= 2 {
		d.settle(escapePause)
		return
	}
	d.settle(Frame)
}

func (d *Terminal) mustRun(seq string) {
	d.t.Helper()
	if d.Exited() {
		d.t.Fatalf("the program has ended; %q has nowhere to go", seq)
	}
}

// keyboard is the program's standard input: an unbounded queue.
type keyboard struct {
	mu      sync.Mutex
	changed *sync.Cond
	pending []byte
	closed  bool
}

func newKeyboard() *keyboard {
	k := &keyboard{}
	k.changed = sync.NewCond(&k.mu)
	return k
}

// Read waits for input. It returns io.EOF once the keyboard is closed, even if
// some input is left.
func (k *keyboard) Read(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.pending) == 0 && !k.closed {
		k.changed.Wait()
	}
	if k.closed {
		return 0, io.EOF
	}
	n := copy(p, k.pending)
	k.pending = k.pending[n:]
	return n, nil
}

func (k *keyboard) put(seq string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pending = append(k.pending, seq...)
	k.changed.Broadcast()
}

func (k *keyboard) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	k.changed.Broadcast()
}

// modifiers are bits, numbered as xterm does.
type modifiers int

const (
	shift modifiers = 1 << iota
	alt
	ctrl
)

// encode returns the bytes that xterm sends for a key.
func encode(key string) (string, error) {
	name, mods := splitModifiers(key)
	if name == "tab" && mods == shift {
		return "\x1b[Z", nil
	}
	if final, ok := letterKey(name); ok {
		return withFinal(name, final, mods), nil
	}
	if number := tildeKey(name); number > 0 {
		if mods == 0 {
			return fmt.Sprintf("\x1b[%d~", number), nil
		}
		return fmt.Sprintf("\x1b[%d;%d~", number, mods+1), nil
	}
	seq, ok := character(name, mods)
	if !ok {
		return "", fmt.Errorf("no terminal has a key %q", key)
	}
	if mods&alt != 0 {
		seq = "\x1b" + seq
	}
	return seq, nil
}

func splitModifiers(key string) (name string, mods modifiers) {
	name = key
	for {
		prefix, rest, ok := strings.Cut(name, "+")
		if !ok || rest == "" {
			return name, mods
		}
		switch prefix {
		case "shift":
			mods |= shift
		case "alt":
			mods |= alt
		case "ctrl":
			mods |= ctrl
		default:
			return name, mods
		}
		name = rest
	}
}

// letterKey returns the final byte of keys whose sequence ends in a letter.
func letterKey(name string) (final byte, ok bool) {
	switch name {
	case "up":
		return 'A', true
	case "down":
		return 'B', true
	case "right":
		return 'C', true
	case "left":
		return 'D', true
	case "end":
		return 'F', true
	case "home":
		return 'H', true
	case "f1", "f2", "f3", "f4":
		return 'P' + name[1] - '1', true
	}
	return 0, false
}

func withFinal(name string, final byte, mods modifiers) string {
	switch {
	case mods != 0:
		return fmt.Sprintf("\x1b[1;%d%c", mods+1, final)
	case name[0] == 'f':
		return "\x1bO" + string(final)
	}
	return "\x1b[" + string(final)
}

// tildeKey returns the number of keys whose sequence ends in a tilde, or 0.
func tildeKey(name string) int {
	switch name {
	case "insert":
		return 2
	case "delete":
		return 3
	case "pgup", "pageup":
		return 5
	case "pgdown", "pgdn", "pagedown":
		return 6
	case "f5":
		return 15
	case "f6", "f7", "f8", "f9":
		return 17 + int(name[1]-'6')
	case "f10":
		return 21
	case "f11":
		return 23
	case "f12":
		return 24
	}
	return 0
}

// character encodes keys that are one byte or rune, without the escape byte
// that alt adds.
func character(name string, mods modifiers) (string, bool) {
	switch name {
	case "enter":
		return "\r", mods&^alt == 0
	case "esc":
		return "\x1b", mods&^alt == 0
	case "tab":
		return "\t", mods&^alt == 0
	case "backspace":
		return "\x7f", mods&^alt == 0
	case "space":
		name = " "
	}
	if utf8.RuneCountInString(name) != 1 {
		return "", false
	}
	if mods&ctrl != 0 {
		return control(name[0])
	}
	if mods&shift != 0 {
		name = strings.ToUpper(name)
	}
	return name, true
}

// control returns the byte a character becomes while ctrl is held.
func control(c byte) (string, bool) {
	switch {
	case c >= 'a' && c <= 'z', c >= '@' && c <= '_':
		return string(rune(c & 0x1f)), true
	case c == ' ':
		return "\x00", true
	case c == '?':
		return "\x7f", true
	}
	return "", false
}
