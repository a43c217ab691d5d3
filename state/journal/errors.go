package journal

import (
	"errors"
	"fmt"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The errors that callers can tell apart. Each is wrapped in text that says
// what to do.
var (
	// ErrTaken means that this or another process is sending or has sent the
	// submission.
	ErrTaken = errors.New("this submission has been sent already, by this dubtop or another")
	// ErrSameDraft means that the draft was already sent or queued as another
	// submission, perhaps in another window.
	ErrSameDraft = errors.New("this was already sent or queued, perhaps in another window: look at the list, or change it")
	// ErrSameFile means that another batch was made from the same file, and the
	// user was not told so with the price.
	ErrSameFile = errors.New("another window was faster")
	// ErrDraftChanged means that the draft was changed or emptied in another
	// window.
	ErrDraftChanged = errors.New("this was changed in another window since it was priced: look at it again")
	// ErrBackwards means that the record would undo a state in which money may
	// have been spent, or change a request that was sent.
	ErrBackwards = errors.New("the journal holds a later state of this submission")
	// ErrNewer means that a newer dubtop wrote the file.
	ErrNewer = errors.New("a newer dubtop wrote this journal")
	// ErrDamaged means that the file is damaged. It is never changed then.
	ErrDamaged = errors.New("the journal is damaged")
	// ErrFull means that the disk has no room.
	ErrFull = errors.New("the disk is full")
	// ErrStuck means that nothing can be written until the next start.
	ErrStuck = errors.New("the journal can't be written any more")
	// ErrJoined means that the journal was joined to another, which must be used
	// instead.
	ErrJoined = errors.New("this key's records were joined to another journal")
	// ErrJoin means that the two profiles can't be joined.
	ErrJoin = errors.New("the profiles can't be joined")
	// ErrPaused means that the submission is paused in the queue.
	ErrPaused = errors.New("this submission is paused: resume it first")
	// ErrDropped means that the submission was dropped, which is final.
	ErrDropped = errors.New("this submission was dropped: make a new one")
	// ErrUploading means that another process makes this content an asset.
	ErrUploading = errors.New("another window is uploading this file")
	// ErrSavingElsewhere means that another process saves this file.
	ErrSavingElsewhere = errors.New("another window is saving this file")
	// ErrNoWish means that nobody wants the file any more: it was saved, or the
	// wish was dropped, perhaps in another window.
	ErrNoWish = errors.New("this file was saved or given up in the meantime")
	// ErrNotQueued means that the submission is not waiting in the queue.
	ErrNotQueued = errors.New("this submission is not waiting in the queue")
)

// lasting is an error after which nothing can be written until the next start.
type lasting struct{ error }

// Unwrap returns the explained error, and ErrStuck for callers to test.
func (l lasting) Unwrap() []error { return []error{l.error, ErrStuck} }

func resultCode(err error) (int, bool) {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return 0, false
	}
	return e.Code(), true
}

// fatal reports whether no later write can succeed. A rejected write is not
// fatal: the system reports a used-up quota like this, and room may return.
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

// explain adds a next step to a database error. The step comes before any long
// text, because only one line may be shown.
func explain(path string, err error) error {
	code, ok := resultCode(err)
	if !ok {
		return err
	}
	if code == sqlite3.SQLITE_IOERR_WRITE {
		return fmt.Errorf("the disk does not accept writes: make room, check your quota and try again; nothing was recorded, so nothing is sent (%s): %w", path, err)
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: make room and try again; nothing was recorded, so nothing is sent (%s)", ErrFull, path)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return damaged(path, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("another program has locked the journal: try again when it is done (%s): %w", path, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return unwritable(path, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("the disk failed: check it and start again; nothing more is sent (%s): %w", path, err)
	}
	return fmt.Errorf("the journal %s: %w", path, err)
}

func damaged(path string, cause error) error {
	return fmt.Errorf("%w: move it away (keep it) and start again; nothing can be sent, and it was left as it is (%s): %w",
		ErrDamaged, path, cause)
}

func unwritable(path string, cause error) error {
	return fmt.Errorf("the journal can't be written here: set XDG_STATE_HOME to a writable folder, or make %s writable; nothing can be sent: %w",
		filepath.Dir(path), cause)
}
