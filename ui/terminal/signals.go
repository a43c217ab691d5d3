package terminal

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// endings returns the signals that ask a program to end.
func endings() []os.Signal {
	return []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
}

// notifyStop subscribes to the signal that stops a job (ctrl+z).
func notifyStop(c chan<- os.Signal) { signal.Notify(c, syscall.SIGTSTP) }

// notifyResize subscribes to the signal that the window has another size.
func notifyResize(c chan<- os.Signal) { signal.Notify(c, syscall.SIGWINCH) }

// JobControl reports whether a shell can continue the program once it is
// stopped. Shells run jobs in process groups of their own. If our group is that
// of the session leader, as in a terminal window or tmux pane that runs nothing
// but dubtop, nobody would ever continue it.
func JobControl() bool {
	session, err := unix.Getsid(0)
	return err == nil && session != unix.Getpgrp()
}

// stop stops the process, and returns when it is continued. Once SIGTSTP is
// caught, the Go runtime can no longer stop the process with it, so stop sends
// SIGSTOP, to the whole group for the sake of `go run` and scripts that wait
// for us.
func stop() error {
	// The call may return before all threads have stopped. Only SIGCONT tells
	// that the stop is over.
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	err := syscall.Kill(0, syscall.SIGSTOP)
	if err == nil {
		<-continued
	}
	return err
}

// Suspend is a command that stops the program as ctrl+z does in a shell.
func Suspend() tea.Msg {
	_ = syscall.Kill(os.Getpid(), syscall.SIGTSTP)
	return nil
}

// hangUp returns a channel that is closed when the terminal is gone. SIGHUP is
// not enough, because it is not sent to processes outside the terminal's
// session, and the painter takes the end of its input for silence.
func hangUp(terminal *os.File) <-chan struct{} {
	gone := make(chan struct{})
	fds := []unix.PollFd{{Fd: int32(terminal.Fd())}} // hang-ups are always reported
	go func() {
		for {
			n, err := unix.Poll(fds, -1)
			switch {
			case n > 0:
				close(gone)
				return
			case err != nil && !errors.Is(err, unix.EINTR):
				return
			}
		}
	}()
	return gone
}
