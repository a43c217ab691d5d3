package durable

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// linkNew is RenameNew for file systems that can't refuse to replace: a second
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

// renameUnlessThere is RenameNew for file systems without links, such as some
// in user space. Other dubtops are kept away by the lock, but another program
// could take the name in between.
func renameUnlessThere(from, to string) error {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(&os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}, err)
	}
	return os.Rename(from, to)
}
