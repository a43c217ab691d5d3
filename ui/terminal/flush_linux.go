package terminal

import "golang.org/x/sys/unix"

// flush drops output that the terminal has not taken yet, and resumes output if
// it was stopped.
func flush(fd int) {
	_ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH)
	_ = unix.IoctlSetInt(fd, unix.TCXONC, unix.TCOON)
}
