package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/journal"
	"dubtop/state/ledger"
)

// spending is the totals of an account's ledger, or its entries, and its damage.
type spending struct {
	groups      []ledger.Group
	total       ledger.Tally
	retakes     []ledger.Group // by the same grouping, if they were asked for
	foreign     []ledger.Foreign
	ledger      *ledger.Ledger // if the entries were read
	damage      []journal.Damage
	sumsDamaged bool      // the saved sums were wrong
	checked     time.Time // when all rows were last compared with their checksums
	now         bool      // by this command
}

// readsAll reports whether every entry must be read, because the sums are not
// enough for the answer.
func (f *spendFlags) readsAll() bool {
	return f.entries || f.differently || f.retakes || f.label != "" || f.project != "" || f.grouping() == ledger.ByProject
}

func openSpending(ctx context.Context, j *journal.Journal, f spendFlags, zone *time.Location) (spending, error) {
	b, err := ownSpending(ctx, j, f, zone)
	return b, errors.Join(err, b.addOthers(ctx, j, f, zone))
}

// ownSpending adds up what dubtop sent.
func ownSpending(ctx context.Context, j *journal.Journal, f spendFlags, zone *time.Location) (spending, error) {
	if f.readsAll() {
		return readSpending(ctx, j, f, zone)
	}
	began, by := time.Now(), f.grouping()
	read := func() (journal.Spent, error) { return j.Spent(ctx, by == ledger.ByLabel) }
	if f.verify {
		read = func() (journal.Spent, error) { return j.Verify(ctx, nil) }
	}
	spent, err := read()
	b := spending{damage: spent.Damage, sumsDamaged: spent.SumsDamaged, checked: spent.Checked, now: !spent.Checked.Before(began)}
	var coarse error
	if b.groups, b.total, coarse = spent.Groups(by, f.days, zone); coarse != nil {
		return readSpending(ctx, j, f, zone)
	}
	return b, err
}

// readSpending reads every entry.
func readSpending(ctx context.Context, j *journal.Journal, f spendFlags, zone *time.Location) (spending, error) {
	now := time.Now()
	l, damage, err := account.ReadLedger(ctx, j)
	all := l // takes are counted among all jobs
	l = l.Where(func(e *ledger.Entry) bool { return f.has(e, all, zone) })
	b := spending{ledger: l, groups: l.Groups(f.grouping(), zone), total: l.Total(), damage: damage, checked: now, now: true}
	if f.retakes {
		later, unread := laterTakes(ctx, j, all)
		b.retakes = l.Where(func(e *ledger.Entry) bool { return later[e.Job] }).Groups(f.grouping(), zone)
		err = errors.Join(err, unread)
	}
	return b, err
}

// has reports whether an entry is asked for.
func (f *spendFlags) has(e *ledger.Entry, l *ledger.Ledger, zone *time.Location) bool {
	switch {
	case !f.days.Has(e.At, zone),
		f.label != "" && !strings.EqualFold(f.label, string(e.Label)),
		f.project != "" && !l.InProject(e, f.project),
		f.differently && !e.Differs():
		return false
	}
	return true
}

// laterTakes finds the jobs that were made from the same video and sound as an
// earlier one.
func laterTakes(ctx context.Context, j *journal.Journal, l *ledger.Ledger) (map[api.ID]bool, error) {
	made, err := j.MadeFrom(ctx)
	later, seen := make(map[api.ID]bool), make(map[int64]bool)
	for _, e := range l.Entries() { // the oldest first
		from, known := made[e.Job]
		later[e.Job] = known && seen[from]
		seen[from] = seen[from] || known
	}
	return later, err
}

// addOthers adds the counted jobs of others, and the amounts billed in another
// currency.
func (b *spending) addOthers(ctx context.Context, j *journal.Journal, f spendFlags, zone *time.Location) (err error) {
	if f.scope == ledger.ScopeOwn {
		b.foreign, err = j.OwnForeign(ctx)
		return err
	}
	o, err := j.Others(ctx)
	if err != nil {
		return err
	}
	groups, total, err := o.Groups(f.scope, f.grouping(), f.days, zone)
	b.groups, b.foreign = ledger.MergeGroups(f.grouping(), b.groups, groups), o.Abroad(f.scope)
	b.total.Merge(&total)
	return err
}

// retakesOf is the total of the later takes of a group.
func (b *spending) retakesOf(key text.Text) ledger.Tally {
	if at := slices.IndexFunc(b.retakes, func(g ledger.Group) bool { return g.Key == key }); at >= 0 {
		return b.retakes[at].Tally
	}
	return ledger.Tally{}
}

// allRetakes is the total of all later takes.
func (b *spending) allRetakes() (t ledger.Tally) {
	for i := range b.retakes {
		t.Merge(&b.retakes[i].Tally)
	}
	return t
}

// nothing words the answer when no entry matches.
func (f *spendFlags) nothing() string {
	words := "spent"
	if f.differently {
		words = "billed differently"
	}
	if f.since != "" {
		words += " since " + f.since
	}
	if f.until != "" {
		words += " until " + f.until
	}
	return words
}

// counted says whose jobs are counted, and which the sums leave out.
func (b *spending) counted(f spendFlags) []text.Text {
	notes := []text.Text{"Counted: " + f.scope.Counted() + "."}
	if b.ledger != nil && b.ledger.DiscountWords() != "" {
		notes = append(notes, "Billed "+b.ledger.DiscountWords()+".")
	}
	for _, x := range b.foreign {
		notes = append(notes, "Not in the sums: "+x.Words()+", "+x.Scope.Whose()+".")
	}
	return notes
}

// abroad is an amount billed in another currency, in JSON.
type abroad struct {
	Scope    text.Text `json:"scope"` // the narrowest that has them
	Currency text.Text `json:"currency"`
	Jobs     int       `json:"jobs"`
	Amount   usd       `json:"amount"` // in that currency
}

func (b *spending) abroad() []abroad {
	out := make([]abroad, len(b.foreign))
	for i, x := range b.foreign {
		out[i] = abroad{text.Of(x.Scope.Word()), x.Currency, x.Jobs, usd(x.Amount)}
	}
	return out
}
