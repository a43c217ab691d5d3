package terminal

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/sys/unix"
)

// endings are the signals that ask a program to end.
func endings() []os.Signal {
	return []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
}

// notifyStop asks for the signal that stops a job.
func notifyStop(c chan<- os.Signal) { signal.Notify(c, syscall.SIGTSTP) }

// JobControl reports whether a shell can continue us once we are stopped. It
// keeps its jobs in process groups of their own, so where ours is that of the
// session's leader (a terminal window or a tmux pane that runs nothing but
// dubtop) nobody waits, and a stop would be for ever.
func JobControl() bool {
	session, err := unix.Getsid(0)
	return err == nil && session != unix.Getpgrp()
}

// suspend gives the terminal back, stops the process, and takes the terminal
// again when it is continued. Once SIGTSTP was caught the Go runtime can no
// longer stop the process by it, so the signal that can't be caught does; the
// whole group gets it, for `go run` and scripts that wait for us.
func suspend(p *tea.Program, out *screen) {
	if !JobControl() || p.ReleaseTerminal() != nil {
		return
	}
	_, _ = out.Write([]byte(ansi.ResetModeLightDark)) // see Run
	// The call may return before all threads stand still: only the signal that
	// continues us says that the stop is over.
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	if syscall.Kill(0, syscall.SIGSTOP) == nil {
		<-continued
	}
	_, _ = out.Write([]byte(ansi.SetModeLightDark))
	_ = p.RestoreTerminal()
}

// Suspend has the running program stopped, as ctrl+z does in a shell.
func Suspend() tea.Msg {
	_ = syscall.Kill(os.Getpid(), syscall.SIGTSTP)
	return nil
}

// hangUp closes the channel when the terminal is gone. Most often SIGHUP says
// so; but it is not sent to a process outside the terminal's session, and
// Bubble Tea takes the end of its input for silence.
func hangUp(terminal *os.File, done <-chan struct{}) <-chan struct{} {
	gone := make(chan struct{})
	fds := []unix.PollFd{{Fd: int32(terminal.Fd())}} // a hang-up is always reported
	go func() {
		for {
			n, err := unix.Poll(fds, 1000) // in milliseconds
			switch {
			case n > 0:
				close(gone)
				return
			case err != nil && !errors.Is(err, unix.EINTR):
				return
			}
			select {
			case <-done:
				return
			default:
			}
		}
	}()
	return gone
}
