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
	var entries []Entry
	damage, err := j.EachEntry(ctx, func(e *Entry) { entries = append(entries, *e) })
	return entries, damage, err
}

// EachEntry is Entries without a copy of the whole ledger. It reads in pages, so
// that the journal can be used at the same time; rows never change.
func (j *Journal) EachEntry(ctx context.Context, each func(*Entry)) ([]Damage, error) {
	a := newAudit(link{sum: genesis()}, each)
	err := j.readOn(ctx, a, nil, nil)
	return a.damage, err
}

// readOn walks to the end of the chain. It calls rest between pages, and last
// in the transaction that read the end; both may be nil.
func (j *Journal) readOn(ctx context.Context, a *audit, rest func(), last func(context.Context, *sql.Tx) error) error {
	for done := false; !done; {
		err := j.glance(ctx, func(tx *sql.Tx) (err error) {
			if done, err = a.page(ctx, tx); err == nil && done && last != nil {
				err = last(ctx, tx)
			}
			return err
		})
		if err != nil {
			if len(a.damage) == 0 {
				a.note(a.next, "the ledger could not be read further")
			}
			return j.failed(err)
		}
		if rest != nil {
			rest()
		}
	}
	return nil
}

// glance reads from one snapshot, on the connection for lists, which leaves the
// other one free for paid requests.
func (j *Journal) glance(ctx context.Context, read func(*sql.Tx) error) error {
	tx, err := j.lists.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing was written
	return read(tx)
}

// audit walks along the chain.
type audit struct {
	each   func(*Entry)
	damage []Damage
	seq    int64  // number of the last row read, sound or not
	next   int64  // expected number of the next row
	sum    []byte // checksum claimed by the previous row
	sound  bool   // the previous row matched its checksum
}

// newAudit begins after a row, and calls each for every sound row.
func newAudit(after link, each func(*Entry)) *audit {
	a := &audit{each: each, seq: after.seq, next: after.seq + 1, sum: after.sum, sound: true}
	if a.seq == 0 {
		a.seq = math.MinInt64 // also finds rows whose number was changed
	}
	return a
}

// end is the link of the last row, if there was no damage.
func (a *audit) end() link { return link{a.next - 1, a.sum} }

func (a *audit) note(seq int64, format string, values ...any) {
	a.damage = append(a.damage, Damage{seq, fmt.Sprintf(format, values...)})
}

// auditPage is the number of rows to read at once.
const auditPage = 1000

// page reads the next rows, and the head after the last, from one snapshot,
// because another process may be appending.
func (a *audit) page(ctx context.Context, tx *sql.Tx) (done bool, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT "+entryColumns+", prev, sum FROM ledger WHERE seq > ? ORDER BY seq LIMIT ?", a.seq, auditPage)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	n, from := 0, a.seq
	err = eachRow(rows, func(values []any) {
		n++
		a.row(values)
	})
	if err != nil {
		return false, err
	}
	if n == auditPage && a.seq > from { // a damaged index must not cause an endless loop
		return false, nil
	}
	return true, a.head(ctx, tx)
}

// eachRow scans rows of entryColumns, prev and sum.
func eachRow(rows *sql.Rows, each func(values []any)) error {
	values := make([]any, 18)
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		each(values)
	}
	return rows.Err()
}

// decodeRow decodes a row of eachRow; ok is false if it does not match its
// checksum.
func decodeRow(values []any) (e Entry, prev, sum []byte, ok bool) {
	n := len(values) - 2
	prev, _ = values[n].([]byte)
	sum, _ = values[n+1].([]byte)
	e, ok = decodeEntry(values[:n])
	return e, prev, sum, ok && bytes.Equal(sum, checksum(prev, values[:n]))
}

// row checks one row. Nothing in a row that fails the check is trusted, not
// even its number.
func (a *audit) row(values []any) {
	entry, prev, sum, ok := decodeRow(values)
	seq, _ := values[0].(int64)
	a.seq = seq
	if !ok {
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
	a.each(&entry)
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
