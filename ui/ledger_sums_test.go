package ui

import (
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/ledger"
)

// Sums and chart are added up when the ledger, the day or whose jobs count
// changes, and not with every frame.
func TestSumsAreAddedUpOnceAChange(t *testing.T) {
	t.Parallel()
	a := newDesk(t, 1)
	l := &a.store.Ledger
	book := func(job api.ID) {
		l.Book(ledger.Entry{Job: job, At: a.Now, Model: "sync-3", Actual: new(api.Micros(1_000_000)), Basis: ledger.BasisBilled})
	}
	book("one")
	s := &ledgerSums{app: a.composer}
	s.sums(200)
	days, sums := &s.days[0], &s.periods[0]
	today := func() (n int) {
		s.sums(200)
		if len(s.days) == 0 || s.days[len(s.days)-1].Jobs != s.periods[0].Jobs {
			t.Errorf("the chart has %d days, and another number of jobs than the sums", len(s.days))
		}
		return s.periods[0].Jobs
	}
	if n := today(); n != 1 || &s.days[0] != days || &s.periods[0] != sums {
		t.Errorf("%d jobs, or the same was added up again", n)
	}
	book("two")
	if n := today(); n != 2 || &s.days[0] == days {
		t.Errorf("%d jobs after another one", n)
	}
	l.SetOthers(ledger.Others{Spenders: []ledger.Spender{{Name: "night", Sums: ledger.SumsOf(ledger.New([]ledger.Entry{{Job: "their", At: a.Now, Model: "sync-3"}}).All())}}})
	a.cfg.Guard.Scope = ledger.ScopeOrganisation
	if n := today(); n != 3 {
		t.Errorf("%d jobs of the organisation", n)
	}
	a.Now = a.Now.Add(24 * time.Hour)
	if n := today(); n != 0 {
		t.Errorf("%d jobs the day after", n)
	}
}
