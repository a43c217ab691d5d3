package ui

import (
	"time"

	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// weigh checks submissions against the budgets. Waiting submissions and unknown
// outcomes count as spent.
func (a *desk) weigh(subs []outbox.Submission) ledger.Verdict {
	return a.cfg.Guard.Check(a.store.Labeled(subs), &a.store.Ledger, a.store.Labeled(a.outbox.Pending()), a.Now, time.Local)
}

// spentToday adds up today's cost of the jobs that sums count.
func (a *desk) spentToday() ledger.Tally {
	return a.store.Ledger.PeriodOf(a.cfg.Guard.Scope, ledger.ByDay, a.Now, time.Local)
}

// todayWords words today's spending.
func (a *desk) todayWords(today *ledger.Tally) text.Text {
	words := a.sumWords(today) + " so far"
	if scope := a.cfg.Guard.Scope; scope != ledger.ScopeOwn {
		words += " (" + scope.Counted() + ")"
	}
	return words
}

// budgetEffect says how much of the budgets the jobs leave.
func (a *desk) budgetEffect(subs []outbox.Submission) []string {
	return a.cfg.Guard.Effect(a.store.Labeled(subs), &a.store.Ledger, a.store.Labeled(a.outbox.Pending()), a.Now, time.Local)
}
