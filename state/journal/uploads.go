package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"dubtop/state/draft"
	"dubtop/state/upload"
)

// Version 7 adds the contents of local files: where they were read, and how far
// each is on its way to becoming an asset. Version 1 can still read its own
// tables.
const schema7 = `
CREATE TABLE contents (
	path   TEXT PRIMARY KEY,
	size   INTEGER NOT NULL,
	mtime  INTEGER NOT NULL,
	inode  INTEGER NOT NULL,
	sha256 TEXT NOT NULL,
	at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE uploads (
	sha256  TEXT NOT NULL,
	field   TEXT NOT NULL,
	size    INTEGER NOT NULL,
	stage   TEXT NOT NULL,
	name    TEXT NOT NULL,
	url     TEXT NOT NULL,
	put     TEXT NOT NULL,
	expires INTEGER NOT NULL,
	asset   TEXT NOT NULL,
	stamp   TEXT NOT NULL,
	changed INTEGER NOT NULL,
	owner   TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (sha256, field)
) STRICT, WITHOUT ROWID;
`

const uploadColumns = "size, stage, name, url, put, expires, asset, stamp, changed"

// ClaimUpload returns the record of a content and reserves it for this process,
// so that no two send it. It returns ErrUploading while another living process
// has it; ask again later. The first claim of a content records it as r.
// Release it with ReleaseUpload.
func (j *Journal) ClaimUpload(ctx context.Context, r upload.Record) (upload.Record, error) {
	if err := j.Writable(); err != nil {
		return r, err
	}
	me, err := j.owner.take()
	if err != nil {
		return r, err
	}
	var known upload.Record
	err = j.write(ctx, func(tx *sql.Tx) error {
		var owner string
		var err error
		known, owner, err = storedUpload(ctx, tx, r.Content)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			known = r
			known.Stage = upload.Hashed
		case err != nil:
			return err
		case owner != "" && owner != me:
			dead, err := j.owner.dead(owner)
			if err != nil {
				return err
			}
			if !dead {
				return ErrUploading
			}
		}
		return putUpload(ctx, tx, known, me)
	})
	return known, err
}

// SaveUpload saves the record of a content that this process has claimed. It is
// durable when nil is returned.
func (j *Journal) SaveUpload(ctx context.Context, r upload.Record) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		_, owner, err := storedUpload(ctx, tx, r.Content)
		if err != nil {
			return err
		}
		if !j.owner.is(owner) {
			return ErrUploading
		}
		return putUpload(ctx, tx, r, owner)
	})
}

// ReleaseUpload ends a claim of this process.
func (j *Journal) ReleaseUpload(ctx context.Context, c draft.Content) error {
	me, err := j.owner.take()
	if err != nil {
		return err
	}
	return j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE uploads SET owner = '' WHERE sha256 = ? AND field = ? AND owner = ?", c.SHA256, c.Field, me)
		return err
	})
}

// ForgetAsset marks the content of a deleted asset as never sent.
func (j *Journal) ForgetAsset(ctx context.Context, asset string) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE uploads SET stage = ?, url = '', put = '', expires = 0, asset = '', stamp = '{}'
			WHERE asset = ? AND asset != ''`, string(upload.Hashed), asset)
		return err
	})
}

// Upload returns the record of a content; ok is false if there is none.
func (j *Journal) Upload(ctx context.Context, c draft.Content) (r upload.Record, ok bool, err error) {
	r, _, err = storedUpload(ctx, j.db, c)
	if errors.Is(err, sql.ErrNoRows) {
		return upload.Record{}, false, nil
	}
	return r, err == nil, j.failed(err)
}

func storedUpload(ctx context.Context, q querier, c draft.Content) (r upload.Record, owner string, err error) {
	var stamp string
	var expires, changed int64
	r.Content = c
	err = q.QueryRowContext(ctx, "SELECT "+uploadColumns+", owner FROM uploads WHERE sha256 = ? AND field = ?", c.SHA256, c.Field).
		Scan(&r.Size, &r.Stage, &r.Name, &r.URL, &r.Put, &expires, &r.Asset, &stamp, &changed, &owner)
	if err != nil {
		return r, "", err
	}
	if err := json.Unmarshal([]byte(stamp), &r.Stamp); err != nil {
		return r, "", fmt.Errorf("%w: an upload can't be read: %w", ErrDamaged, err)
	}
	r.Expires, r.Changed = instant(expires), instant(changed)
	return r, owner, nil
}

func putUpload(ctx context.Context, tx *sql.Tx, r upload.Record, owner string) error {
	stamp, err := json.Marshal(r.Stamp)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO uploads (sha256, field, "+uploadColumns+", owner) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
		r.Content.SHA256, r.Content.Field, r.Size, string(r.Stage), r.Name, r.URL, r.Put, nanos(r.Expires), r.Asset, string(stamp),
		nanos(r.Changed), owner)
	return err
}

// keepContents is how long the hash of a file that is not used is kept.
const keepContents = 180 * 24 * time.Hour

// SaveContent remembers the hash of a file. It may be lost in a power cut.
func (j *Journal) SaveContent(ctx context.Context, path string, s draft.Stamp, sha256 string, now time.Time) error {
	return j.transact(ctx, j.lists, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO contents (path, size, mtime, inode, sha256, at) VALUES (?,?,?,?,?,?)",
			path, s.Size, s.ModTime, int64(s.Inode), sha256, nanos(now))
		if err == nil {
			_, err = tx.ExecContext(ctx, "DELETE FROM contents WHERE at < ?", nanos(now.Add(-keepContents)))
		}
		return err
	})
}

// Content returns the hash of a file that looks as it did when it was
// remembered, "" if none is known.
func (j *Journal) Content(ctx context.Context, path string, s draft.Stamp) (sha256 string, err error) {
	err = j.lists.QueryRowContext(ctx, "SELECT sha256 FROM contents WHERE path = ? AND size = ? AND mtime = ? AND inode = ?",
		path, s.Size, s.ModTime, int64(s.Inode)).Scan(&sha256)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return sha256, j.failed(err)
}
