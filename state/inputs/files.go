package inputs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/text/unicode/norm"
)

// OpenFile opens a regular file of the user's for reading and returns its size
// in bytes. It never blocks: for a pipe or a device it returns an error that
// says so. The name may be in either Unicode form.
func OpenFile(path string) (*os.File, int64, error) {
	f, err := os.OpenFile(OnDisk(path), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil {
		err = regular(info)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// ReadFile reads a regular file of the user's, at most so many bytes of it.
func ReadFile(path string, most int64) ([]byte, error) {
	f, _, err := OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// StatFile returns the size of a regular file in bytes without opening it.
func StatFile(path string) (int64, error) {
	info, err := os.Stat(OnDisk(path))
	if err != nil {
		return 0, err
	}
	return info.Size(), regular(info)
}

// regular returns an error that names the kind of file unless it is regular.
func regular(info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return errors.New("it is a folder, not a file")
	case mode&fs.ModeNamedPipe != 0:
		return errors.New("it is a pipe, not a file: save its output to a file first")
	case mode&fs.ModeSocket != 0:
		return errors.New("it is a socket, not a file")
	case mode&fs.ModeDevice != 0:
		return errors.New("it is a device, not a file")
	default:
		return fmt.Errorf("it is not a regular file (%s)", mode.Type())
	}
}

// OnDisk spells a path as the disk does. A name can be stored with é as one
// character or as e with an accent, and a path that was typed or copied from
// another system may have the other form.
func OnDisk(path string) string {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) || path == "" {
		return path
	}
	dir, name := filepath.Dir(path), filepath.Base(path)
	if dir != path {
		dir = OnDisk(dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return path
	}
	for _, e := range entries {
		if norm.NFC.String(e.Name()) == norm.NFC.String(name) {
			return filepath.Join(dir, e.Name())
		}
	}
	return path
}
