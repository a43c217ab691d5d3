package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dubtop/api"
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
}

// ReadPurse reads the purse of a journal, for a command whose budgets have a scope.
// Without a journal it is empty.
func ReadPurse(ctx context.Context, j *journal.Journal, scope ledger.Scope) (p Purse, err error) {
	s := state.NewStore()
	p.ledger = new(ledger.Ledger)
	if j == nil {
		return p, nil
	}
	if p.Revision, _, err = j.Revisions(ctx); err != nil {
		return p, err
	}
	snapshot, unread := Snapshot(ctx, j, 0)
	var box outbox.Outbox
	box.Load(snapshot)
	p.ledger, err = readBooks(ctx, j, s, scope)
	p.Pending = s.Labeled(box.Pending())
	return p, errors.Join(err, unread)
}

// LearnProjects asks the server for the names of projects if a budget names one
// that the journal does not know. Otherwise the budget would not hold for a command
// on a machine that has never shown the list.
func LearnProjects(ctx context.Context, c *api.Client, j *journal.Journal, g *ledger.Guard) error {
	if j == nil || len(g.Projects) == 0 {
		return nil
	}
	known, err := j.KnownNames(ctx)
	if err != nil {
		return err
	}
	unknown := slices.ContainsFunc(g.Projects, func(b ledger.Share) bool {
		return !slices.ContainsFunc(known, func(n state.Name) bool {
			return n.Project() && (strings.EqualFold(string(n.Name), b.Name) || string(n.ID) == b.Name)
		})
	})
	if !unknown {
		return nil
	}
	all, err := c.Projects(ctx)
	if errors.Is(err, api.ErrUnsupported) {
		return nil // then no job belongs to a project
	}
	if err != nil {
		return fmt.Errorf("the budget of a project can't be checked without the list of projects: %w", err)
	}
	names := make([]state.Name, len(all.Items))
	for i, p := range all.Items {
		names[i] = state.NameOfProject(p)
	}
	return j.SaveNames(ctx, names)
}

// Weigh checks submissions against the budgets.
func (p *Purse) Weigh(g *ledger.Guard, subs []outbox.Submission, now time.Time) ledger.Verdict {
	return g.Check(subs, p.ledger, p.Pending, now, time.Local)
}

// Effect says what submissions that are within the budgets leave of them.
func (p *Purse) Effect(g *ledger.Guard, subs []outbox.Submission, now time.Time) []string {
	return g.Effect(subs, p.ledger, p.Pending, now, time.Local)
}
