// Package journal saves everything that must survive a crash in one SQLite
// file: submissions and their outcomes, the queue, the ledger, all generations
// and batches ever seen, drafts, labels, notes and settings. It makes records
// durable before they take effect, detects damaged amounts, and lets several
// processes share the file. It never calls the API or decides what to send.
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

// Journal is an open journal. It is safe for concurrent use, and several
// processes may open the same file.
type Journal struct {
	db    *sql.DB // commits are durable
	lists *sql.DB // the same file, for data the server can repeat; see openLists
	path  string  // "" for a journal in memory
	owner *owner  // the name of this process; see owner.go

	file fs.FileInfo // as opened; nil in memory

	without error // why the file can't be opened and memory is used

	writing sync.Mutex // one writer in this process at a time, because SQLite would poll

	mu     sync.Mutex
	broken error // why nothing can be written, or nil

	turn turn // the right to send; see sender.go
}

// Path is the journal's path, "" for one in memory.
func (j *Journal) Path() string { return j.path }

// Writable returns nil, or the reason why nothing can be written and so nothing
// can be spent.
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

// write runs f in a transaction that is durable when write returns nil. After a
// disk failure nothing more is written, because the state of earlier writes is
// then uncertain. A rejected write does not count as a failure.
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
		_ = tx.Rollback() // the first error matters
		return j.failed(err)
	}
	return j.failed(tx.Commit())
}

// failed explains an error, and remembers a fatal one.
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
