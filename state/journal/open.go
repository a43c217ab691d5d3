package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// Open opens the journal at path. It creates a missing file and folder,
// readable only by the user. If the journal is damaged or can't be written it
// returns an error that says what to do and leaves the file alone; use
// OpenWithout for the run. A file written by a newer dubtop is opened read-only
// if possible; see Writable.
func Open(ctx context.Context, path string) (*Journal, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("the journal's path can't be resolved: %w", err)
	}
	// SQLite's log and our locks are next to the real file, so that a process
	// that opens it by another name finds them.
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			return nil, unwritable(path, err)
		}
		path = real
	}
	if err := prepare(path); err != nil {
		return nil, err
	}
	j, err := openPatiently(ctx, path)
	if errors.Is(err, ErrNewer) {
		if reader, again := open(ctx, path, true); again == nil {
			reader.broken = err
			return reader, nil
		}
	}
	return j, err
}

// OpenMemory returns a journal in memory, for the demo.
func OpenMemory() (*Journal, error) {
	db, err := openDB("file::memory:?_txlock=immediate") // of one connection, because each would have its own memory
	if err != nil {
		return nil, fmt.Errorf("a journal in memory can't be made: %w", err)
	}
	j := &Journal{db: db, lists: db, owner: &owner{}}
	if err := migrate(context.Background(), db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return j, nil
}

// OpenWithout returns a journal in memory for a run in which the real one can't
// be opened. The dashboard works, but Writable returns cause and nothing can be
// sent.
func OpenWithout(cause error) (*Journal, error) {
	j, err := OpenMemory()
	if err != nil {
		return nil, err
	}
	j.without = cause
	return j, nil
}

// openPatiently retries while another process opens the file for the first
// time: SQLite does not wait if two switch it to WAL at once.
func openPatiently(ctx context.Context, path string) (*Journal, error) {
	for patience := time.After(busyTimeout); ; {
		j, err := open(ctx, path, false)
		if code, ok := resultCode(err); !ok || code&0xff != sqlite3.SQLITE_BUSY {
			return j, err
		}
		select {
		case <-patience:
			return nil, err
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func open(ctx context.Context, path string, readOnly bool) (*Journal, error) {
	mode, check := synced, migrate
	if readOnly {
		mode, check = readers, readable
	}
	db, err := connect(path, mode)
	if err != nil {
		return nil, err
	}
	j := &Journal{db: db, lists: db, path: path, owner: &owner{path: path}}
	if err := check(ctx, db); err != nil {
		return nil, errors.Join(explain(path, err), db.Close())
	}
	if !readOnly {
		err = j.openLists()
	}
	if err == nil {
		j.file, err = os.Stat(path)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return j, nil
}

// openLists opens a second connection, for the lists. It does not wait for the
// disk, so that lists never delay paid requests; rows lost in a power cut come
// back from the server. It is a separate connection, because relaxing the
// durable one for a moment could leave it relaxed.
func (j *Journal) openLists() (err error) {
	if err := tighten(j.path); err != nil {
		return err
	}
	j.lists, err = connect(j.path, careless)
	return err
}

// Close closes the journal and gives up the turn to send.
func (j *Journal) Close() error {
	return errors.Join(j.lists.Close(), j.db.Close(), j.LeaveSender(), j.owner.release())
}

// prepare creates the folder and an empty file for the user alone, and detects
// damage that SQLite would hide: it deletes the log of an empty file. It never
// opens an existing file, because closing it would drop this process's locks on
// it.
func prepare(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unwritable(path, err)
	}
	// Check the log first: SQLite creates it once the file has its first page.
	rest, err := os.Stat(path + "-wal")
	log := err == nil && rest.Size() > 0
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && log:
		return damaged(path, errors.New("the file is gone, but its log is there"))
	case errors.Is(err, fs.ErrNotExist):
		return create(path)
	case err != nil:
		return unwritable(path, err)
	case !info.Mode().IsRegular():
		return unwritable(path, errors.New("it is not a regular file"))
	case info.Size() == 0 && log:
		return damaged(path, errors.New("the file is empty, but its log is not"))
	}
	return nil
}

// create creates the file and syncs its folder.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process did it first
	}
	if err != nil {
		return unwritable(path, err)
	}
	if err := f.Close(); err != nil {
		return unwritable(path, err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return unwritable(path, err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return unwritable(path, err)
	}
	return nil
}

// tighten removes other users' access to the journal.
func tighten(path string) error {
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if err := restrict(file, 0o600); err != nil {
			return err
		}
	}
	return restrict(filepath.Dir(path), 0o700)
}

func restrict(path string, mode fs.FileMode) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err == nil {
		err = os.Chmod(path, mode)
	}
	if err != nil {
		return fmt.Errorf("%s can be read by others, and that can't be changed: %w", path, err)
	}
	return nil
}
