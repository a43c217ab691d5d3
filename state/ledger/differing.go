package ledger

import (
	"maps"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/sheet"
)

// aCent is the least difference between estimate and bill that counts.
const aCent api.Micros = 10_000

// Differs reports whether a job was billed otherwise than estimated, by a cent or
// more, or although it failed. A job with the discount of all the others does not
// differ.
func (e *Entry) Differs() bool {
	switch {
	case e.Damage != "" || e.Actual == nil || e.Basis != BasisBilled:
		return false
	case e.Failed():
		return *e.Actual > 0
	}
	more, known := e.Difference()
	if !known || -aCent < more && more < aCent {
		return false
	}
	return e.discount == 0 || !(bill{*e.Estimate, *e.Actual}).fits(e.discount)
}

// Difference is what a job was billed more than estimated; known is false if one
// of them is not known.
func (e *Entry) Difference() (more api.Micros, known bool) {
	if e.Actual == nil || e.Estimate == nil {
		return 0, false
	}
	return *e.Actual - *e.Estimate, true
}

// DifferenceWords says how a job was billed differently.
func (e *Entry) DifferenceWords() text.Text {
	more, known := e.Difference()
	switch {
	case e.Failed():
		return "billed although it failed"
	case known && more < 0:
		return text.Of((-more).Rounded()) + " less than estimated"
	}
	return text.Of(more.Rounded()) + " more than estimated"
}

// billedWords are the values of the field billed.
func (e *Entry) billedWords() string {
	switch {
	case e.Differs():
		return differently
	case e.Basis == BasisBilled:
		return "as estimated"
	}
	return "not yet"
}

const differently = "differently"

// differing caches the keys of the jobs that were billed differently.
type differing struct {
	of, version uint64
	keys        map[string]bool
}

// Differing returns the keys of the jobs that were billed differently. It must
// not be changed.
func (l *Ledger) Differing() map[string]bool {
	d := &l.differing
	if now := l.rows.Version(); d.keys == nil || d.of != now {
		keys := make(map[string]bool)
		for e := range l.All() {
			if e.Differs() {
				keys[e.Key()] = true
			}
		}
		if !maps.Equal(keys, d.keys) {
			d.version++
		}
		d.of, d.keys = now, keys
	}
	return d.keys
}

// DifferingVersion changes with what Differing returns.
func (l *Ledger) DifferingVersion() uint64 {
	l.Differing()
	return l.differing.version
}

// DifferingEntries returns those of the entries that were billed differently.
func DifferingEntries(entries []Entry) (out []Entry) {
	for i := range entries {
		if entries[i].Differs() {
			out = append(out, entries[i])
		}
	}
	return out
}

// DifferingCSV returns the entries that were billed differently as a table for the
// vendor: without labels and names, which are the user's own.
func DifferingCSV(entries []Entry, loc *time.Location) []byte {
	rows := [][]string{{"job", "sent", "model", "outcome", "seconds", "estimate_usd", "billed_usd", "difference_usd", "what"}}
	for _, e := range DifferingEntries(entries) {
		difference := ""
		if more, known := e.Difference(); known {
			difference = more.Decimal()
		}
		rows = append(rows, []string{
			sheet.Cell(text.Of(string(e.Job))), e.At.In(loc).Format(time.RFC3339), sheet.Cell(e.Model), sheet.Cell(e.Outcome),
			number(e.Seconds, e.Seconds > 0), money(e.Estimate), money(e.Actual), difference, sheet.Cell(e.DifferenceWords()),
		})
	}
	return sheet.CSV(rows)
}

// BilledWords are the values of the field billed, for filters.
func BilledWords() []string { return []string{differently, "as estimated", "not yet"} }
