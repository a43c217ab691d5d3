package download

import (
	"os"

	"golang.org/x/sys/unix"
)

// boot names the present run of the system, "" if it has no name.
func boot() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return string(id)
}

// pushOut makes the system begin to write a part of a file to the disk, so that
// little is left for the sync at its end. It changes nothing else.
func pushOut(f *os.File, from, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), from, n, unix.SYNC_FILE_RANGE_WRITE) // the sync will tell
}
