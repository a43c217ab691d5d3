package journal

import (
	"context"
	"database/sql"
	"errors"

	"dubtop/state/ledger"
	"dubtop/state/outbox"

	"dubtop/api/text"
)

// The ledger is the one truth about what was spent: a row for each job that
// was accepted, and later rows for what became known of it. Rows are only
// ever added, and each carries a checksum over itself and the checksum before
// it; see chain.go. A job's row is added together with the news that it was
// accepted, so there is no accepted job that the ledger does not know.

// ErrEntry says that an entry can't be booked as it is.
var ErrEntry = errors.New("this can't be booked")

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
