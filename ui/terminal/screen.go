package terminal

import (
	"errors"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// errGivenUp reports output that the terminal never took.
var errGivenUp = errors.New("the terminal takes no more output")

// screen is the output of the terminal as the program writes it. A terminal may
// stop taking output, because somebody selects text or a connection hangs. A
// write blocked in the kernel cannot be cancelled, and nothing can be written
// before it, so screen waits outside the kernel until it is given up.
type screen struct {
	file    *os.File
	fd      int // the terminal opened a second time, because the shell shares the mode of the first descriptor
	givenUp atomic.Bool
}

// newScreen opens a terminal for non-blocking writes.
func newScreen(terminal *os.File) *screen {
	s := &screen{file: terminal, fd: -1}
	for _, path := range []string{"/proc/self/fd/" + strconv.Itoa(int(terminal.Fd())), "/dev/tty"} {
		fd, err := unix.Open(path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
		if err == nil {
			s.fd = fd
			break
		}
	}
	return s
}

// Fd returns the descriptor of the terminal.
func (s *screen) Fd() uintptr { return s.file.Fd() }

// Read reads from the terminal.
func (s *screen) Read(p []byte) (int, error) { return s.file.Read(p) }

// Close does nothing: the terminal is not ours to close.
func (s *screen) Close() error { return nil }

// Write writes all of p, waiting for the terminal as long as needed.
func (s *screen) Write(p []byte) (int, error) {
	if s.fd < 0 {
		return s.file.Write(p)
	}
	for done := 0; ; {
		if s.givenUp.Load() {
			return done, errGivenUp
		}
		n, err := unix.Write(s.fd, p[done:])
		done += max(n, 0)
		switch {
		case done == len(p):
			return done, nil
		case err == nil, errors.Is(err, unix.EINTR):
		case !errors.Is(err, unix.EAGAIN):
			return done, err
		default:
			fds := []unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLOUT}}
			_, _ = unix.Poll(fds, 20) // milliseconds; the result does not matter, the next write tells more
		}
	}
}

// giveUp ends blocked writes, then writes text. It drops output that the
// terminal has not taken, so that text is the next thing it takes, even after
// the program has ended.
func (s *screen) giveUp(text string, most time.Duration) {
	s.givenUp.Store(true)
	for deadline := time.Now().Add(most); time.Now().Before(deadline); time.Sleep(most / 20) {
		n, err := unix.Write(s.fd, []byte(text))
		if n == len(text) || err != nil && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			return
		}
		// The flush would drop part of it, so it is written whole afterwards.
		flush(s.fd)
	}
}
