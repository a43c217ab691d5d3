package ledger

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/state/instant"
	"dubtop/state/table"
)

var _ table.Row[Entry] = (*Entry)(nil)

// DamagedEntry returns a row that stands for a damaged journal row; n is its
// number.
func DamagedEntry(n int64, what string) Entry {
	return Entry{Submission: fmt.Sprint("damaged row ", n), Damage: what}
}

// Key is the job's id, else the submission's; for a damaged row, its whole
// description.
func (e *Entry) Key() string {
	if e.Damage != "" {
		return e.Submission + ": " + e.Damage
	}
	return cmp.Or(string(e.Job), e.Submission)
}

// Rank is the time of sending; damaged rows come first.
func (e *Entry) Rank() int64 {
	if e.Damage != "" {
		return math.MaxInt64
	}
	return instant.Rank(e.At)
}

// Class is the coarse state according to the outcome. A job counts as running
// until its end was seen.
func (e *Entry) Class() table.Class {
	switch {
	case e.Damage != "", e.Failed():
		return table.ClassTroubled
	case e.Outcome == "":
		return table.ClassRunning
	}
	return table.ClassDone
}

// Haystack joins the ids, name, model, label and outcome for searching.
func (e *Entry) Haystack() string { return e.haystack }

// FieldValue supports id (job or submission), name, model, label, billed, and
// status, also called outcome.
func (e *Entry) FieldValue(name string) (string, bool) {
	switch name {
	case "id":
		return strings.ToLower(string(e.Job) + " " + e.Submission), true
	case "name":
		return strings.ToLower(string(e.Name)), true
	case "model":
		return strings.ToLower(string(e.Model)), true
	case "label":
		return strings.ToLower(string(e.Label)), true
	case "status", "outcome":
		return e.outcomeWords(), true
	case "billed":
		return e.billedWords(), true
	}
	return "", false
}

func (e *Entry) outcomeWords() string {
	switch {
	case e.Damage != "":
		return "damaged"
	case e.Outcome == "":
		return "open"
	}
	return api.Status(e.Outcome).Words()
}

// Vocabulary lists the ledger's fields and status words.
func (e *Entry) Vocabulary() table.Vocabulary {
	words := []string{"open", "completed", "failed", "rejected", "damaged"}
	return table.Vocabulary{
		Fields:     []string{"id", "name", "model", "label", "status", "outcome", "billed"},
		Words:      map[string][]string{"status": words, "outcome": words, "billed": BilledWords()},
		Quantities: []table.Quantity{{Field: "cost", Kind: table.Money}, {Field: "age", Kind: table.Age}, {Field: "len", Kind: table.Span}},
	}
}

// Measure supports cost, age and len.
func (e *Entry) Measure(field string) (value float64, known bool) {
	switch field {
	case "cost":
		amount, known := e.Cost()
		return amount.Dollars(), known
	case "age":
		return table.Moment(e.At)
	case "len":
		return e.Seconds, e.Seconds > 0
	}
	return 0, false
}

// Compare orders states by urgency, words from a to z, and amounts from the
// largest, with unknown amounts last.
func (e *Entry) Compare(o *Entry, by table.Sort) int {
	switch by {
	case table.SortStatus:
		return cmp.Or(cmp.Compare(e.Class(), o.Class()), cmp.Compare(e.Outcome, o.Outcome))
	case table.SortModel:
		return cmp.Compare(e.Model, o.Model)
	case table.SortName:
		return cmp.Compare(e.Name, o.Name)
	case table.SortLabel:
		return table.EmptyLast(e.Label, o.Label)
	case table.SortLength:
		return cmp.Compare(o.Seconds, e.Seconds)
	case table.SortCost:
		mine, known := e.Cost()
		other, too := o.Cost()
		return cmp.Or(-boolean(known, too), cmp.Compare(other, mine))
	}
	return 0
}

// boolean orders false before true.
func boolean(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// Same reports whether the entries are equal.
func (e *Entry) Same(o *Entry) bool {
	a, b := *e, *o
	a.Estimate, a.Actual, a.Credits = nil, nil, nil
	b.Estimate, b.Actual, b.Credits = nil, nil, nil
	return a == b && equal(e.Estimate, o.Estimate) && equal(e.Actual, o.Actual) && equal(e.Credits, o.Credits)
}

// equal compares values that may be unknown.
func equal[V comparable](a, b *V) bool { return a == b || a != nil && b != nil && *a == *b }

// Absorb merges the newer row into the older one.
func (e *Entry) Absorb(old *Entry, _ time.Time) {
	later := *e
	*e = *old
	e.learn(&later)
	e.index()
}

// index builds the haystack and makes the ids share its memory.
func (e *Entry) index() {
	e.Model, e.Label, e.Outcome = table.Shared(e.Model), table.Shared(e.Label), table.Shared(e.Outcome)
	job, submission := strings.ToLower(string(e.Job)), strings.ToLower(e.Submission)
	e.haystack = strings.Join([]string{
		job, submission, strings.ToLower(string(e.Name)), strings.ToLower(string(e.Model)), strings.ToLower(string(e.Label)), e.outcomeWords(),
	}, "\n")
	if string(e.Job) == job {
		e.Job = api.ID(e.haystack[:len(job)])
	}
	if e.Submission == submission {
		e.Submission = e.haystack[len(job)+1:][:len(submission)]
	}
}
