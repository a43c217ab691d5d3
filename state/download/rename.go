package download

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// linkNew is renameNew for file systems that can't refuse to replace: a second
// name is made, then the first one is removed.
func linkNew(from, to string) error {
	err := os.Link(from, to)
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EMLINK):
		return renameUnlessThere(from, to)
	case err != nil:
		return err
	}
	return os.Remove(from)
}

// renameUnlessThere is renameNew for file systems without links, such as some
// in user space. Other dubtops are kept away by the lock, but another program
// could take the name in between.
func renameUnlessThere(from, to string) error {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(&os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}, err)
	}
	return os.Rename(from, to)
}

// makeFolder makes a folder and those above it, so that they survive a crash of
// the system.
func makeFolder(path string) error {
	if stat, err := os.Stat(path); err == nil && stat.IsDir() {
		return nil
	}
	above := filepath.Dir(path)
	if above != path {
		if err := makeFolder(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o777); err != nil {
		if stat, failed := os.Stat(path); failed == nil && stat.IsDir() { // somebody else was faster
			return nil
		}
		if errors.Is(err, fs.ErrExist) {
			return &fs.PathError{Op: "mkdir", Path: path, Err: unix.ENOTDIR}
		}
		return err
	}
	return syncFolder(above)
}

// freeSpace returns how many bytes the user can write in a folder. Of a disk
// that does not say, it returns the largest number.
func freeSpace(folder string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, &fs.PathError{Op: "statfs", Path: folder, Err: err}
	}
	if s.Blocks == 0 {
		return math.MaxInt64, nil
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
