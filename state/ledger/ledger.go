// Package ledger counts money: one entry per accepted job, totals by day, model
// or label, and budgets. It never touches a file or a clock; the journal saves
// the entries.
package ledger

import (
	"cmp"
	"iter"
	"slices"
	"sort"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/draft"
	"dubtop/state/instant"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

// CostBasis says where an actual cost comes from.
type CostBasis string

// The bases of an actual cost.
const (
	BasisUnknown CostBasis = ""        // no actual cost
	BasisDerived CostBasis = "derived" // output length × learned unit price
	BasisBilled  CostBasis = "billed"  // charged according to the server
)

// Entry is one accepted job or batch. Unknown values are nil, which is not the
// same as zero. A damaged entry stands for a damaged journal row; it is listed,
// but counts in no total.
type Entry struct {
	At         time.Time // when it was sent, our clock
	Submission string
	Job        api.ID // id of the generation or batch
	Batch      bool   // Job is a batch
	discount   uint8  // of the account, in percent; see Differs
	Model      text.Text
	Label      text.Text
	Name       text.Text // the name in the lists; not saved in the journal, like Project
	Project    api.ID
	Seconds    float64 // output length: expected, later measured; 0 if unknown
	Estimate   *api.Micros
	Actual     *api.Micros
	Basis      CostBasis // of Actual
	Credits    *float64  // not included in dollars
	Outcome    text.Text // final status, or ""
	Damage     string    // why the row is damaged, or ""

	haystack string // Job and Submission share its memory where possible
}

// Cost is the actual cost, else the estimate; known is false if there is
// neither.
func (e *Entry) Cost() (amount api.Micros, known bool) {
	switch {
	case e.Actual != nil:
		return *e.Actual, true
	case e.Estimate != nil:
		return *e.Estimate, true
	}
	return 0, false
}

// Kind says how Cost is known.
func (e *Entry) Kind() outbox.CostKind {
	switch {
	case e.Actual != nil:
		return e.ActualKind()
	case e.Estimate != nil:
		return outbox.CostEstimate
	}
	return outbox.CostUnknown
}

// ActualKind says how Actual is known.
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

// learn adds later information. A derived cost never replaces a billed one.
func (e *Entry) learn(later *Entry) {
	if later.Actual != nil && (e.Basis != BasisBilled || later.Basis == BasisBilled) {
		e.Actual, e.Basis = later.Actual, later.Basis
	}
	e.Submission, e.Batch = cmp.Or(e.Submission, later.Submission), e.Batch || later.Batch
	e.Model, e.Label = cmp.Or(e.Model, later.Model), cmp.Or(e.Label, later.Label)
	e.Name, e.Project = cmp.Or(e.Name, later.Name), cmp.Or(e.Project, later.Project)
	e.Seconds = cmp.Or(later.Seconds, e.Seconds)
	e.Estimate = cmp.Or(e.Estimate, later.Estimate)
	e.Credits = cmp.Or(later.Credits, e.Credits)
	e.Outcome = cmp.Or(later.Outcome, e.Outcome)
}

// Ledger holds the entries of one account. The zero Ledger is empty and ready
// to use.
type Ledger struct {
	rows     table.Collection[Entry]
	projects map[api.ID]text.Text // names
	others   Others
	changes  uint64 // of the others
	discount uint8  // in percent, as learned from the latest bills; 0: none

	differing differing
}

// New returns a ledger of the entries. Later entries about the same job are
// merged into the first.
func New(entries []Entry) *Ledger {
	l := new(Ledger)
	l.Bring(slices.Clone(entries))
	return l
}

// Bring adds the entries of the journal in order, and marks the ledger as known
// even if there are none. It takes ownership of the slice.
func (l *Ledger) Bring(entries []Entry) {
	l.bring(entries)
	l.learnDiscount()
}

func (l *Ledger) bring(entries []Entry) {
	for i := range entries {
		entries[i].At = instant.Of(entries[i].At)
		entries[i].index()
		entries[i].discount = l.discount
	}
	l.rows.Merge(l.rows.Ask(time.Time{}), entries, time.Time{})
}

// Book adds an entry for a job, or more information about one.
func (l *Ledger) Book(e Entry) {
	e.At = instant.Of(e.At)
	e.index()
	e.discount = l.discount
	l.rows.Put(e, time.Time{})
	if e.Actual != nil || e.Outcome != "" {
		l.learnDiscount()
	}
}

// Replace replaces the content with another ledger's and then books this one's
// own entries on top. Views see the change.
func (l *Ledger) Replace(with *Ledger) {
	mine := l.Entries()
	l.rows.Supplant(&with.rows)
	l.discount = with.discount
	for _, e := range mine {
		l.Book(e)
	}
}

// Clear removes all entries, for another account.
func (l *Ledger) Clear() {
	l.rows.Clear()
	l.discount = 0
}

// SetLabel changes an entry's label, "" for none; key is its Key.
func (l *Ledger) SetLabel(key string, label text.Text) {
	if e, ok := l.rows.Find(key); ok && e.Label != label {
		l.rows.Amend(key, func(e *Entry) { e.Label = label; e.index() })
	}
}

// NameProject remembers the name of a project.
func (l *Ledger) NameProject(id api.ID, name text.Text) {
	if l.projects == nil {
		l.projects = make(map[api.ID]text.Text)
	}
	l.projects[id] = name
}

// ProjectName is the name of a project, or "" if it is not known.
func (l *Ledger) ProjectName(id api.ID) text.Text { return l.projects[id] }

// Rows returns the entries for a view, damaged ones first. They must not be
// changed.
func (l *Ledger) Rows() *table.Collection[Entry] { return &l.rows }

// Known reports whether the journal's entries have been loaded.
func (l *Ledger) Known() bool { return l.rows.Known() }

// Version changes with every change of an entry, or of the spending of others.
func (l *Ledger) Version() uint64 { return l.rows.Version() + l.changes }

// Find returns a copy of the entry of a job or batch.
func (l *Ledger) Find(job api.ID) (Entry, bool) { return l.rows.Find(string(job)) }

// LookedInto removes a damaged row from the view after the user has seen it.
func (l *Ledger) LookedInto(key string) {
	if e, ok := l.rows.Find(key); ok && e.Damage != "" {
		l.rows.Remove(key)
	}
}

// All yields the entries, latest first, without damaged ones.
func (l *Ledger) All() iter.Seq[*Entry] { return l.Span(0, l.rows.Len()) }

// Span yields the entries in places from up to but not including to, without
// damaged ones.
func (l *Ledger) Span(from, to int) iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		for i := from; i < to; i++ {
			if e := l.rows.At(i); e.Damage == "" && !yield(e) {
				return
			}
		}
	}
}

// place is the index of the first entry before an instant.
func (l *Ledger) place(t time.Time) int {
	return sort.Search(l.rows.Len(), func(i int) bool {
		e := l.rows.At(i)
		return e.Damage == "" && e.At.Before(t)
	})
}

// Tally is a total of entries. Dollars and credits are counted separately.
type Tally struct {
	Jobs    int
	Seconds float64    // of output, where known
	Cost    api.Micros // actual, else estimated
	Guessed int        // jobs in Cost by their estimate
	Derived int        // jobs in Cost by length and unit price
	Unknown int        // jobs without a known cost, not in Cost

	// Estimated and Actual only include the Compared jobs, for which both are
	// known.
	Estimated, Actual api.Micros
	Compared          int

	// The failed jobs, their part of Cost, and how many have an unknown cost.
	Failed        int
	FailedCost    api.Micros
	FailedUnknown int

	// The least certain kinds of the amounts in Cost, FailedCost and Actual.
	Kind, FailedKind, ActualKind outbox.CostKind

	// Overflow means that an amount is too large, and only a lower bound.
	Overflow bool

	sum sum
}

// Credits is the total of the jobs billed in credits; ok is false if there are
// none.
func (t *Tally) Credits() (credits float64, ok bool) {
	return float64(t.sum[sumCredits]) / 1e6, t.sum[sumCreditsJobs] > 0
}

// Amounts are a total's dollar amounts; nil means unknown.
type Amounts struct{ Cost, FailedCost, Estimated, Actual *api.Micros }

// Amounts returns the amounts, with nil for unknown ones: jobs of unknown cost
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

// Add adds an entry.
func (t *Tally) Add(e *Entry) {
	t.include(e, 1)
	t.tell()
}

// include is Add, or its reverse if sign is -1, without tell.
func (t *Tally) include(e *Entry, sign int64) {
	t.Overflow = t.sum.include(e, sign) || t.Overflow
}

// tell sets everything that follows from the sum.
func (t *Tally) tell() {
	s := &t.sum
	t.Seconds, t.Cost = float64(s[sumSeconds])/1e6, api.Micros(s[sumCost])
	t.Jobs, t.Kind = s.jobs(sumKinds), s.weakest(sumKinds)
	t.Guessed, t.Derived = s.count(sumKinds, outbox.CostEstimate), s.count(sumKinds, outbox.CostDerived)
	t.Unknown = s.count(sumKinds, outbox.CostUnknown)
	t.Estimated, t.Actual = api.Micros(s[sumEstimated]), api.Micros(s[sumActual])
	t.Compared, t.ActualKind = s.jobs(sumCompared), s.weakest(sumCompared)
	t.Failed, t.FailedKind = s.jobs(sumFailed), s.weakest(sumFailed)
	t.FailedCost, t.FailedUnknown = api.Micros(s[sumFailedCost]), s.count(sumFailed, outbox.CostUnknown)
}

// Relabel replaces the entries' labels by those from the journal, keyed by the
// id of the job or batch.
func (l *Ledger) Relabel(all map[string][]string) {
	for e := range l.All() {
		labels := all[e.Key()]
		if len(labels) == 0 {
			continue
		}
		l.SetLabel(e.Key(), draft.CleanLabel(labels[0]))
	}
}
