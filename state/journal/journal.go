// Package journal keeps what must survive a crash in one SQLite file: the
// intents to spend and what became of them, the queue, the ledger, every
// generation and batch ever seen, drafts, labels, notes and small facts
// learned. It knows how to make a record durable before its effect, how to
// tell a damaged amount from a whole one, and how several processes share the
// file. It never speaks to the API, never decides what to send, and knows no
// types but those of package state and api.
package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The errors that a caller can tell apart. Each comes wrapped in words that
// say what to do.
var (
	// ErrTaken: the submission was begun already, by this process or another.
	ErrTaken = errors.New("this submission has been sent already, by this dubtop or another")
	// ErrSameDraft: what stood in the form was sent or queued already as another
	// submission, perhaps from another window.
	ErrSameDraft = errors.New("this has been sent or queued already, perhaps in another window: look at the list, or change it")
	// ErrSameFile: another batch was made of the same file, of which the user was
	// not told when the price was shown.
	ErrSameFile = errors.New("another window was faster")
	// ErrDraftChanged: what stood in the form was changed or emptied in another
	// window since.
	ErrDraftChanged = errors.New("this was changed in another window since it was priced: look at it again")
	// ErrBackwards: the record would lead back from where money may have been
	// spent, or change what was sent.
	ErrBackwards = errors.New("the journal holds a later state of this submission")
	// ErrNewer: a newer dubtop wrote the file.
	ErrNewer = errors.New("a newer dubtop wrote this journal")
	// ErrDamaged: the file is not whole. It is left as it is.
	ErrDamaged = errors.New("the journal is damaged")
	// ErrFull: the disk has no room.
	ErrFull = errors.New("the disk is full")
)

// busyTimeout is how long a write waits for another process.
const busyTimeout = 5 * time.Second

// Journal is an open journal. It is safe for use by many goroutines, and the
// file for use by many processes.
type Journal struct {
	db    *sql.DB // what is committed is on the disk
	lists *sql.DB // the same file for what can be asked for again; see openLists
	path  string  // "" in memory
	owner *owner  // who begins sending; see owner.go

	file fs.FileInfo // as it was opened; nil in memory

	without error // why there is no file; memory stands in for it

	writing sync.Mutex // one writer of this process at a time; SQLite would poll

	mu     sync.Mutex
	broken error // why nothing can be written, nil if it can

	turn turn // who sends from the queue; see sender.go
}

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
		if code, ok := resultCode(err); !ok || code != sqlite3.SQLITE_BUSY {
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

// access is how a connection treats the file.
type access int

const (
	durable  access = iota // what is committed is on the disk
	careless               // what is committed may be lost with the power, but nothing is torn
	readers                // nothing is written
)

// connect prepares a pool of one connection: writes queue up here instead of
// waiting for a lock. Nothing is opened until it is used.
func connect(path string, mode access) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, mode))
	if err != nil {
		return nil, explain(path, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// dsn asks for transactions that take the write lock when they begin: two
// processes that both read and then write could not be told apart later.
func dsn(path string, mode access) string {
	q := url.Values{"_txlock": {"immediate"}}
	pragmas := []string{fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds())}
	switch mode {
	case durable:
		pragmas = append(pragmas, "journal_mode(WAL)", "synchronous(FULL)")
	case careless:
		pragmas = append(pragmas, "journal_mode(WAL)", "synchronous(NORMAL)")
	case readers:
		q.Set("mode", "ro")
		q.Set("_txlock", "deferred")
	}
	q["_pragma"] = pragmas
	u := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	return u.String()
}

// Close ends the use of the journal.
func (j *Journal) Close() error {
	return errors.Join(j.lists.Close(), j.db.Close(), j.LeaveSender(), j.owner.release())
}

// Path is where the journal lies, "" for one in memory.
func (j *Journal) Path() string { return j.path }

// Writable gives nil, or the reason why nothing can be recorded and therefore
// nothing be spent.
func (j *Journal) Writable() error {
	if j.without != nil {
		return j.without
	}
	if err := j.stuck(); err != nil {
		return err
	}
	if j.file == nil {
		return nil
	}
	if now, err := os.Stat(j.path); err != nil || !os.SameFile(now, j.file) {
		return fmt.Errorf("the journal was moved or deleted: put it back, or start again; nothing can be sent (%s)", j.path)
	}
	return nil
}

func (j *Journal) stuck() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.broken
}

// write runs f in a transaction that is durable when write returns nil. After
// a failure of the disk nothing more is written: what the system then says of
// earlier writes can't be trusted.
func (j *Journal) write(ctx context.Context, f func(*sql.Tx) error) error {
	return j.transact(ctx, j.db, f)
}

func (j *Journal) transact(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	if err := j.stuck(); err != nil {
		return err
	}
	j.writing.Lock()
	defer j.writing.Unlock()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return j.failed(err)
	}
	err = stillOurs(ctx, tx)
	if err == nil {
		err = f(tx)
	}
	if err != nil {
		_ = tx.Rollback() // the first error is the one that says something
		return j.failed(err)
	}
	return j.failed(tx.Commit())
}

// failed explains an error, and remembers one that no next write can mend.
func (j *Journal) failed(err error) error {
	if err == nil {
		return nil
	}
	explained := explain(j.path, err)
	if code, ok := resultCode(err); ok && fatal(code) || errors.Is(err, ErrNewer) {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.broken == nil {
			j.broken = explained
		}
	}
	return explained
}

func resultCode(err error) (int, bool) {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return 0, false
	}
	return e.Code() & 0xff, true
}

func fatal(code int) bool {
	switch code {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY:
		return true
	}
	return false
}

// explain puts an error of the database into words with a next step. That
// comes before everything that is long: one line may be all that is shown.
func explain(path string, err error) error {
	code, ok := resultCode(err)
	if !ok {
		return err
	}
	switch code {
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: make room and try again; nothing was recorded, so nothing is sent (%s)", ErrFull, path)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return damaged(path, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("another program holds the journal: try again when it is done (%s): %w", path, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return unwritable(path, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("the disk failed under the journal: check the disk and start again; nothing more is sent (%s): %w", path, err)
	}
	return fmt.Errorf("the journal %s: %w", path, err)
}

func damaged(path string, cause error) error {
	return fmt.Errorf("%w: move it away (keep it) and start again; nothing can be sent, and it was left as it is (%s): %w",
		ErrDamaged, path, cause)
}

func unwritable(path string, cause error) error {
	return fmt.Errorf("no journal can be kept here: set XDG_STATE_HOME to a directory that can be written, or make %s writable; nothing can be sent: %w",
		filepath.Dir(path), cause)
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
