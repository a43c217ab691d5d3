//go:build unix

package terminal

import (
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"
)

// endings are the signals that ask a program to end.
func endings() []os.Signal {
	return []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
}

// notifyStop asks for the signal that stops a job.
func notifyStop(c chan<- os.Signal) { signal.Notify(c, syscall.SIGTSTP) }

// suspend gives the terminal back, stops the process, and takes the terminal
// again when it is continued. Once SIGTSTP is caught the runtime can no longer
// stop the process by it, so it is stopped by the signal that can't be caught.
func suspend(p *tea.Program) {
	if p.ReleaseTerminal() != nil {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	_ = p.RestoreTerminal()
}

// Suspend has the running program stopped, as ctrl+z does in a shell.
func Suspend() tea.Msg {
	_ = syscall.Kill(os.Getpid(), syscall.SIGTSTP)
	return nil
}
