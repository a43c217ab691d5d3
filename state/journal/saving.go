package journal

import (
	"context"
	"database/sql"
	"errors"

	"dubtop/state/output"
)

// Version 9 adds the files saved on the user's disk, those still wanted, and
// the takes of names. Version 1 can still read its own tables. Changes of the
// files and the wishes are counted, by any process.
const schema9 = `
CREATE TABLE saved_files (
	seq    INTEGER PRIMARY KEY AUTOINCREMENT,
	job    TEXT NOT NULL,
	kind   TEXT NOT NULL,
	path   TEXT NOT NULL,
	size   INTEGER NOT NULL,
	sha256 TEXT NOT NULL,
	at     INTEGER NOT NULL,
	mark   TEXT NOT NULL,
	UNIQUE (job, kind)
) STRICT;

CREATE TABLE saving (
	job       TEXT NOT NULL,
	kind      TEXT NOT NULL,
	path      TEXT NOT NULL,
	automatic INTEGER NOT NULL,
	asked     INTEGER NOT NULL,
	begun     INTEGER NOT NULL DEFAULT 0,
	reason    TEXT NOT NULL DEFAULT '',
	owner     TEXT NOT NULL DEFAULT '',
	dropped   INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (job, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE takes (
	slot_key TEXT PRIMARY KEY,
	slot     TEXT NOT NULL,
	base_key TEXT NOT NULL,
	base     TEXT NOT NULL,
	job      TEXT NOT NULL,
	number   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX takes_by_base ON takes (base_key, number);
CREATE INDEX takes_by_job ON takes (job, base);

INSERT INTO meta VALUES ('saving', '1');
CREATE TRIGGER saved_files_come AFTER INSERT ON saved_files
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'saving'; END;
CREATE TRIGGER saving_comes AFTER INSERT ON saving
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'saving'; END;
CREATE TRIGGER saving_changes AFTER UPDATE ON saving
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'saving'; END;
CREATE TRIGGER saving_goes AFTER DELETE ON saving
	BEGIN UPDATE meta SET value = value + 1 WHERE name = 'saving'; END;
`

// GiveTakes gives every job its take, or repeats the one given before.
func (j *Journal) GiveTakes(ctx context.Context, n output.Naming, jobs []output.Job) (takes []output.Take, err error) {
	err = j.write(ctx, func(tx *sql.Tx) error {
		takes, err = output.Give(takesIn{ctx, tx}, n, jobs)
		return err
	})
	return takes, err
}

// NextTake gives a job another take, because a stranger's file has the name of
// the one it had.
func (j *Journal) NextTake(ctx context.Context, n output.Naming, job output.Job) (t output.Take, err error) {
	err = j.write(ctx, func(tx *sql.Tx) error {
		t, err = output.Next(takesIn{ctx, tx}, n, job)
		return err
	})
	return t, err
}

// takesIn are the takes in a transaction.
type takesIn struct {
	ctx context.Context
	tx  *sql.Tx
}

// Of returns the last take of a job under a base.
func (k takesIn) Of(job, base string) (t output.Take, ok bool, err error) {
	err = k.tx.QueryRowContext(k.ctx, "SELECT job, base, number, slot FROM takes WHERE job = ? AND base = ? ORDER BY number DESC LIMIT 1", job, base).
		Scan(&t.Job, &t.Base, &t.Number, &t.Slot)
	if errors.Is(err, sql.ErrNoRows) {
		return t, false, nil
	}
	return t, err == nil, err
}

// Last returns the highest number under a base.
func (k takesIn) Last(base string) (last int, err error) {
	err = k.tx.QueryRowContext(k.ctx, "SELECT coalesce(max(number), 0) FROM takes WHERE base_key = ?", output.Key(base)).Scan(&last)
	return last, err
}

// Taken reports whether a slot was given.
func (k takesIn) Taken(slot string) (taken bool, err error) {
	err = k.tx.QueryRowContext(k.ctx, "SELECT EXISTS (SELECT 1 FROM takes WHERE slot_key = ?)", output.Key(slot)).Scan(&taken)
	return taken, err
}

// Give records a take.
func (k takesIn) Give(t output.Take) error {
	_, err := k.tx.ExecContext(k.ctx, "INSERT INTO takes (slot_key, slot, base_key, base, job, number) VALUES (?,?,?,?,?,?)",
		output.Key(t.Slot), t.Slot, output.Key(t.Base), t.Base, t.Job, t.Number)
	return err
}

// SavingRevision changes with every change of the files and wishes, by any
// process.
func (j *Journal) SavingRevision(ctx context.Context) (revision int64, err error) {
	err = j.db.QueryRowContext(ctx, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'saving'").Scan(&revision)
	return revision, j.failed(err)
}

// WishFiles records files to be saved, all or none. A wish that is there is
// tried again, unless a living process saves it right now. Automatic wishes
// never repeat anything: they leave known wishes and saved files alone. It
// returns the wishes that are new or tried again.
func (j *Journal) WishFiles(ctx context.Context, wishes []output.Wish) (taken []output.Wish, err error) {
	err = j.write(ctx, func(tx *sql.Tx) error {
		taken = nil
		for _, w := range wishes {
			free, err := j.wishable(ctx, tx, &w)
			if err != nil {
				return err
			}
			if !free {
				continue
			}
			_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO saving (job, kind, path, automatic, asked) VALUES (?,?,?,?,?)",
				w.Job, string(w.Kind), w.Path, w.Automatic, nanos(w.Asked))
			if err != nil {
				return err
			}
			taken = append(taken, w)
		}
		return nil
	})
	return taken, err
}

// wishable reports whether a wish may be recorded.
func (j *Journal) wishable(ctx context.Context, tx *sql.Tx, w *output.Wish) (bool, error) {
	if w.Automatic {
		var known bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM saving WHERE job = ?1 AND kind = ?2) OR
			EXISTS (SELECT 1 FROM saved_files WHERE job = ?1 AND kind = ?2)`, w.Job, string(w.Kind)).Scan(&known)
		return !known, err
	}
	known, err := wishIn(ctx, tx, w.Want)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	if err != nil || known.Owner == "" || j.owner.is(known.Owner) {
		return err == nil && !j.owner.is(known.Owner), err
	}
	return j.owner.dead(known.Owner)
}

// ClaimFile reserves a wish for this process, so that no two save it. It returns
// ErrSavingElsewhere while another living process has it, and ErrNoWish if it
// was fulfilled or dropped. Release it with SaveFile or LeaveFile.
func (j *Journal) ClaimFile(ctx context.Context, want output.Want) (w output.Wish, err error) {
	me, err := j.owner.take()
	if err != nil {
		return w, err
	}
	err = j.write(ctx, func(tx *sql.Tx) error {
		w, err = wishIn(ctx, tx, want)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoWish
		}
		if err != nil {
			return err
		}
		if w.Owner != "" && w.Owner != me {
			dead, err := j.owner.dead(w.Owner)
			if err != nil {
				return err
			}
			if !dead {
				return ErrSavingElsewhere
			}
		}
		_, err = tx.ExecContext(ctx, "UPDATE saving SET owner = ?, begun = 1, reason = '' WHERE job = ? AND kind = ?", me, want.Job, string(want.Kind))
		return err
	})
	return w, err
}

// LeaveFile ends a claim without a file: reason says why, "" if it goes on at
// the next opportunity. path is where it would be saved.
func (j *Journal) LeaveFile(ctx context.Context, want output.Want, path, reason string) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE saving SET owner = '', path = ?, reason = ? WHERE job = ? AND kind = ?", path, reason, want.Job, string(want.Kind))
		return err
	})
}

// SaveFile records a saved file, and fulfils the wish for it.
func (j *Journal) SaveFile(ctx context.Context, f output.File) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		if err := putFile(ctx, tx, f); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM saving WHERE job = ? AND kind = ?", f.Job, string(f.Kind))
		return err
	})
}

func putFile(ctx context.Context, tx *sql.Tx, f output.File) error {
	_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO saved_files (job, kind, path, size, sha256, at, mark) VALUES (?,?,?,?,?,?,?)",
		f.Job, string(f.Kind), f.Path, f.Size, f.SHA256, nanos(f.At), f.Mark)
	return err
}

// DropFiles gives wishes up. They are only hidden, so that none is made again
// automatically.
func (j *Journal) DropFiles(ctx context.Context, wants []output.Want) error {
	return j.write(ctx, func(tx *sql.Tx) error {
		for _, w := range wants {
			_, err := tx.ExecContext(ctx, "UPDATE saving SET dropped = 1, owner = '' WHERE job = ? AND kind = ?", w.Job, string(w.Kind))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Files returns the files saved since a number of an earlier answer, and the
// last number.
func (j *Journal) Files(ctx context.Context, after int64) (files []output.File, last int64, err error) {
	last = after
	rows, err := j.db.QueryContext(ctx, "SELECT seq, job, kind, path, size, sha256, at, mark FROM saved_files WHERE seq > ? ORDER BY seq", after)
	if err != nil {
		return nil, after, j.failed(err)
	}
	files, err = collect(rows, func(rows *sql.Rows) (f output.File, err error) {
		var at int64
		err = rows.Scan(&last, &f.Job, &f.Kind, &f.Path, &f.Size, &f.SHA256, &at, &f.Mark)
		f.At = instant(at)
		return f, err
	})
	return files, last, j.failed(err)
}

const wishColumns = "job, kind, path, automatic, asked, begun, reason, owner"

// Wishes returns the files to be saved, in the order in which they were wished.
func (j *Journal) Wishes(ctx context.Context) ([]output.Wish, error) {
	rows, err := j.db.QueryContext(ctx, "SELECT "+wishColumns+" FROM saving WHERE NOT dropped ORDER BY asked, job, kind")
	if err != nil {
		return nil, j.failed(err)
	}
	wishes, err := collect(rows, func(rows *sql.Rows) (output.Wish, error) { return scanWish(rows) })
	return wishes, j.failed(err)
}

// SavesElsewhere reports whether another living process saves a wish.
func (j *Journal) SavesElsewhere(w output.Wish) bool {
	if w.Owner == "" || j.owner.is(w.Owner) {
		return false
	}
	dead, err := j.owner.dead(w.Owner)
	return err == nil && !dead
}

func wishIn(ctx context.Context, q querier, want output.Want) (output.Wish, error) {
	return scanWish(q.QueryRowContext(ctx, "SELECT "+wishColumns+" FROM saving WHERE job = ? AND kind = ? AND NOT dropped", want.Job, string(want.Kind)))
}

func scanWish(row interface{ Scan(to ...any) error }) (w output.Wish, err error) {
	var asked int64
	err = row.Scan(&w.Job, &w.Kind, &w.Path, &w.Automatic, &asked, &w.Begun, &w.Reason, &w.Owner)
	w.Asked = instant(asked)
	return w, err
}

func (j *Journal) takes(ctx context.Context) ([]output.Take, error) {
	rows, err := j.db.QueryContext(ctx, "SELECT job, base, number, slot FROM takes ORDER BY base_key, number")
	if err != nil {
		return nil, j.failed(err)
	}
	takes, err := collect(rows, func(rows *sql.Rows) (t output.Take, err error) {
		err = rows.Scan(&t.Job, &t.Base, &t.Number, &t.Slot)
		return t, err
	})
	return takes, j.failed(err)
}
