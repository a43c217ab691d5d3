package ui

import (
	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/ledger"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// plan returns the account's plan as far as the server or the configuration
// tells it.
func (a *desk) plan() api.Plan {
	return a.store.Standing.PlanOf(a.outbox.Slots.OfPlan(a.Now))
}

// standingWords returns the plan and the funds left, "" if the server does not
// tell them.
func (a *desk) standingWords() text.Text {
	plan, left := a.store.Standing.Plan, a.balanceWords()
	if plan != "" && left != "" {
		plan += " "
	}
	return plan + left
}

// balanceWords returns the funds left and the part that running jobs hold, ""
// if unknown or out of date.
func (a *desk) balanceWords() text.Text {
	if s := &a.store.Standing; s.Fresh(a.Now) {
		return state.BalanceWords(&s.Balance)
	}
	return ""
}

// tellBalance adds to a question about money what a yes leaves of the balance.
func (a *composer) tellBalance(c *kit.Confirm, charge ledger.Charge) {
	queue := a.queuedCost()
	add := func(lines func() []paint.Item, missing bool) func() []paint.Item {
		return func() (said []paint.Item) {
			if lines != nil {
				said = lines()
			}
			if item, short := a.balanceItem(charge, queue); item.Words != "" && short == missing {
				said = append(said, item)
			}
			return said
		}
	}
	c.Warning, c.Body = add(c.Warning, true), add(c.Body, false)
}

// balanceItem says what a charge and the queue leave of the balance.
func (a *desk) balanceItem(c ledger.Charge, queue api.Micros) (item paint.Item, short bool) {
	item = paint.Item{Label: "balance", Tone: paint.Muted}
	if item.Words, short = a.store.Standing.After(c, queue, a.Now); short {
		item.Tone = paint.Warn
	}
	return item, short
}

// queuedCost adds up the known prices of confirmed submissions that are not
// sent yet.
func (a *desk) queuedCost() api.Micros { return ledger.Unsent(a.outbox.Pending()) }
