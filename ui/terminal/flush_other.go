//go:build unix && !linux

package terminal

import "golang.org/x/sys/unix"

// fileWrite names the direction to the terminal in TIOCFLUSH: FWRITE in
// <sys/fcntl.h> of the BSDs.
const fileWrite = 2

// flush drops what the terminal was sent and did not take, and lets it go on if
// it was told to wait.
func flush(fd int) {
	_ = unix.IoctlSetPointerInt(fd, unix.TIOCFLUSH, fileWrite)
	_ = unix.IoctlSetInt(fd, unix.TIOCSTART, 0)
}
