package ledger

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"dubtop/state/table"

	"dubtop/api"
	"dubtop/state/instant"
)

var _ table.Row[Entry] = (*Entry)(nil)

// DamagedEntry is the row that stands for a row of the journal which can't be
// believed; n is its number there.
func DamagedEntry(n int64, what string) Entry {
	return Entry{Submission: fmt.Sprint("damaged row ", n), Damage: what}
}

// Key is the job, else the submission; of a damaged row all that is said of it.
func (e *Entry) Key() string {
	if e.Damage != "" {
		return e.Submission + ": " + e.Damage
	}
	return cmp.Or(string(e.Job), e.Submission)
}

// Rank is the time of sending, with what is damaged on top.
func (e *Entry) Rank() int64 {
	if e.Damage != "" {
		return math.MaxInt64
	}
	return instant.Rank(e.At)
}

// Class is the coarse state by outcome; a job is taken to run until its end was
// seen.
func (e *Entry) Class() table.Class {
	switch {
	case e.Damage != "", e.Failed():
		return table.ClassTroubled
	case e.Outcome == "":
		return table.ClassRunning
	}
	return table.ClassDone
}

// Haystack is the ids, name, model, label and outcome.
func (e *Entry) Haystack() string { return e.haystack }

// FieldValue knows id (also of the submission), name, model, label, and status
// (also as outcome).
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

// Vocabulary is that of the ledger.
func (e *Entry) Vocabulary() table.Vocabulary {
	words := []string{"open", "completed", "failed", "rejected", "damaged"}
	return table.Vocabulary{
		Fields: []string{"id", "name", "model", "label", "status", "outcome"},
		Words:  map[string][]string{"status": words, "outcome": words},
	}
}

// Compare orders by what needs attention first, by words from a to z, and by
// amounts from the largest, the unknown last.
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

// Same reports whether nothing differs.
func (e *Entry) Same(o *Entry) bool {
	a, b := *e, *o
	a.Estimate, a.Actual, a.Credits = nil, nil, nil
	b.Estimate, b.Actual, b.Credits = nil, nil, nil
	return a == b && equal(e.Estimate, o.Estimate) && equal(e.Actual, o.Actual) && equal(e.Credits, o.Credits)
}

// equal compares what may be unknown.
func equal[V comparable](a, b *V) bool { return a == b || a != nil && b != nil && *a == *b }

// Absorb adds what the newer row says to what was known.
func (e *Entry) Absorb(old *Entry, _ time.Time) {
	later := *e
	*e = *old
	e.learn(&later)
	e.index()
}

// index builds the haystack and lets the ids share its bytes.
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
