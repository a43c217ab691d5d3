package account

import (
	"context"
	"errors"
	"time"

	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
)

// Purse holds the amounts that budgets are checked against: spent, confirmed, and
// possibly charged.
type Purse struct {
	Pending []outbox.Submission
	// Revision is that of the journal's queue before the purse was read. As long
	// as it is the same, nothing else was confirmed.
	Revision int64

	ledger *ledger.Ledger
	store  *state.Store
}

// ReadPurse reads the purse of a journal, for a command. Without a journal it is
// empty.
func ReadPurse(ctx context.Context, j *journal.Journal) (p Purse, err error) {
	a := Account{Config: Config{Journal: j}, Store: state.NewStore()}
	p.store, p.ledger = a.Store, new(ledger.Ledger)
	if j == nil {
		return p, nil
	}
	if p.Revision, _, err = j.Revisions(ctx); err != nil {
		return p, err
	}
	snapshot, unread := Snapshot(ctx, j, 0)
	var box outbox.Outbox
	box.Load(snapshot)
	p.ledger, err = a.readBooks(ctx)
	p.Pending = a.Store.Labeled(box.Pending())
	return p, errors.Join(err, unread)
}

// Weigh checks submissions against the budgets.
func (p *Purse) Weigh(g *ledger.Guard, subs []outbox.Submission, now time.Time) ledger.Verdict {
	return g.Check(subs, p.ledger, p.Pending, now, time.Local)
}

// Effect says what submissions that are within the budgets leave of them.
func (p *Purse) Effect(g *ledger.Guard, subs []outbox.Submission, now time.Time) []string {
	return g.Effect(subs, p.ledger, p.Pending, now, time.Local)
}
