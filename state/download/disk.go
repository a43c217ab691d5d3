package download

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"dubtop/api/text"
	"dubtop/state/durable"
)

// disk is the file system. Tests replace its functions with ones that fail;
// nil means the real one.
type disk struct {
	// reached is told about the points between which a crash must do no harm.
	reached func()

	writes func(*os.File, []byte) (int, error)
	syncs  func(*os.File) error
	frees  func(folder string) (int64, error)
}

func (d disk) write(f *os.File, p []byte) (int, error) {
	d.reach()
	if d.writes != nil {
		return d.writes(f, p)
	}
	return f.Write(p)
}

func (d disk) sync(f *os.File) error {
	d.reach()
	if d.syncs != nil {
		return d.syncs(f)
	}
	return f.Sync()
}

// reach marks a point.
func (d disk) reach() {
	if d.reached != nil {
		d.reached()
	}
}

// free returns how many bytes can be written in a folder.
func (d disk) free(folder string) (int64, error) {
	if d.frees != nil {
		return d.frees(folder)
	}
	return durable.FreeSpace(folder)
}

// diskError explains why a file can't be written, and what to do about it.
func diskError(name string, err error) error {
	if err == nil || errors.As(err, new(*failure)) {
		return err
	}
	base, folder := string(text.Of(filepath.Base(name))), string(text.Of(filepath.Dir(name)))
	kind, words := ErrDisk, ""
	switch {
	case errors.Is(err, durable.ErrLocked):
		kind, words = ErrBusy, base+" is being saved by another dubtop"
	case errors.Is(err, fs.ErrExist):
		kind, words = ErrExists, base+" exists already and is not replaced"
	case errors.Is(err, unix.ENOSPC):
		kind, words = ErrFull, "the disk of "+folder+" is full; make room and save again: it goes on where it stopped"
	case errors.Is(err, unix.EDQUOT):
		kind, words = ErrFull, "your quota for "+folder+" is used up; make room and save again: it goes on where it stopped"
	case errors.Is(err, unix.EFBIG):
		kind, words = ErrFull, base+" is too large for the disk of "+folder+"; choose another folder"
	default:
		words = refused(err, base, folder)
	}
	return &failure{kind, words, err}
}

// refused explains an error of the disk that more space does not help.
func refused(err error, base, folder string) string {
	switch {
	case errors.Is(err, errReplaced):
		if _, err := os.Stat(folder); err == nil {
			return base + ".part was removed or replaced while it was written; save again"
		}
		return folder + " was removed or renamed; bring it back or choose another folder"
	case errors.Is(err, unix.ENAMETOOLONG):
		return "the name " + base + " is too long for the disk; choose a shorter template or folder"
	case errors.Is(err, unix.ELOOP), errors.Is(err, errNoFile), errors.Is(err, unix.EISDIR):
		return base + ".part in " + folder + " is not a file; look at it and remove it"
	case errors.Is(err, unix.EROFS):
		return folder + " is on a disk that can only be read; choose another folder"
	case errors.Is(err, fs.ErrPermission):
		return "you may not write in " + folder + "; change its permissions or choose another folder"
	case errors.Is(err, unix.ENOTDIR):
		return folder + " leads through a file that is no folder; choose another folder"
	case errors.Is(err, fs.ErrNotExist):
		return folder + " was removed or renamed; bring it back or choose another folder"
	case errors.Is(err, unix.ENOLCK), errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOSYS):
		return "the disk of " + folder + " can't lock files, so that two dubtops could write one; choose another folder"
	}
	return base + " can't be written in " + folder + ": " + reason(err)
}

// reason returns an error of the system without the path, which may be long.
func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = cmp.Or(p.Err, err)
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		err = cmp.Or(l.Err, err)
	}
	return string(text.Of(err.Error()))
}
