package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
)

// SQLite does not notice a flipped bit in a number. So each ledger row holds
// prev, the checksum of the row before, and sum, the checksum of prev and the
// row itself. The head holds the number and checksum of the last row, so that
// missing rows at the end are noticed too.

// Damage is a part of the ledger that can't be trusted. Totals without it are
// too low, or at least unreliable.
type Damage struct {
	Seq  int64 // number of the row, or of the first of several
	What string
}

// link is a row's position in the chain.
type link struct {
	seq int64
	sum []byte
}

// genesis is the checksum before the first row.
func genesis() []byte {
	sum := sha256.Sum256([]byte("dubtop ledger, version 1"))
	return sum[:]
}

// checksum includes the types and lengths of the values, so that no two rows
// have the same encoding.
func checksum(prev []byte, values []any) []byte {
	b := []byte("dubtop ledger entry, version 1\x00")
	b = appendValue(b, prev)
	for _, v := range values {
		b = appendValue(b, v)
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

func appendValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(b, 'n')
	case int64:
		return binary.BigEndian.AppendUint64(append(b, 'i'), uint64(v))
	case float64:
		return binary.BigEndian.AppendUint64(append(b, 'f'), math.Float64bits(v+0)) // + 0 because SQLite has no -0
	case string:
		return append(binary.BigEndian.AppendUint64(append(b, 's'), uint64(len(v))), v...)
	case []byte:
		return append(binary.BigEndian.AppendUint64(append(b, 'b'), uint64(len(v))), v...)
	}
	return fmt.Appendf(append(b, '?'), "%T %v", value, value) // never written by us
}

// lastLink is the link before the next row. It checks both the head and the
// rows, so that no number is ever used twice, even after damage to either.
func lastLink(ctx context.Context, tx *sql.Tx) (link, error) {
	last := link{sum: genesis()}
	for _, query := range []string{
		"SELECT seq, sum FROM ledger_head",
		"SELECT seq, sum FROM ledger ORDER BY seq DESC LIMIT 1",
	} {
		var l link
		err := tx.QueryRowContext(ctx, query).Scan(&l.seq, &l.sum)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return link{}, err
		}
		if err == nil && l.seq > last.seq {
			last = l
		}
	}
	if last.seq == math.MaxInt64 {
		return link{}, fmt.Errorf("%w: the ledger has no number left", ErrDamaged)
	}
	return last, nil
}

// Entries reads the whole ledger in order. It returns the rows whose checksums
// match, and a Damage for every other or missing row, to be shown to the user.
// On an error it returns the part read so far.
func (j *Journal) Entries(ctx context.Context) ([]Entry, []Damage, error) {
	var a audit
	err := a.read(ctx, j.lists) // leaves the connection for paid requests free
	if err != nil && len(a.damage) == 0 {
		a.note(a.next, "the ledger could not be read further")
	}
	return a.entries, a.damage, j.failed(err)
}

// audit walks along the chain.
type audit struct {
	entries []Entry
	damage  []Damage
	next    int64  // expected number of the next row
	sum     []byte // checksum claimed by the previous row
	sound   bool   // the previous row matched its checksum
}

func (a *audit) note(seq int64, format string, values ...any) {
	a.damage = append(a.damage, Damage{seq, fmt.Sprintf(format, values...)})
}

// read reads rows and head from one snapshot, because another process may be
// appending.
func (a *audit) read(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing was written
	rows, err := tx.QueryContext(ctx, "SELECT "+entryColumns+", prev, sum FROM ledger ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	a.next, a.sum, a.sound = 1, genesis(), true
	values := make([]any, 18)
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		a.row(values)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return a.head(ctx, tx)
}

// row checks one row. Nothing in a row that fails the check is trusted, not
// even its number.
func (a *audit) row(values []any) {
	n := len(values) - 2
	prev, _ := values[n].([]byte)
	sum, _ := values[n+1].([]byte)
	seq, _ := values[0].(int64)
	entry, ok := decodeEntry(values[:n])
	if !ok || !bytes.Equal(sum, checksum(prev, values[:n])) {
		a.note(seq, "row %d was changed after it was written: its amount is not counted", seq)
		if seq == a.next {
			a.next++
		}
		a.sum, a.sound = sum, false
		return
	}
	switch {
	case seq > a.next:
		a.missing(a.next, seq-1)
	case a.sound && !bytes.Equal(prev, a.sum):
		a.note(seq, "row %d does not follow the row before it: it may come from another copy of the file", seq)
	}
	a.entries = append(a.entries, entry)
	a.next, a.sum, a.sound = seq+1, sum, true
}

func (a *audit) missing(from, to int64) {
	if from == to {
		a.note(from, "row %d is missing", from)
		return
	}
	a.note(from, "rows %d to %d are missing", from, to)
}

// head compares the end of the chain with the head.
func (a *audit) head(ctx context.Context, tx *sql.Tx) error {
	var seq, sum any
	err := tx.QueryRowContext(ctx, "SELECT seq, sum FROM ledger_head").Scan(&seq, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return err
	}
	last, counted := seq.(int64)
	claimed, _ := sum.([]byte)
	switch {
	case counted && last >= a.next:
		a.missing(a.next, last)
	case !counted || last != a.next-1 || !bytes.Equal(claimed, a.sum):
		a.note(a.next, "the end of the ledger is uncertain: rows may be missing after row %d", a.next-1)
	}
	return nil
}

// decodeEntry decodes the values of entryColumns; ok is false if one has the
// wrong type.
func decodeEntry(values []any) (e Entry, ok bool) {
	d := decoder{values: values, ok: true}
	e.Seq = take[int64](&d)
	e.Kind = EntryKind(take[string](&d))
	e.At = instant(take[int64](&d))
	e.ServerAt = instant(take[int64](&d))
	e.Submission = take[string](&d)
	e.Job = api.ID(take[string](&d))
	e.Batch = take[int64](&d) != 0
	e.Model = text.Of(take[string](&d))
	e.Label = text.Of(take[string](&d))
	e.Seconds = take[float64](&d)
	e.Frames = int(take[int64](&d))
	e.Estimate = (*api.Micros)(takeKnown[int64](&d))
	e.Actual = (*api.Micros)(takeKnown[int64](&d))
	e.Basis = ledger.CostBasis(take[string](&d))
	e.Credits = takeKnown[float64](&d)
	e.Outcome = text.Of(take[string](&d))
	return e, d.ok
}

// decoder consumes values in order.
type decoder struct {
	values []any
	ok     bool
}

func take[T any](d *decoder) T {
	v, ok := d.values[0].(T)
	d.values, d.ok = d.values[1:], d.ok && ok
	return v
}

// takeKnown consumes a value that may be null.
func takeKnown[T any](d *decoder) *T {
	if d.values[0] == nil {
		d.values = d.values[1:]
		return nil
	}
	return new(take[T](d))
}
