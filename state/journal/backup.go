package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"dubtop/state/durable"
)

// ErrBackup means that a file is no backup that can be used here.
var ErrBackup = errors.New("this backup can't be used")

// Copied is what a backup holds.
type Copied struct {
	Of          string // the profile
	Entries     int    // rows of the ledger
	Submissions int
	Bytes       int64
	Made        time.Time
}

// Backup writes the journal as it is at one moment into a file for the user
// alone, while others use it. The copy is checked before it gets its name. Without
// replace, no file is replaced.
func (j *Journal) Backup(ctx context.Context, path string, replace bool) (c Copied, err error) {
	if j.path == "" {
		return c, fmt.Errorf("%w: there is no file of this journal", ErrBackup)
	}
	if _, err := os.Lstat(path); err == nil && !replace {
		return c, &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	temporary, remove, err := unfinished(filepath.Dir(path))
	if err != nil {
		return c, err
	}
	defer remove()
	if err := j.copyInto(ctx, temporary); err != nil {
		return c, err
	}
	if c, err = CheckBackup(ctx, temporary); err != nil {
		return c, err
	}
	return c, place(temporary, path, replace)
}

// unfinished makes an empty file below a folder, in a folder of its own: SQLite has
// files beside it while it works. What a process that was killed has left of others
// is swept away.
func unfinished(above string) (path string, remove func(), err error) {
	durable.Sweep(above, time.Now())
	folder, err := os.MkdirTemp(above, ".dubtop-*")
	if err != nil {
		return "", nil, err
	}
	unlock := durable.LockFolder(folder) // nobody takes it for a leftover
	remove = func() {
		_ = os.RemoveAll(folder)
		unlock()
	}
	if path, err = durable.Temporary(folder, nil, 0o600); err != nil {
		remove()
	}
	return path, remove, err
}

// copyInto copies the journal into an empty file. It reads on a connection of its
// own, so that paid requests do not wait for it.
func (j *Journal) copyInto(ctx context.Context, path string) error {
	db, err := connect(j.path, readers)
	if err != nil {
		return err
	}
	now := time.Now()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", path)
	if err = errors.Join(explain(j.path, err), db.Close()); err != nil {
		return err
	}
	return change(ctx, path, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, "INSERT OR REPLACE INTO meta (name, value) VALUES ('backup_of', ?), ('backup_at', ?)",
			filepath.Base(filepath.Dir(j.path)), strconv.FormatInt(nanos(now), 10))
		return err
	})
}

// change changes a copy that nobody else uses.
func change(ctx context.Context, path string, do func(*sql.DB) error) error {
	db, err := connect(path, alone)
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close(), ctx.Err())
}

// place syncs a finished file and gives it its name.
func place(temporary, path string, replace bool) error {
	f, err := os.Open(temporary)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	rename := durable.RenameNew
	if replace {
		rename = os.Rename
	}
	if err := rename(temporary, path); err != nil {
		return err
	}
	return durable.SyncFolder(filepath.Dir(path))
}

// CheckBackup reads all of a backup: the structure of the file, and the checksum
// of every row of the ledger.
func CheckBackup(ctx context.Context, path string) (c Copied, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return c, err
	}
	if !info.Mode().IsRegular() {
		return c, fmt.Errorf("%w: it is no file", ErrBackup)
	}
	c.Bytes = info.Size()
	db, err := connect(path, readers)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := c.known(ctx, db); err != nil {
		return c, err
	}
	var sound string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&sound); err != nil || sound != "ok" {
		return c, errors.Join(fmt.Errorf("%w: the file is damaged", ErrBackup), err)
	}
	j := &Journal{db: db, lists: db, path: path, owner: &owner{path: path}}
	damage, err := j.EachEntry(ctx, func(*Entry) { c.Entries++ })
	if err != nil || len(damage) > 0 {
		return c, errors.Join(fmt.Errorf("%w: %d rows of its ledger are damaged", ErrBackup, len(damage)), err)
	}
	return c, nil
}

// known returns an error if a file is no backup of ours, and reads its origin.
func (c *Copied) known(ctx context.Context, db *sql.DB) error {
	schema, err := version(ctx, db)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBackup, err)
	}
	if schema > schemaVersion {
		return fmt.Errorf("%w: it is from a newer dubtop", ErrBackup)
	}
	var at int64 // 0 in a backup of an older dubtop
	err = db.QueryRowContext(ctx, `SELECT coalesce((SELECT value FROM meta WHERE name = 'backup_of'), ''),
		coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'backup_at'), 0), (SELECT count(*) FROM submissions)`).
		Scan(&c.Of, &at, &c.Submissions)
	c.Made = instant(at)
	if err == nil && c.Of != "" {
		return nil
	}
	return fmt.Errorf("%w: dubtop journal backup did not make it", ErrBackup)
}

// ErrNotEmpty means that there is a journal where one was to be restored.
var ErrNotEmpty = errors.New("there is a journal already")

// Restore makes a backup the journal of a profile that has none. Its queue stays
// paused until TakeOver, because the journal that it was made of may still be
// sending.
func Restore(ctx context.Context, stateDir, profile, from string) (c Copied, err error) {
	if has, err := HasProfile(stateDir, profile); err != nil || has {
		return c, errors.Join(ErrNotEmpty, err)
	}
	if c, err = CheckBackup(ctx, from); err != nil {
		return c, err
	}
	_, server, _ := strings.Cut(profile, "-")
	if _, other, _ := strings.Cut(c.Of, "-"); other != server {
		return c, fmt.Errorf("%w: it is of an account on %s, and this one is on %s", ErrBackup, other, server)
	}
	folder := filepath.Dir(profilePath(stateDir, profile))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return c, err
	}
	temporary, remove, err := unfinished(folder)
	if err != nil {
		return c, err
	}
	defer remove()
	err = restoreInto(ctx, temporary, from, c.Made)
	if err == nil {
		err = place(temporary, profilePath(stateDir, profile), false)
	}
	if errors.Is(err, fs.ErrExist) {
		err = ErrNotEmpty
	}
	return c, err
}

// restoreInto copies a checked backup, made at that time, into an empty file, and
// holds its queue back.
func restoreInto(ctx context.Context, path, from string, made time.Time) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	j, err := Open(ctx, path) // brings it up to date
	if err != nil {
		return err
	}
	if made.IsZero() {
		made = time.Now()
	}
	if err := errors.Join(j.heldBack(ctx, made), j.Close()); err != nil {
		return err
	}
	_, err = CheckBackup(ctx, path) // a copy can go wrong
	return errors.Join(err, change(ctx, path, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, "DELETE FROM meta WHERE name IN ('backup_of', 'backup_at')")
		return err
	}))
}
