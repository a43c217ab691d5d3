package painter

import (
	"io"
	"slices"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"
)

const (
	// unconfirmed is how much may be on its way without an answer. What the
	// system and the network hold back does not show, and on a slow connection
	// that would be many frames.
	unconfirmed = 1024 // bytes

	// answerTime is how soon a terminal answers for the first time, if it does
	// at all, and patience is how long it may take after that.
	answerTime = time.Second
	patience   = 20 * time.Second
)

// wire is the way to the terminal. There is one thing on it at a time: a slow
// terminal gets the newest frame next, not every frame late.
type wire struct {
	out    io.Writer
	free   chan struct{} // holds a token while nothing is on the wire
	missed atomic.Bool   // somebody wanted the wire in vain
	again  func()        // called when it is free for them

	sent    int           // bytes since the last answer; belongs to who took the wire
	answers chan struct{} // receives the terminal's answers to the question
	mute    bool          // it has failed to answer
	wait    time.Duration // for the next answer
}

func newWire(out io.Writer, again func()) *wire {
	w := &wire{out: out, free: make(chan struct{}, 1), again: again, answers: make(chan struct{}, 1), wait: answerTime}
	w.free <- struct{}{}
	return w
}

// take occupies the wire if it is free. Otherwise again will be called.
func (w *wire) take() bool {
	if w.tried() {
		return true
	}
	w.missed.Store(true)
	return w.tried() // it may have become free before missed was set
}

func (w *wire) tried() bool {
	select {
	case <-w.free:
		return true
	default:
		return false
	}
}

// send writes in the background to the wire that was taken, and frees it once
// the terminal has taken that.
func (w *wire) send(b []byte) {
	if len(b) == 0 {
		w.release()
		return
	}
	go func() {
		w.write(b)
		w.release()
	}()
}

func (w *wire) release() {
	w.free <- struct{}{}
	if w.missed.Swap(false) {
		w.again()
	}
}

// flush waits until the terminal has taken everything, and then writes what
// last returns.
func (w *wire) flush(last func() []byte) {
	<-w.free
	_, _ = w.out.Write(last())
	w.free <- struct{}{}
}

// write writes, and waits for the terminal if too much is on its way to it.
func (w *wire) write(b []byte) {
	w.sent += len(b)
	asks := w.sent >= unconfirmed && !w.mute
	if asks {
		b = append(slices.Clip(b), ansi.RequestPrimaryDeviceAttributes...) // all terminals answer that
		select {
		case <-w.answers: // late
		default:
		}
	}
	if _, err := w.out.Write(b); err != nil || !asks {
		return // a terminal that is gone is noticed by whoever watches it
	}
	late := time.NewTimer(w.wait)
	defer late.Stop()
	select {
	case <-w.answers:
		w.wait = patience
	case <-late.C:
		w.mute = w.wait == answerTime
	}
	w.sent = 0
}

// answered says that the terminal has answered the question.
func (w *wire) answered() {
	select {
	case w.answers <- struct{}{}:
	default:
	}
}
