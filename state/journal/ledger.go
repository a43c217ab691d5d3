package journal

import (
	"context"
	"database/sql"
	"errors"

	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// The ledger records all spending: a row for each accepted job, and later rows
// for facts learned about it. Rows are only ever added, and each has a checksum
// over itself and the one before; see chain.go. A job's row is added in the
// same transaction as its acceptance, so that no accepted job is ever missing.

// ErrEntry means that an entry is invalid.
var ErrEntry = errors.New("this ledger entry is invalid")

// LedgerOf merges the rows of Entries into one entry per job.
func LedgerOf(entries []Entry) *ledger.Ledger {
	rows := make([]ledger.Entry, len(entries))
	for i := range entries {
		rows[i] = entries[i].Entry
	}
	return ledger.New(rows)
}

// AppendEntry adds a row to the ledger; it is durable when nil is returned. It
// does nothing if the row adds no information: the acceptance is there already,
// or a derived cost follows a billed one. An invalid entry is ErrEntry.
func (j *Journal) AppendEntry(ctx context.Context, e Entry) error {
	if err := e.check(); err != nil {
		return err
	}
	return j.spend(ctx, func(tx *sql.Tx) error { return appendEntry(ctx, tx, e) })
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

// isBooked reports whether the entry adds no information.
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

// book adds the row of an accepted submission.
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

// bookNew adds accepted submissions that are missing from the ledger, because
// an older dubtop without a ledger sent them. Every acceptance leaves a
// transition, so it only reads the transitions since its last run.
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

// bookMissing adds the accepted submissions that are missing from the ledger,
// in the order in which they were sent.
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

// openLedger fills a new ledger from version 1's data: the submissions, and the
// estimates of jobs without a submission.
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
