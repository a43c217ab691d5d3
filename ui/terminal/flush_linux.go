package terminal

import "golang.org/x/sys/unix"

// flush drops what the terminal was sent and did not take, and lets it go on if
// it was told to wait.
func flush(fd int) {
	_ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCOFLUSH)
	_ = unix.IoctlSetInt(fd, unix.TCXONC, unix.TCOON)
}
