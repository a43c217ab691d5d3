package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"maps"
	"time"

	"dubtop/state/ledger"
)

// The totals of a long ledger come from saved sums, not from its rows. The sums
// cover the rows up to a mark, the last row that was read and matched its
// checksum, and have a checksum of their own. Later rows are read and checked
// each time. Verify reads the whole ledger again.

const (
	// sumsFrom is the length in rows from which the sums of a ledger are saved.
	// A shorter one is read about as fast.
	sumsFrom = 1000
	// sumsAgain is the number of later rows after which the sums are saved
	// again.
	sumsAgain = 300
	// verifyEvery is how long the sums count as checked.
	verifyEvery = 24 * time.Hour
)

// Spent is the result of adding up the ledger.
type Spent struct {
	ledger.Sums
	Checked     time.Time // when all rows were last compared with their checksums
	Damage      []Damage  // entries that the sums leave out
	SumsDamaged bool      // the saved sums were damaged and have been computed again
}

// mark is the row up to which the saved sums go.
type mark struct {
	link
	labels  int64     // revision of the labels of jobs in the ledger
	checked time.Time // when the rows were last compared with their checksums
}

// seal is the checksum of sums and mark.
func (m mark) seal(sums []byte) []byte {
	b := []byte("dubtop ledger sums, version 1\x00")
	for _, v := range []any{m.seq, m.sum, m.labels, nanos(m.checked), sums} {
		b = appendValue(b, v)
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

// Spent returns the sums of the ledger. Labels that were set after a job was
// accepted are only up to date if labels is set. On an error it returns the
// part that could be read.
func (j *Journal) Spent(ctx context.Context, labels bool) (Spent, error) {
	saved, err := j.savedSums(ctx)
	if err != nil || !saved.good || labels && saved.relabelled {
		return j.Verify(ctx, nil)
	}
	t := tail{sums: ledger.ReadSums(saved.sums), after: saved.seq, later: make(ledger.Fold)}
	a := newAudit(saved.link, func(e *Entry) { t.later.Add(&e.Entry) })
	if err := j.readOn(ctx, a, nil, t.settle); err != nil {
		return j.Verify(ctx, nil)
	}
	if end := a.end(); len(a.damage) == 0 && end.seq-saved.seq >= sumsAgain {
		saved.link = end
		j.saveSums(ctx, &t.sums, saved.mark)
	}
	return Spent{Sums: t.sums, Checked: saved.checked, Damage: a.damage}, nil
}

// Verify reads the whole ledger and compares it with its checksums and with the
// saved sums, which it saves again. It calls rest, which may be nil, between
// pages, so that it can run in the background. On an error it returns the part
// that could be read.
func (j *Journal) Verify(ctx context.Context, rest func()) (Spent, error) {
	began := time.Now()
	saved, err := j.savedSums(ctx)
	if err != nil {
		saved.sumsDamaged = true
	}
	fold, labels := make(ledger.Fold), map[string][]string(nil)
	a := newAudit(link{sum: genesis()}, func(e *Entry) {
		if e.Job != "" {
			e.Submission = "" // to save memory
		}
		fold.Add(&e.Entry)
	})
	err = j.readOn(ctx, a, rest, func(ctx context.Context, tx *sql.Tx) (err error) {
		labels, err = labelsWhere(ctx, tx, "true")
		return err
	})
	fold.Relabel(labels)
	s := Spent{Sums: ledger.SumsOf(maps.Values(fold)), Checked: began, Damage: a.damage, SumsDamaged: saved.sumsDamaged}
	switch {
	case err != nil:
		return s, err
	case len(a.damage) > 0:
		j.dropSums(ctx) // so that the damage is reported every time
		return s, nil
	}
	end := a.end()
	if sums, coarse := s.Sums.Bytes(); coarse == nil && saved.good && !saved.relabelled && end.seq == saved.seq {
		s.SumsDamaged = !bytes.Equal(sums, saved.sums)
	}
	if end.seq >= sumsFrom {
		j.saveSums(ctx, &s.Sums, mark{link: end, labels: saved.revision, checked: began})
	}
	return s, nil
}

// VerifyDue is when to call Verify next, to check a long ledger once a day. It
// is zero if the ledger is short.
func (j *Journal) VerifyDue(ctx context.Context) (time.Time, error) {
	saved, err := j.savedSums(ctx)
	if err == nil && saved.good {
		return saved.checked.Add(verifyEvery), nil
	}
	var last int64
	err = j.lists.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM ledger").Scan(&last)
	if err != nil || last < sumsFrom {
		return time.Time{}, j.failed(err)
	}
	return time.Now(), nil
}

// tail holds the rows after the saved sums.
type tail struct {
	sums  ledger.Sums
	after int64       // number of the last row in the sums
	later ledger.Fold // the rows after it
}

// settle brings the sums up to date.
func (t *tail) settle(ctx context.Context, tx *sql.Tx) error {
	for key, later := range t.later {
		before, err := t.before(ctx, tx, key)
		if err != nil {
			return err
		}
		fold := ledger.Fold{key: before.With(later)}
		label, err := labelsWhere(ctx, tx, "id = ?", key)
		if err != nil {
			return err
		}
		fold.Relabel(label)
		if before != nil {
			ledger.Fold{key: before}.Relabel(label)
		}
		t.sums.Change(before, fold[key])
	}
	return nil
}

// before returns the job's entry as the sums include it; nil if they don't.
func (t *tail) before(ctx context.Context, tx *sql.Tx, key string) (*ledger.Entry, error) {
	const columns = "SELECT " + entryColumns + ", prev, sum FROM ledger WHERE seq <= ?2 AND "
	rows, err := tx.QueryContext(ctx, columns+"job = ?1 UNION ALL "+columns+"job = '' AND submission = ?1 ORDER BY seq", key, t.after)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	fold := make(ledger.Fold)
	sound := true
	err = eachRow(rows, func(values []any) {
		e, _, _, ok := decodeRow(values)
		sound = sound && ok
		fold.Add(&e.Entry)
	})
	if err == nil && !sound {
		err = errUnsound
	}
	return fold[key], err
}

// errUnsound means that a row before the mark does not match its checksum.
var errUnsound = errors.New("a checked row of the ledger has changed")

// savedSums are the sums in the journal.
type savedSums struct {
	mark
	sums        []byte
	good        bool  // there are some, and they match their checksum and their row
	sumsDamaged bool  // there are some, but they do not match
	revision    int64 // current revision of the labels
	relabelled  bool  // labels have changed since
}

func (j *Journal) savedSums(ctx context.Context) (s savedSums, err error) {
	err = j.glance(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'labels'").Scan(&s.revision)
		if err != nil {
			return err
		}
		var seal, last []byte
		var checked int64
		err = tx.QueryRowContext(ctx, `SELECT s.seq, s.sum, s.labels, s.checked_at, s.sums, s.seal, l.sum
			FROM ledger_sums s LEFT JOIN ledger l ON l.seq = s.seq`).
			Scan(&s.seq, &s.link.sum, &s.labels, &checked, &s.sums, &seal, &last)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		s.checked, s.relabelled = instant(checked), s.revision != s.labels
		s.good = err == nil && bytes.Equal(seal, s.seal(s.sums)) && bytes.Equal(last, s.link.sum)
		s.sumsDamaged = !s.good
		return err
	})
	return s, err
}

// saveSums saves sums for the next time. It does not wait for the disk, and a
// failure does not matter, because without the sums the next time is only
// slower.
func (j *Journal) saveSums(ctx context.Context, s *ledger.Sums, m mark) {
	sums, err := s.Bytes()
	if err != nil {
		return
	}
	_ = j.transact(ctx, j.lists, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO ledger_sums (one, seq, sum, labels, checked_at, sums, seal)
			VALUES (1,?,?,?,?,?,?)`, m.seq, m.sum, m.labels, nanos(m.checked), sums, m.seal(sums))
		return err
	})
}

func (j *Journal) dropSums(ctx context.Context) {
	_ = j.transact(ctx, j.lists, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM ledger_sums")
		return err
	})
}
