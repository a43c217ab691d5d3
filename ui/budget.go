package ui

import (
	"time"

	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// weigh checks submissions against the budgets. Waiting submissions and unknown
// outcomes count as spent.
func (a *desk) weigh(subs []outbox.Submission) ledger.Verdict {
	return a.cfg.Guard.Check(a.store.Labeled(subs), &a.store.Ledger, a.store.Labeled(a.outbox.Pending()), a.Now, time.Local)
}

// budgetEffect says how much of the budgets the jobs leave.
func (a *desk) budgetEffect(subs []outbox.Submission) []string {
	return a.cfg.Guard.Effect(a.store.Labeled(subs), &a.store.Ledger, a.store.Labeled(a.outbox.Pending()), a.Now, time.Local)
}
