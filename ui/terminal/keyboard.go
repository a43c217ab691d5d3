package terminal

import (
	"bytes"
	"errors"
	"os"
	"regexp"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// pasteSilence is how long a paste may pause. Its end can get lost when a
	// connection breaks or a terminal is killed, and without an end every key
	// would count as pasted text.
	pasteSilence = time.Second
	// keyPause is how long the input must be silent after a ctrl+c for it to
	// count as pressed, not pasted.
	keyPause = 60 * time.Millisecond
	// flowPause is the longest pause within pasted text that arrives in pieces.
	// Nobody presses keys so fast.
	flowPause = 20 * time.Millisecond
)

// The marks that terminals send around pasted text.
const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// keyboard is the input of the terminal as the program reads it. It ends a
// paste whose end got lost, and notices ctrl+c even if the program is stuck.
type keyboard struct {
	file   *os.File
	struck chan struct{} // signalled when ctrl+c is pressed
	turn   chan struct{} // holds a token while nobody reads the file
	nudge  [2]*os.File   // a pipe that ends a wait for the file

	mu      sync.Mutex
	ready   []byte    // read but not yet returned
	tail    []byte    // the last bytes read, in which a mark may begin
	pasting bool      // within a paste
	loose   bool      // a paste was ended here; the rest of it may still come
	held    []byte    // a ctrl+c in a paste that more bytes followed: pasted, unless they are an answer
	last    time.Time // when the last bytes arrived
	pasted  time.Time // when the last pasted bytes arrived
}

func newKeyboard(file *os.File) *keyboard {
	k := &keyboard{file: file, struck: make(chan struct{}, 1), turn: make(chan struct{}, 1)}
	k.turn <- struct{}{}
	k.nudge[0], k.nudge[1], _ = os.Pipe() // without it, rest waits for the next key
	return k
}

// rest leaves the terminal's input to others until wake is called.
func (k *keyboard) rest() {
	for {
		_, _ = k.nudge[1].Write([]byte{0})
		select {
		case <-k.turn:
			return
		case <-time.After(10 * time.Millisecond): // the next read has begun already
		}
	}
}

func (k *keyboard) wake() {
	select {
	case k.turn <- struct{}{}:
	default: // it is awake
	}
}

// Read returns typed input. From time to time it returns nothing.
func (k *keyboard) Read(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.ready) == 0 {
		if err := k.fill(len(p)); err != nil {
			return 0, err
		}
	}
	n := copy(p, k.ready)
	k.ready = k.ready[n:]
	return n, nil
}

// fill waits for bytes and makes them ready, adding marks that the terminal
// failed to send.
func (k *keyboard) fill(most int) error {
	<-k.turn
	defer func() { k.turn <- struct{}{} }()
	patience := -1 // as long as it takes
	if k.pasting {
		patience = int(pasteSilence.Milliseconds())
	}
	fds := []unix.PollFd{{Fd: int32(k.file.Fd()), Events: unix.POLLIN}, {Fd: int32(k.nudge[0].Fd()), Events: unix.POLLIN}}
	_, err := unix.Poll(fds, patience)
	switch {
	case errors.Is(err, unix.EINTR):
		return nil
	case fds[1].Revents != 0:
		_, _ = k.nudge[0].Read(make([]byte, 1))
		return nil
	case fds[0].Revents == 0:
		if k.pasting && time.Since(k.last) >= pasteSilence {
			k.letGo(nil)
		}
		return nil
	}
	buf := make([]byte, most)
	n, err := k.file.Read(buf)
	if err != nil {
		return err
	}
	k.receive(buf[:n])
	return nil
}

// reply is the terminal's answer to the question that the painter asks.
var reply = regexp.MustCompile(`\x1b\[\?[0-9;]*c`)

// receive takes bytes apart at the terminal's answers.
func (k *keyboard) receive(b []byte) {
	k.last = time.Now()
	for len(b) > 0 {
		at := reply.FindIndex(b)
		if at == nil {
			k.take(b)
			return
		}
		if at[0] > 0 {
			k.take(b[:at[0]])
		}
		k.answer(b[at[0]:at[1]])
		b = b[at[1]:]
	}
}

// answer passes on an answer of the terminal. A terminal does not answer in the
// middle of a paste: the end of the paste got lost.
func (k *keyboard) answer(b []byte) {
	if k.pasting {
		if k.held != nil {
			k.strike()
		}
		k.letGo(k.held)
		k.held = nil
	}
	k.ready = append(k.ready, b...)
}

// waits reports whether input becomes available within a duration.
func (k *keyboard) waits(most time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(k.file.Fd()), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, int(most.Milliseconds()))
	return n > 0 && err == nil
}

// take looks for marks and ctrl+c in the bytes just read.
func (k *keyboard) take(b []byte) {
	k.ready, k.held = append(k.ready, k.held...), nil
	if k.loose && !k.pasting && (isRest(b) || k.last.Sub(k.pasted) < flowPause) {
		k.ready = append(k.ready, pasteStart...)
		k.pasting = true
	}
	k.mark(b)
	if k.pasting {
		k.pasted = k.last
	}
	key := ctrlC(b)
	switch {
	case key > 0 && k.pasting:
		k.ready, k.held = append(k.ready, b[:len(b)-key]...), bytes.Clone(b[len(b)-key:])
		if !k.waits(keyPause) { // nobody pastes ctrl+c with nothing behind it
			k.answer(nil)
		}
		return
	case !k.pasting && (key > 0 || bytes.IndexByte(b, 0x03) >= 0):
		k.strike()
	}
	k.ready = append(k.ready, b...)
}

// mark tracks the marks. One may arrive in two pieces.
func (k *keyboard) mark(b []byte) {
	seen := slices.Concat(k.tail, b)
	start, end := bytes.LastIndex(seen, []byte(pasteStart)), bytes.LastIndex(seen, []byte(pasteEnd))
	if start != end { // at least one is present
		k.pasting = start > end
		k.loose = false
	}
	k.tail = bytes.Clone(seen[max(0, len(seen)-len(pasteEnd)+1):])
}

// letGo ends the paste in front of the keys that follow it.
func (k *keyboard) letGo(keys []byte) {
	k.ready = append(append(k.ready, pasteEnd...), keys...)
	k.pasting, k.loose, k.tail = false, true, nil
}

// isRest reports whether bytes are more than anybody types at once. They belong
// to a paste that was given up too early and must not become keys.
func isRest(b []byte) bool {
	const most = 4 // bytes per character
	return len(b) > most && (b[0] != 0x1b || bytes.Contains(b, []byte(pasteEnd)))
}

// ctrlC returns the length of a ctrl+c at the end of the bytes read, 0 if there
// is none, in any of the three keyboard protocols.
func ctrlC(b []byte) int {
	for _, key := range []string{"\x03", "\x1b[99;5u", "\x1b[27;5;99~"} {
		if bytes.HasSuffix(b, []byte(key)) {
			return len(key)
		}
	}
	return 0
}

func (k *keyboard) strike() {
	select {
	case k.struck <- struct{}{}:
	default: // already signalled
	}
}
