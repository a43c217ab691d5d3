package journal

import (
	"errors"
	"fmt"
	"path/filepath"

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
	// ErrStuck: whatever the reason, nothing more is written until the next start.
	ErrStuck = errors.New("the journal takes nothing more")
	// ErrJoined: the journal was joined to another, which is the one to use.
	ErrJoined = errors.New("this key's records were joined to another journal")
	// ErrJoin: the two profiles can't be joined.
	ErrJoin = errors.New("the profiles can't be joined")
	// ErrPaused: the submission waits in the queue, and was paused there.
	ErrPaused = errors.New("this submission is paused: let it go on first")
	// ErrDropped: the submission was dropped from the queue, which is for good.
	ErrDropped = errors.New("this submission was dropped: make a new one")
	// ErrNotQueued: the submission does not wait in the queue.
	ErrNotQueued = errors.New("this submission does not wait in the queue")
)

// lasting is an error after which nothing more can be written until the next start.
type lasting struct{ error }

// Unwrap gives the error as it is said, and ErrStuck, which says nothing.
func (l lasting) Unwrap() []error { return []error{l.error, ErrStuck} }

func resultCode(err error) (int, bool) {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return 0, false
	}
	return e.Code(), true
}

// fatal reports whether no next write can mend an error. One that a file did not
// take is no such: where a quota is used up, or a limit reached, the system says
// so in this way, and there may be room again.
func fatal(code int) bool {
	if code == sqlite3.SQLITE_IOERR_WRITE {
		return false
	}
	switch code & 0xff {
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
	if code == sqlite3.SQLITE_IOERR_WRITE {
		return fmt.Errorf("the disk takes nothing more: make room, look at your quota and try again; nothing was recorded, so nothing is sent (%s): %w", path, err)
	}
	switch code & 0xff {
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
