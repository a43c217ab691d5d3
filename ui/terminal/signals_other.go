//go:build !unix

package terminal

import (
	"os"

	tea "charm.land/bubbletea/v2"
)

// endings are the signals that ask a program to end.
func endings() []os.Signal { return []os.Signal{os.Interrupt} }

// notifyStop does nothing: there is no job control here.
func notifyStop(chan<- os.Signal) {}

func suspend(*tea.Program) {}

// Suspend does nothing: there is no job control here.
func Suspend() tea.Msg { return nil }
