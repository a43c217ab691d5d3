// Package ledger counts what was paid: one entry for each accepted job, totals
// by day, model or label, and the budgets that a new charge is held against. It
// never touches a file or a clock; the journal keeps the entries.
package ledger

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"sort"
	"time"

	"dubtop/state/draft"
	"dubtop/state/outbox"
	"dubtop/state/table"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/instant"
)

// CostBasis says where an actual cost comes from.
type CostBasis string

// The bases of an actual cost.
const (
	BasisUnknown CostBasis = ""        // there is none
	BasisDerived CostBasis = "derived" // output length × learned unit price
	BasisBilled  CostBasis = "billed"  // the server says so
)

// Entry is one accepted job or batch, with all that became known of it.
// What is unknown is nil, and never counts as nothing. It is a row of the
// ledger's view, and so is a damaged one, which is no job and in no sum.
type Entry struct {
	At         time.Time // when it was sent, by our clock
	Submission string
	Job        api.ID // the generation's or the batch's
	Batch      bool   // Job is a batch
	Model      text.Text
	Label      text.Text
	Name       text.Text // as the lists call it; the books have none
	Seconds    float64   // of output: expected, and measured once that is known; 0 unknown
	Estimate   *api.Micros
	Actual     *api.Micros
	Basis      CostBasis // of Actual
	Credits    *float64  // apart from dollars
	Outcome    text.Text // the status it ended with, "" while it has not
	Damage     string    // what is wrong with a row that can't be believed

	haystack string // Job and Submission share its bytes where they can
}

// Cost is the actual cost, else the estimate; known is false without either.
func (e *Entry) Cost() (amount api.Micros, known bool) {
	switch {
	case e.Actual != nil:
		return *e.Actual, true
	case e.Estimate != nil:
		return *e.Estimate, true
	}
	return 0, false
}

// Kind is what stands behind Cost.
func (e *Entry) Kind() outbox.CostKind {
	switch {
	case e.Actual != nil:
		return e.ActualKind()
	case e.Estimate != nil:
		return outbox.CostEstimate
	}
	return outbox.CostUnknown
}

// ActualKind is what stands behind Actual.
func (e *Entry) ActualKind() outbox.CostKind {
	switch {
	case e.Actual == nil:
		return outbox.CostUnknown
	case e.Basis == BasisDerived:
		return outbox.CostDerived
	}
	return outbox.CostActual
}

// Failed reports whether the job ended without a result.
func (e *Entry) Failed() bool { return api.Status(e.Outcome).Troubled() }

// learn adds what became known later. What was billed is not replaced by what
// was derived.
func (e *Entry) learn(later *Entry) {
	if later.Actual != nil && (e.Basis != BasisBilled || later.Basis == BasisBilled) {
		e.Actual, e.Basis = later.Actual, later.Basis
	}
	e.Submission, e.Batch = cmp.Or(e.Submission, later.Submission), e.Batch || later.Batch
	e.Model, e.Label = cmp.Or(e.Model, later.Model), cmp.Or(e.Label, later.Label)
	e.Name = cmp.Or(e.Name, later.Name)
	e.Seconds = cmp.Or(later.Seconds, e.Seconds)
	e.Estimate = cmp.Or(e.Estimate, later.Estimate)
	e.Credits = cmp.Or(later.Credits, e.Credits)
	e.Outcome = cmp.Or(later.Outcome, e.Outcome)
}

// Ledger is the books of one account. The zero Ledger is ready, and empty.
type Ledger struct{ rows table.Collection[Entry] }

// New makes the books of entries. Of several about one job the later add
// to what the first says.
func New(entries []Entry) *Ledger {
	l := new(Ledger)
	l.Bring(slices.Clone(entries))
	return l
}

// Bring books what the journal holds, in its order. From then on the ledger is
// known, however empty. The entries belong to it afterwards.
func (l *Ledger) Bring(entries []Entry) {
	for i := range entries {
		entries[i].At = instant.Of(entries[i].At)
		entries[i].index()
	}
	l.rows.Merge(l.rows.Ask(time.Time{}), entries, time.Time{})
}

// Book enters a job, or what became known of one.
func (l *Ledger) Book(e Entry) {
	e.At = instant.Of(e.At)
	e.index()
	l.rows.Put(e, time.Time{})
}

// Replace takes the place of the books with others, and goes on with what was
// booked in them. Views of the rows see the change.
func (l *Ledger) Replace(with *Ledger) {
	mine := l.Entries()
	l.rows.Supplant(&with.rows)
	for _, e := range mine {
		l.Book(e)
	}
}

// Clear forgets the books, for another account.
func (l *Ledger) Clear() { l.rows.Clear() }

// SetLabel gives an entry another label, "" none; key is its Key.
func (l *Ledger) SetLabel(key string, label text.Text) {
	if e, ok := l.rows.Find(key); ok && e.Label != label {
		l.rows.Amend(key, func(e *Entry) { e.Label = label; e.index() })
	}
}

// Rows are the entries as a view lists them, damaged ones on top; they are to
// be read only.
func (l *Ledger) Rows() *table.Collection[Entry] { return &l.rows }

// Known reports whether what the journal holds has been brought.
func (l *Ledger) Known() bool { return l.rows.Known() }

// Version changes whenever any entry does.
func (l *Ledger) Version() uint64 { return l.rows.Version() }

// Find returns a copy of what the books say of a job or a batch.
func (l *Ledger) Find(job api.ID) (Entry, bool) { return l.rows.Find(string(job)) }

// LookedInto takes a damaged row off the view.
func (l *Ledger) LookedInto(key string) {
	if e, ok := l.rows.Find(key); ok && e.Damage != "" {
		l.rows.Remove(key)
	}
}

// All gives the entries, the latest first.
func (l *Ledger) All() iter.Seq[*Entry] { return l.span(0, l.rows.Len()) }

// span gives the entries from a place to before another, without the damaged.
func (l *Ledger) span(from, to int) iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for i := from; i < to; i++ {
			if e := l.rows.At(i); e.Damage == "" && !yield(e) {
				return
			}
		}
	}
}

// place is where the entries from before an instant begin.
func (l *Ledger) place(t time.Time) int {
	return sort.Search(l.rows.Len(), func(i int) bool {
		e := l.rows.At(i)
		return e.Damage == "" && e.At.Before(t)
	})
}

// Tally is a total of entries. Dollars and credits stand apart.
type Tally struct {
	Jobs    int
	Seconds float64    // of output, where known
	Cost    api.Micros // actual where known, else estimated
	Guessed int        // jobs that are in Cost by their estimate
	Derived int        // jobs that are in Cost by length and unit price
	Unknown int        // jobs without either: they are not in Cost

	// Estimated and Actual are of the Compared jobs, where both are known.
	Estimated, Actual api.Micros
	Compared          int

	// Failed jobs, their part of Cost, and those of them whose cost is unknown.
	Failed        int
	FailedCost    api.Micros
	FailedUnknown int

	// The least certain of the amounts in Cost, FailedCost and Actual.
	Kind, FailedKind, ActualKind outbox.CostKind

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
func (t *Tally) Add(e *Entry) {
	t.Jobs++
	t.Seconds += e.Seconds
	cost, known := e.Cost()
	switch {
	case !known:
		t.Unknown++
	case e.Actual == nil:
		t.Guessed++
	case e.Basis == BasisDerived:
		t.Derived++
	}
	t.Kind = t.Kind.Weaker(e.Kind())
	t.grow(&t.Cost, cost)
	if e.Actual != nil && e.Estimate != nil {
		t.Compared++
		t.ActualKind = t.ActualKind.Weaker(e.ActualKind())
		t.grow(&t.Estimated, *e.Estimate)
		t.grow(&t.Actual, *e.Actual)
	}
	if e.Failed() {
		t.Failed++
		t.FailedKind = t.FailedKind.Weaker(e.Kind())
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

// Relabel puts the labels that the journal has, by the id of the job or the
// batch, in the place of those that were booked.
func (l *Ledger) Relabel(all map[string][]string) {
	for e := range l.All() {
		labels := all[e.Key()]
		if len(labels) == 0 {
			continue
		}
		l.SetLabel(e.Key(), draft.CleanLabel(labels[0]))
	}
}
