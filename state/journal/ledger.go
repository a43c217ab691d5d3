package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"dubtop/state/ledger"
	"dubtop/state/outbox"

	"dubtop/api"
	"dubtop/api/text"
)

// The ledger is the one truth about what was spent: a row for each job that
// was accepted, and later rows for what became known of it. Rows are only
// ever added, and each carries a checksum over itself and the checksum before
// it; see chain.go. A job's row is added together with the news that it was
// accepted, so there is no accepted job that the ledger does not know.

// EntryKind says what an entry adds to what is known of a job.
type EntryKind string

// The kinds of entries.
const (
	EntryAccepted EntryKind = "accepted" // a job or batch of ours was made
	EntryCost     EntryKind = "cost"     // what it cost became known
	EntryOutcome  EntryKind = "outcome"  // how it ended became known
)

// ErrEntry says that an entry can't be booked as it is.
var ErrEntry = errors.New("this can't be booked")

// Entry is one row of the ledger. Of what it says of the job, an acceptance
// has everything but the actual cost and the outcome; later rows need the job
// and what is new.
type Entry struct {
	Seq  int64 // from 1, without gaps; given by the journal
	Kind EntryKind
	ledger.Entry
	ServerAt time.Time // when the job was created, by the server's clock; zero is unknown
	Frames   int       // of output, 0 unknown
}

// Books makes one entry for each job of the rows that Entries gave.
func Books(entries []Entry) *ledger.Ledger {
	rows := make([]ledger.Entry, len(entries))
	for i := range entries {
		rows[i] = entries[i].Entry
	}
	return ledger.New(rows)
}

// AppendEntry adds to the ledger; it is durable when nil is returned. An
// acceptance that is booked already, and later news that are none, add
// nothing: a cost that the server billed is not replaced by one that was
// derived. What makes no sense is ErrEntry.
func (j *Journal) AppendEntry(ctx context.Context, e Entry) error {
	if err := e.check(); err != nil {
		return err
	}
	return j.spend(ctx, func(tx *sql.Tx) error { return appendEntry(ctx, tx, e) })
}

func (e *Entry) check() error {
	below := func(m *api.Micros) bool { return m != nil && *m < 0 }
	odd := func(f float64) bool { return !(f >= 0) || math.IsInf(f, 0) }
	switch {
	case e.Job == "":
		return fmt.Errorf("%w: it names no job", ErrEntry)
	case !slices.Contains([]EntryKind{EntryAccepted, EntryCost, EntryOutcome}, e.Kind):
		return fmt.Errorf("%w: there is no kind %q", ErrEntry, e.Kind)
	case below(e.Estimate) || below(e.Actual) || e.Credits != nil && odd(*e.Credits):
		return fmt.Errorf("%w: an amount is below zero or no number", ErrEntry)
	case odd(e.Seconds) || e.Frames < 0:
		return fmt.Errorf("%w: the length is below zero or no number", ErrEntry)
	case (e.Actual == nil) != (e.Basis == ledger.BasisUnknown):
		return fmt.Errorf("%w: an actual cost has a basis, and only that", ErrEntry)
	}
	return nil
}

func appendEntry(ctx context.Context, tx *sql.Tx, e Entry) error {
	booked, err := isBooked(ctx, tx, e)
	if err != nil || booked {
		return err
	}
	last, err := lastLink(ctx, tx)
	if err != nil {
		return err
	}
	e.Seq = last.seq + 1
	values := e.values()
	sum := checksum(last.sum, values)
	if _, err := tx.ExecContext(ctx, insertEntry, append(values, last.sum, sum)...); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO ledger_head (one, seq, sum) VALUES (1,?,?)", e.Seq, sum)
	return err
}

// isBooked reports whether the entry would say nothing new.
func isBooked(ctx context.Context, tx *sql.Tx, e Entry) (bool, error) {
	if e.Kind == EntryAccepted {
		column, id := "submission", e.Submission
		if id == "" {
			column, id = "job", string(e.Job)
		}
		var booked bool
		err := tx.QueryRowContext(ctx,
			"SELECT EXISTS (SELECT 1 FROM ledger WHERE "+column+" = ? AND kind = 'accepted')", id).Scan(&booked)
		return booked, err
	}
	var (
		old     Entry
		actual  sql.NullInt64
		credits sql.NullFloat64
	)
	err := tx.QueryRowContext(ctx, `SELECT actual, basis, credits, outcome FROM ledger
		WHERE job = ? AND kind = ? ORDER BY seq DESC LIMIT 1`, string(e.Job), string(e.Kind)).
		Scan(&actual, &old.Basis, &credits, &old.Outcome)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if e.Kind == EntryOutcome {
		return old.Outcome == e.Outcome, err
	}
	same := old.Basis == e.Basis && same(actual.Int64, actual.Valid, (*int64)(e.Actual)) &&
		same(credits.Float64, credits.Valid, e.Credits)
	return same || old.Basis == ledger.BasisBilled && e.Basis != ledger.BasisBilled, err
}

// same compares a column that may be null with a value that may be unknown.
func same[T comparable](column T, valid bool, value *T) bool {
	return valid == (value != nil) && (value == nil || *value == column)
}

const entryColumns = `seq, kind, at, server_at, submission, job, batch, model, label,
	seconds, frames, estimate, actual, basis, credits, outcome`

const insertEntry = `INSERT INTO ledger (` + entryColumns + `, prev, sum)
	VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`

// values are those of entryColumns, in the types that SQLite gives back: the
// checksum is made of them.
func (e *Entry) values() []any {
	batch := int64(0)
	if e.Batch {
		batch = 1
	}
	var credits any
	if e.Credits != nil {
		credits = *e.Credits
	}
	return []any{
		e.Seq, string(e.Kind), nanos(e.At), nanos(e.ServerAt), e.Submission, string(e.Job), batch, string(e.Model), string(e.Label),
		e.Seconds, int64(e.Frames), micros(e.Estimate), micros(e.Actual), string(e.Basis), credits, string(e.Outcome),
	}
}

// book enters a submission that was accepted.
func book(ctx context.Context, tx *sql.Tx, s outbox.Submission) error {
	e := Entry{Kind: EntryAccepted, Frames: s.Price.Frames, Entry: ledger.Entry{
		At: s.SentAt, Submission: s.ID, Job: s.GenerationID, Model: text.Of(s.Model), Seconds: s.Price.Seconds,
		Estimate: s.Price.Cost, Credits: s.Price.Credits,
	}}
	if s.Kind == outbox.SubmitBatch {
		e.Job, e.Batch = s.BatchID, true
	}
	err := tx.QueryRowContext(ctx, "SELECT label FROM labels WHERE id = ? ORDER BY place LIMIT 1", s.ID).Scan(&e.Label)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err := handOver(ctx, tx, s.ID, e.Job); err != nil {
		return err
	}
	return appendEntry(ctx, tx, e)
}

// bookNew enters what was accepted and is in no row: what a dubtop that knows
// of no ledger sends beside this one. It looks no further back than it has to,
// since a history may be long; every acceptance leaves a transition.
func bookNew(ctx context.Context, tx *sql.Tx) error {
	var through, last int64
	err := tx.QueryRowContext(ctx, `SELECT coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'booked_through'), 0),
		coalesce((SELECT max(seq) FROM transitions), 0)`).Scan(&through, &last)
	if err != nil || last <= through {
		return err
	}
	err = bookMissing(ctx, tx, "id IN (SELECT submission FROM transitions WHERE seq > ? AND state = 'sent')", through)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO meta (name, value) VALUES ('booked_through', ?)", last)
	return err
}

// bookMissing enters those that were accepted and are in no row, in the order
// in which they were sent.
func bookMissing(ctx context.Context, tx *sql.Tx, where string, arguments ...any) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+submissionColumns+` FROM submissions
		WHERE state = 'sent' AND `+where+` AND NOT EXISTS (
			SELECT 1 FROM ledger WHERE ledger.submission = submissions.id AND ledger.kind = 'accepted')
		ORDER BY sent_at, id`, arguments...)
	if err != nil {
		return err
	}
	missing, err := collect(rows, func(rows *sql.Rows) (outbox.Submission, error) { return scanSubmission(rows) })
	if err != nil {
		return err
	}
	for _, s := range missing {
		if err := book(ctx, tx, s); err != nil {
			return err
		}
	}
	return nil
}

// openLedger fills a new ledger from what version 1 knew: the submissions, and
// the estimates of jobs whose submission is not there.
func openLedger(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, "INSERT INTO ledger_head (one, seq, sum) VALUES (1,0,?)", genesis()); err != nil {
		return err
	}
	if err := bookMissing(ctx, tx, "true"); err != nil {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT generation_id, submission, model, micros, credits, at FROM costs
		WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE job = generation_id) ORDER BY at, generation_id`)
	if err != nil {
		return err
	}
	old, err := collect(rows, scanCost)
	if err != nil {
		return err
	}
	for _, e := range old {
		if err := appendEntry(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

// scanCost reads a row of the costs that version 1 kept.
func scanCost(rows *sql.Rows) (Entry, error) {
	var (
		e       = Entry{Kind: EntryAccepted}
		amount  sql.NullInt64
		credits sql.NullFloat64
		at      int64
	)
	err := rows.Scan(&e.Job, &e.Submission, &e.Model, &amount, &credits, &at)
	if amount.Valid {
		e.Estimate = new(api.Micros(amount.Int64))
	}
	if credits.Valid {
		e.Credits = new(credits.Float64)
	}
	e.At = instant(at)
	return e, err
}
