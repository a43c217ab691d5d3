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
	"os"
	"sync"
)

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
// earlier writes can't be trusted. A disk that took nothing of a write is none.
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
			j.broken = lasting{explained}
		}
		return lasting{explained}
	}
	return explained
}
