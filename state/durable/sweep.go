package durable

import (
	"os"
	"path/filepath"
	"regexp"
	"time"

	"golang.org/x/sys/unix"
)

// temporary are the names of files and folders that are written whole before they
// get their own names: those of Temporary, and hand-overs.
var temporary = regexp.MustCompile(`^\.(dubtop-\d+|handover-\d+\.part)$`)

// sweepAge is how old a leftover must be: a new one may not be locked yet.
const sweepAge = time.Minute

// Sweep removes what a dubtop that was killed has left in a folder under a
// temporary name, unless somebody works on it.
func Sweep(folder string, now time.Time) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !temporary.MatchString(e.Name()) {
			continue
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) >= sweepAge {
			sweepOne(filepath.Join(folder, e.Name()))
		}
	}
}

func sweepOne(path string) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if TryLock(f) == nil {
		_ = os.RemoveAll(path) // the next one tries again
	}
}
