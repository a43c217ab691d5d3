package journal

import (
	"errors"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// turn holds the lock while this process has it.
type turn struct {
	mu     sync.Mutex
	file   *os.File // nil if another process has it, or in memory
	holder Holder
}

func turnPath(journal string) string { return journal + "-queue" }

// lockPatiently takes the lock unless another process holds it longer than
// Holder needs to check it.
func lockPatiently(f *os.File) (err error) {
	const tries, pause = 5, 2 * time.Millisecond
	for range tries {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return err
		}
		time.Sleep(pause)
	}
	return err
}

func (t *turn) leave() error {
	f := t.file
	t.file, t.holder = nil, Holder{}
	if f == nil {
		return nil
	}
	return errors.Join(f.Truncate(0), f.Close())
}
