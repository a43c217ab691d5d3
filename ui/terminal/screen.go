package terminal

import (
	"errors"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// errGivenUp is the error of output that a terminal never took.
var errGivenUp = errors.New("the terminal takes no more output")

// screen is the output of the terminal, as Bubble Tea writes it. A terminal may
// take nothing for a while: somebody selects text, or a connection hangs. A
// write that waits inside the system can't be called back then, and nothing else
// can be written before it. So this one waits outside, until it is given up.
type screen struct {
	file    *os.File
	fd      int // the same terminal, opened anew: the file's own mode is the shell's, too
	givenUp atomic.Bool
}

// newScreen opens a terminal for writing without waiting.
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

// Fd is the descriptor of the terminal.
func (s *screen) Fd() uintptr { return s.file.Fd() }

// Read reads from the terminal.
func (s *screen) Read(p []byte) (int, error) { return s.file.Read(p) }

// Close does nothing: the terminal is not ours to close.
func (s *screen) Close() error { return nil }

// Write waits for the terminal to take everything.
func (s *screen) Write(p []byte) (int, error) {
	if s.fd < 0 {
		return s.file.Write(p)
	}
	for done := 0; ; {
		n, err := unix.Write(s.fd, p[done:])
		done += max(n, 0)
		switch {
		case done == len(p):
			return done, nil
		case err == nil, errors.Is(err, unix.EINTR):
		case !errors.Is(err, unix.EAGAIN):
			return done, err
		case s.givenUp.Load():
			return done, errGivenUp
		default:
			fds := []unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLOUT}}
			_, _ = unix.Poll(fds, 20) // in milliseconds; whatever it says, the next write says more
		}
	}
}

// giveUp ends the writes that wait, and writes one text more. What the terminal
// was sent and did not take is dropped for it, so that it is the next that the
// terminal takes, even after we are gone.
func (s *screen) giveUp(text string, most time.Duration) {
	s.givenUp.Store(true)
	for deadline := time.Now().Add(most); time.Now().Before(deadline); time.Sleep(most / 20) {
		n, err := unix.Write(s.fd, []byte(text))
		if n == len(text) || err != nil && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			return
		}
		// A part of it would be dropped with the rest: it is written whole.
		flush(s.fd)
	}
}
