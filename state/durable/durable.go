// Package durable writes files that survive a crash: whole or not at all, and never
// over a stranger's. It knows files and folders of this machine, and never what
// they are about.
package durable

import (
	"errors"
	"os"
	"path/filepath"
)

// ErrLocked means that somebody else has locked a file.
var ErrLocked = errors.New("it is locked")

// Temporary writes a file under a temporary name in a folder. [Sweep] removes what
// a crash leaves of it.
func Temporary(folder string, content []byte, mode os.FileMode) (path string, err error) {
	f, err := os.CreateTemp(folder, ".dubtop-*") // nobody else may read it yet
	if err != nil {
		return "", err
	}
	return f.Name(), finish(f, content, mode)
}

// finish writes the content of a new file, and removes it if that fails: an
// incomplete file is worse than none.
func finish(f *os.File, content []byte, mode os.FileMode) error {
	_, err := f.Write(content)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// WriteNew creates a file under its own name. It returns an error if there is one of
// this name. A crash may leave a part of it.
func WriteNew(path string, content []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return finish(f, content, mode)
}

// Replace writes a file, so that a crash leaves the old one or the new one.
func Replace(path string, content []byte, mode os.FileMode) error {
	return under(path, content, mode, os.Rename)
}

// Create writes a file unless there is one of this name, so that a crash leaves it
// or nothing.
func Create(path string, content []byte, mode os.FileMode) error {
	return under(path, content, mode, RenameNew)
}

func under(path string, content []byte, mode os.FileMode, rename func(from, to string) error) error {
	temporary, err := Temporary(filepath.Dir(path), content, mode)
	if err != nil {
		return err
	}
	if err := rename(temporary, path); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return nil
}
