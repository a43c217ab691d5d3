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

// JobControl is false: there is none here.
func JobControl() bool { return false }

func suspend(*tea.Program) {}

// Suspend does nothing: there is no job control here.
func Suspend() tea.Msg { return nil }

// hangUp never happens: a window that is closed ends its programs.
func hangUp(*os.File, <-chan struct{}) <-chan struct{} { return nil }
