package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"
)

// owner is a process that sends. It locks a file of its own beside the journal,
// and its name is in every row it is sending. The system drops the lock when
// the process dies in any way, so that others can tell a request under way from
// an abandoned one. Process ids are reused, and heartbeats stop during sleep.
type owner struct {
	path string // of the journal; "" in memory

	mu   sync.Mutex
	name string   // "" until needed
	file *os.File // holds the lock
}

var ownerPattern = regexp.MustCompile(`^[0-9a-f-]{36}$`)

func lockPath(journal, name string) string { return journal + "-sender-" + name }

// take returns the process's name, and locks its file the first time.
func (o *owner) take() (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.name != "" {
		return o.name, nil
	}
	name := uuid.NewString()
	if o.path == "" {
		o.name = name
		return name, nil
	}
	f, err := os.OpenFile(lockPath(o.path, name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return "", unwritable(o.path, err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return "", errors.Join(
			unlockable(o.path, err), f.Close(), os.Remove(f.Name()))
	}
	o.name, o.file = name, f
	return name, nil
}

func unlockable(path string, cause error) error {
	return fmt.Errorf("files next to %s can't be locked, so nothing can be sent; set XDG_STATE_HOME to a local disk: %w", path, cause)
}

// is reports whether name is this process.
func (o *owner) is(name string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return name != "" && name == o.name
}

// release removes the file and its lock.
func (o *owner) release() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil {
		return nil
	}
	err := errors.Join(os.Remove(o.file.Name()), o.file.Close())
	o.name, o.file = "", nil
	return err
}

// dead reports whether the named process has ended. If in doubt it returns
// false, since a row left alone does no harm.
func (o *owner) dead(name string) (bool, error) {
	if o.is(name) {
		return false, nil
	}
	if o.path == "" || !ownerPattern.MatchString(name) {
		return true, nil
	}
	f, err := os.OpenFile(lockPath(o.path, name), os.O_RDWR, 0) // some file systems need write access to lock
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// bury removes the lock file of a dead process.
func (o *owner) bury(name string) error {
	if o.path == "" || !ownerPattern.MatchString(name) {
		return nil
	}
	if err := os.Remove(lockPath(o.path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
