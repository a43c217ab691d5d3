package journal

import (
	"database/sql"
	"fmt"
	"math"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/state/ledger"
)

// EntryKind says what an entry adds about a job.
type EntryKind string

// The kinds of entries.
const (
	EntryAccepted EntryKind = "accepted" // a job or batch of ours was created
	EntryCost     EntryKind = "cost"     // its cost became known
	EntryOutcome  EntryKind = "outcome"  // its outcome became known
)

// Entry is a row of the ledger. An accepted row has everything except the
// actual cost and the outcome; later rows have the job's id and the new facts.
type Entry struct {
	Seq  int64 // from 1, without gaps; set by the journal
	Kind EntryKind
	ledger.Entry
	ServerAt time.Time // when the job was created, server's clock; zero if unknown
	Frames   int       // of output, 0 if unknown
}

const entryColumns = `seq, kind, at, server_at, submission, job, batch, model, label,
	seconds, frames, estimate, actual, basis, credits, outcome`

const insertEntry = `INSERT INTO ledger (` + entryColumns + `, prev, sum)
	VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`

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

// values returns the values of entryColumns in the types that SQLite returns,
// for the checksum.
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

// scanCost scans a row of version 1's table costs.
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

// same compares a nullable column with a value that may be unknown.
func same[T comparable](column T, valid bool, value *T) bool {
	return valid == (value != nil) && (value == nil || *value == column)
}
