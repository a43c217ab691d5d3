package painter

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

// lazyTerminal answers the question after a while.
type lazyTerminal struct {
	wire  *wire
	after time.Duration
}

func (l *lazyTerminal) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(question)) {
		time.AfterFunc(l.after, l.wire.answered)
	}
	return len(p), nil
}

// A terminal that takes long for large frames is called slow, once; one that did
// so once is not.
func TestSlowTerminalIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		far := &lazyTerminal{}
		w := newWire(far, func() {}, func() { calls++ })
		far.wire = w
		w.able.Store(true)
		frame := make([]byte, 2*unconfirmed)
		for _, after := range []time.Duration{time.Second, time.Second, 10 * time.Millisecond, time.Second, time.Second} {
			far.after = after
			w.write(frame)
		}
		if calls > 0 {
			t.Error("it was called slow after a pause")
		}
		for range 5 {
			w.write(frame)
		}
		if calls != 1 {
			t.Errorf("it was called slow %d times", calls)
		}
	})
}
