package ui

import (
	"time"

	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// weigh checks a charge against the budgets. Waiting submissions and unknown
// outcomes count as spent.
func (a *desk) weigh(charge ledger.Charge) ledger.Verdict {
	return a.cfg.Guard.Check(charge, &a.store.Ledger, a.outbox.Pending(), a.Now, time.Local)
}

// budgetEffect says how much of the budgets the jobs leave.
func (a *desk) budgetEffect(subs []outbox.Submission) []string {
	prices := make([]outbox.Price, len(subs))
	for i := range subs {
		prices[i] = subs[i].Price
	}
	return a.cfg.Guard.Effect(ledger.ChargeOf(prices...), &a.store.Ledger, a.outbox.Pending(), a.Now, time.Local)
}
