package state

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"

	"dubtop/api"
)

// CostBasis says where an actual cost comes from.
type CostBasis string

// The bases of an actual cost.
const (
	BasisUnknown CostBasis = ""        // there is none
	BasisDerived CostBasis = "derived" // output length × learned unit price
	BasisBilled  CostBasis = "billed"  // the server says so
)

// LedgerEntry is one accepted job or batch, with all that became known of it.
// What is unknown is nil, and never counts as nothing.
type LedgerEntry struct {
	At         time.Time // when it was sent, by our clock
	Submission string
	Job        api.ID // the generation's or the batch's
	Model      string
	Label      string
	Seconds    float64 // of output, 0 unknown
	Estimate   *api.Micros
	Actual     *api.Micros
	Basis      CostBasis // of Actual
	Credits    *float64  // apart from dollars
	Outcome    string    // the status it ended with, "" while it has not
}

// Cost is the actual cost, else the estimate; known is false without either.
func (e *LedgerEntry) Cost() (amount api.Micros, known bool) {
	switch {
	case e.Actual != nil:
		return *e.Actual, true
	case e.Estimate != nil:
		return *e.Estimate, true
	}
	return 0, false
}

// Failed reports whether the job ended without a result.
func (e *LedgerEntry) Failed() bool { return api.Status(e.Outcome).Troubled() }

// learn adds what became known later. What was billed is not replaced by what
// was derived.
func (e *LedgerEntry) learn(later *LedgerEntry) {
	if later.Actual != nil && (e.Basis != BasisBilled || later.Basis == BasisBilled) {
		e.Actual, e.Basis = later.Actual, later.Basis
	}
	e.Submission = cmp.Or(e.Submission, later.Submission)
	e.Model, e.Label = cmp.Or(e.Model, later.Model), cmp.Or(e.Label, later.Label)
	e.Seconds = cmp.Or(e.Seconds, later.Seconds)
	e.Estimate = cmp.Or(e.Estimate, later.Estimate)
	e.Credits = cmp.Or(later.Credits, e.Credits)
	e.Outcome = cmp.Or(later.Outcome, e.Outcome)
}

// Ledger is the books of one account. The zero Ledger is ready, and empty.
type Ledger struct{ entries []LedgerEntry } // in the order of time

// NewLedger makes the books of entries. Of several about one job the later add
// to what the first says.
func NewLedger(entries []LedgerEntry) *Ledger {
	l := new(Ledger)
	place := make(map[string]int, len(entries))
	for _, e := range entries {
		key := cmp.Or(string(e.Job), e.Submission)
		if i, ok := place[key]; ok && key != "" {
			l.entries[i].learn(&e)
			continue
		}
		place[key] = len(l.entries)
		e.At = wall(e.At)
		l.entries = append(l.entries, e)
	}
	slices.SortStableFunc(l.entries, func(a, b LedgerEntry) int { return a.At.Compare(b.At) })
	return l
}

// All gives the entries, the latest first.
func (l *Ledger) All() iter.Seq[*LedgerEntry] {
	return func(yield func(*LedgerEntry) bool) {
		for i := range slices.Backward(l.entries) {
			if !yield(&l.entries[i]) {
				return
			}
		}
	}
}

// Tally is a total of entries. Dollars and credits stand apart.
type Tally struct {
	Jobs    int
	Seconds float64    // of output, where known
	Cost    api.Micros // actual where known, else estimated
	Guessed int        // jobs that are in Cost by their estimate
	Unknown int        // jobs without either: they are not in Cost

	// Estimated and Actual are of the Compared jobs, where both are known.
	Estimated, Actual api.Micros
	Compared          int

	// Failed jobs, their part of Cost, and those of them whose cost is unknown.
	Failed        int
	FailedCost    api.Micros
	FailedUnknown int

	// Overflow says that an amount is larger than can be counted: it is a lower
	// bound.
	Overflow bool

	credits int64 // in millionths, so that tenths add up
	billed  bool  // in credits, at least in part
}

// Credits is the total of the jobs billed in credits; ok is false if none is.
func (t *Tally) Credits() (credits float64, ok bool) { return float64(t.credits) / 1e6, t.billed }

// Amounts are a total's dollars, each nil where nothing is known of it.
type Amounts struct{ Cost, FailedCost, Estimated, Actual *api.Micros }

// Amounts tells what is known from what is nothing: jobs of unknown cost alone
// have not cost $0.00.
func (t *Tally) Amounts() Amounts {
	var a Amounts
	if t.Unknown < t.Jobs || t.Jobs == 0 {
		a.Cost = &t.Cost
	}
	if t.FailedUnknown < t.Failed || t.Failed == 0 {
		a.FailedCost = &t.FailedCost
	}
	if t.Compared > 0 {
		a.Estimated, a.Actual = &t.Estimated, &t.Actual
	}
	return a
}

// Add counts an entry.
func (t *Tally) Add(e *LedgerEntry) {
	t.Jobs++
	t.Seconds += e.Seconds
	cost, known := e.Cost()
	switch {
	case !known:
		t.Unknown++
	case e.Actual == nil:
		t.Guessed++
	}
	t.grow(&t.Cost, cost)
	if e.Actual != nil && e.Estimate != nil {
		t.Compared++
		t.grow(&t.Estimated, *e.Estimate)
		t.grow(&t.Actual, *e.Actual)
	}
	if e.Failed() {
		t.Failed++
		t.grow(&t.FailedCost, cost)
		if !known {
			t.FailedUnknown++
		}
	}
	if e.Credits != nil {
		t.billed = true
		sum := (*api.Micros)(&t.credits)
		t.grow(sum, micro(*e.Credits))
	}
}

// grow adds without running over.
func (t *Tally) grow(sum *api.Micros, amount api.Micros) {
	var over bool
	*sum, over = addUp(*sum, amount)
	t.Overflow = t.Overflow || over
}

// addUp adds two amounts that are not below zero; over says that the sum is
// larger than the largest amount, which it is then.
func addUp(a, b api.Micros) (sum api.Micros, over bool) {
	if a, b = max(a, 0), max(b, 0); a > math.MaxInt64-b {
		return math.MaxInt64, true
	}
	return a + b, false
}

// micro is a number in millionths.
func micro(f float64) api.Micros {
	n := math.Round(f * 1e6)
	switch {
	case !(n > 0):
		return 0
	case n >= math.MaxInt64:
		return math.MaxInt64
	}
	return api.Micros(n)
}
