package painter

import (
	"io"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"
)

const (
	// unconfirmed is how much may be on its way without an answer. Data
	// buffered by the system or the network is not visible yet, and on a slow
	// connection it would be many frames.
	unconfirmed = 1024 // bytes

	// patience is the time limit for an answer, from a terminal that answers.
	patience = 20 * time.Second

	// A terminal is slow if it has needed longer than slowTime for slowTimes large
	// writes in a row.
	slowTime  = 400 * time.Millisecond
	slowTimes = 3

	// question is what all terminals answer, or nearly all.
	question = ansi.RequestPrimaryDeviceAttributes
)

// wire is the connection to the terminal. Only one thing is on it at a time, so
// that a slow terminal gets the newest frame next instead of every frame late.
type wire struct {
	out    io.Writer
	free   chan struct{} // holds a token while nothing is on the wire
	missed atomic.Bool   // somebody wanted the wire while it was taken
	again  func()        // called when the wire is free for them

	sent    int           // bytes since the last answer; belongs to who took the wire
	answers chan struct{} // receives the terminal's answers to the question
	able    atomic.Bool   // it has answered once

	slowly int    // large writes in a row that took long; belongs to who took the wire
	slow   func() // called once the terminal is slow
}

func newWire(out io.Writer, again, slow func()) *wire {
	w := &wire{out: out, free: make(chan struct{}, 1), again: again, slow: slow, answers: make(chan struct{}, 1)}
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
		w.missed.Store(false)
		return true
	default:
		return false
	}
}

// send writes to the wire in the background, and frees it once the terminal has
// taken the bytes. The wire must have been taken.
func (w *wire) send(b []byte) {
	if len(b) == 0 {
		w.release()
		return
	}
	go func() {
		w.write(b)
		w.release()
	}()
	runtime.Gosched() // writing comes first: the program may go on for a while
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
	asks := w.sent >= unconfirmed && w.able.Load()
	if asks {
		b = append(slices.Clip(b), question...)
		select {
		case <-w.answers: // late
		default:
		}
	}
	if _, err := w.out.Write(b); err != nil || !asks {
		return // whoever watches the terminal notices that it is gone
	}
	begun := time.Now()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-w.answers:
	case <-late.C:
	}
	w.sent = 0
	w.judge(time.Since(begun))
}

// judge finds out whether the terminal is slow.
func (w *wire) judge(took time.Duration) {
	if took < slowTime {
		w.slowly = 0
		return
	}
	if w.slowly++; w.slowly == slowTimes {
		w.slow()
	}
}

// answered records that the terminal has answered the query.
func (w *wire) answered() {
	w.able.Store(true)
	select {
	case w.answers <- struct{}{}:
	default:
	}
}
