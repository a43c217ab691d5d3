package journal

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/ledger"
	"dubtop/state/settle"
)

// Others adds up the spending of others in the organisation, as far as read. A
// key is dubtop's if a job of dubtop's was made with it.
func (j *Journal) Others(ctx context.Context) (ledger.Others, error) {
	var c OthersCount
	_, err := c.Read(ctx, j)
	return c.Others, err
}

// OthersCount is the spending of others, which is added up as it comes: the rows
// are many, and a first reading brings them in a thousand pages. The zero
// OthersCount has read nothing.
type OthersCount struct {
	Others ledger.Others

	read  counted
	sums  otherSums
	looks int // rows that were read, again and again too
}

// counted is how far the tables of a journal have been counted.
type counted struct {
	usage, rows int64 // number of the last row, and how many rows there are
	entries     int64 // number of the last one in the ledger
	members     int64 // number of the last one
	batchJobs   int64
	leads       string // jobs of submissions whose outcome is unknown
}

// Read brings the count up to date, and reports whether anything is new. It reads
// the new rows only, unless earlier ones have changed or have become ours.
func (c *OthersCount) Read(ctx context.Context, j *Journal) (news bool, err error) {
	err = j.glance(ctx, func(tx *sql.Tx) error {
		now, err := countable(ctx, tx)
		if err != nil {
			return err
		}
		now.rows = c.read.rows
		if news = now != c.read; !news {
			return nil
		}
		goesOn, err := c.read.goesOn(ctx, tx, &now)
		if err == nil && goesOn {
			goesOn, err = c.count(ctx, tx, c.read.usage)
		}
		if err == nil && !goesOn {
			c.sums = otherSums{own: make(map[string]bool)}
			err = pairs(ctx, tx, "SELECT DISTINCT key, '' FROM usage WHERE key != '' AND "+ourUsage, func(key, _ string) { c.sums.own[key] = true })
			if err == nil {
				_, err = c.count(ctx, tx, 0)
			}
		}
		if err != nil {
			c.read = counted{} // some rows may have been counted
			return err
		}
		now.rows = c.sums.rows
		c.read, c.Others = now, c.sums.others()
		return nil
	})
	return news, err
}

// countable is how far the tables can be counted.
func countable(ctx context.Context, tx *sql.Tx) (now counted, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce((SELECT max(seq) FROM usage), 0), coalesce((SELECT max(seq) FROM ledger), 0),
		coalesce((SELECT max(seq) FROM members), 0), (SELECT count(*) FROM batch_jobs),
		coalesce((SELECT group_concat(lead, ' ' ORDER BY lead) FROM (`+ourLeads+")), '')").Scan(&now.usage, &now.entries, &now.members, &now.batchJobs, &now.leads)
	return now, err
}

// goesOn reports whether the rows that were counted are still there, and whose jobs
// they were.
func (c *counted) goesOn(ctx context.Context, tx *sql.Tx, now *counted) (bool, error) {
	if c.rows == 0 || c.batchJobs != now.batchJobs || c.leads != now.leads {
		return false, nil
	}
	var rows int64
	var ours bool
	err := tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM usage WHERE seq <= ?1),
		EXISTS (SELECT 1 FROM ledger l JOIN usage u ON u.id = l.job WHERE l.seq > ?2 AND l.kind = 'accepted' AND u.seq <= ?1)
		OR EXISTS (SELECT 1 FROM ledger l JOIN batch_jobs b ON b.batch = l.job WHERE l.seq > ?2 AND l.kind = 'accepted')
		OR EXISTS (SELECT 1 FROM members m JOIN usage u ON u.id = m.id WHERE m.seq > ?3 AND u.seq <= ?1)`,
		c.usage, c.entries, c.members).Scan(&rows, &ours)
	return rows == c.rows && !ours, err
}

// count counts the rows after a number. It reports false if one of them shows that
// an earlier one was made with dubtop's key.
func (c *OthersCount) count(ctx context.Context, tx *sql.Tx, after int64) (bool, error) {
	rows, err := tx.QueryContext(ctx, "SELECT "+usageColumns+", "+ourUsage+" FROM usage WHERE seq > ? ORDER BY seq", after)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var ours bool
		r, err := scanUsage(withMore{rows, &ours})
		if err != nil {
			return false, err
		}
		c.looks++
		if ours && r.Key != "" && !c.sums.own[r.Key] {
			return false, nil
		}
		c.sums.add(&r, ours)
	}
	return true, rows.Err()
}

// spender is who made a job: dubtop's key, or another one by name.
type spender struct {
	own  bool
	name text.Text
}

// otherSums adds up rows of usage.
type otherSums struct {
	rows    int64
	own     map[string]bool // dubtop's keys
	sums    map[spender]*ledger.Sums
	foreign map[ledger.Foreign]*ledger.Foreign // by scope and currency
}

func (c *otherSums) add(r *settle.Row, ours bool) {
	c.rows++
	by, scope := spender{name: r.KeyName}, ledger.ScopeOrganisation
	switch {
	case ours:
		scope = ledger.ScopeOwn
	case c.own[r.Key]:
		by, scope = spender{own: true}, ledger.ScopeKey
	}
	cost := r.Cost
	if cost != nil && !r.Dollars() {
		c.abroad(scope, r)
		cost = nil
	}
	if ours {
		return
	}
	at := r.Created
	if at.IsZero() {
		at = r.Ended
	}
	e := ledger.Entry{At: at, Job: api.ID(r.ID), Model: r.Model, Outcome: r.Status, Actual: cost}
	if cost != nil {
		e.Basis = ledger.BasisBilled
	}
	s := c.sums[by]
	if s == nil {
		s = new(ledger.Sums)
		if c.sums == nil {
			c.sums = make(map[spender]*ledger.Sums)
		}
		c.sums[by] = s
	}
	s.Change(nil, &e)
}

// abroad counts a row in another currency than the dollar.
func (c *otherSums) abroad(scope ledger.Scope, r *settle.Row) {
	key := ledger.Foreign{Scope: scope, Currency: text.Of(strings.ToUpper(string(r.Currency)))}
	f := c.foreign[key]
	if f == nil {
		f = new(key)
		if c.foreign == nil {
			c.foreign = make(map[ledger.Foreign]*ledger.Foreign)
		}
		c.foreign[key] = f
	}
	f.Jobs++
	f.Amount += *r.Cost
}

func (c *otherSums) others() (o ledger.Others) {
	keys := slices.SortedFunc(maps.Keys(c.sums), func(a, b spender) int {
		if a.own != b.own {
			return map[bool]int{true: -1, false: 1}[a.own]
		}
		return cmp.Compare(a.name, b.name)
	})
	for _, key := range keys {
		sums := c.sums[key]
		sums.Compact()
		o.Spenders = append(o.Spenders, ledger.Spender{Own: key.own, Name: key.name, Sums: *sums})
	}
	for _, f := range c.foreign {
		o.Foreign = append(o.Foreign, *f)
	}
	slices.SortFunc(o.Foreign, func(a, b ledger.Foreign) int {
		return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Currency, b.Currency))
	})
	return o
}
