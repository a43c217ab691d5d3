package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// Open opens the journal at path, and makes it and its directory where they
// are missing, readable by the user alone. Damage, a full disk and a
// directory that can't be written are errors that say what to do; the file is
// never changed then, and OpenWithout serves for the run. A file that a newer dubtop wrote is opened for reading
// if it says that it can be; Writable tells.
func Open(ctx context.Context, path string) (*Journal, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("the journal's path can't be resolved: %w", err)
	}
	// SQLite keeps its log beside the file itself, and our locks belong there,
	// too: whoever comes by another name must meet them.
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

// OpenMemory makes a journal that ends with the program, for the demo.
func OpenMemory() (*Journal, error) {
	db, err := sql.Open("sqlite", "file::memory:?_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("a journal in memory can't be made: %w", err)
	}
	db.SetMaxOpenConns(1) // each connection would be a memory of its own
	j := &Journal{db: db, lists: db, owner: &owner{}}
	if err := migrate(context.Background(), db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return j, nil
}

// OpenWithout makes a journal in memory for a run in which the real one can't
// be opened: the dashboard works, but Writable gives the cause and nothing
// can be sent.
func OpenWithout(cause error) (*Journal, error) {
	j, err := OpenMemory()
	if err != nil {
		return nil, err
	}
	j.without = cause
	return j, nil
}

// openPatiently tries again while others are opening the file for the first
// time: SQLite does not wait by itself where two make it a log at once.
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
	mode, check := durable, migrate
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

// openLists makes the second way into the file, for lists: a power cut may take
// the last second of them, which the server tells again, so they don't wait
// for the disk and nobody's money waits for them. It is a connection of its
// own, because one that was made careless for a moment might stay so.
func (j *Journal) openLists() (err error) {
	if err := tighten(j.path); err != nil {
		return err
	}
	j.lists, err = connect(j.path, careless)
	return err
}

// Close ends the use of the journal.
func (j *Journal) Close() error {
	return errors.Join(j.lists.Close(), j.db.Close(), j.LeaveSender(), j.owner.release())
}

// prepare makes the directory and an empty file, both for the user alone, and
// looks for damage that SQLite would answer by starting anew: it throws the
// log of an empty file away. It never opens a file that is there: closing it
// again would drop the locks that this process holds on it.
func prepare(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unwritable(path, err)
	}
	// The log first: SQLite makes it when the file has its first page.
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

// create makes the file, and makes its name durable, too.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process was faster
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

// tighten takes the journal away from other users' eyes.
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
