//go:build unix && !linux

package terminal

import "golang.org/x/sys/unix"

// fileWrite selects the output queue in TIOCFLUSH: FWRITE in <sys/fcntl.h> of
// the BSDs.
const fileWrite = 2

// flush drops output that the terminal has not taken yet, and resumes output if
// it was stopped.
func flush(fd int) {
	_ = unix.IoctlSetPointerInt(fd, unix.TIOCFLUSH, fileWrite)
	_ = unix.IoctlSetInt(fd, unix.TIOCSTART, 0)
}
