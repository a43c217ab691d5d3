package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"dubtop/api"
	"dubtop/api/text"
)

// Scope says whose jobs sums and budgets count.
type Scope string

// The scopes. The server lists the jobs of the whole organisation; those of others
// are counted from there, and only where it does.
const (
	ScopeOwn          Scope = "" // sent by dubtop
	ScopeKey          Scope = "key"
	ScopeOrganisation Scope = "organisation"
)

// ReadScope reads a scope as the user writes it.
func ReadScope(word string) (Scope, error) {
	switch word {
	case "dubtop", "":
		return ScopeOwn, nil
	case "key":
		return ScopeKey, nil
	case "organisation", "organization":
		return ScopeOrganisation, nil
	}
	return "", fmt.Errorf("%q: it must be dubtop, key or organisation", text.Clean(word, 40))
}

// Word is the scope as the user writes it.
func (s Scope) Word() string { return cmp.Or(string(s), "dubtop") }

// Counted says whose jobs are counted.
func (s Scope) Counted() text.Text {
	switch s {
	case ScopeOwn:
	case ScopeKey:
		return "this key's jobs"
	case ScopeOrganisation:
		return "the organisation's jobs"
	}
	return "dubtop's own jobs"
}

// Whose says whose jobs a scope adds to a narrower one.
func (s Scope) Whose() text.Text {
	switch s {
	case ScopeOwn:
	case ScopeKey:
		return "of this key, elsewhere"
	case ScopeOrganisation:
		return "of other keys"
	}
	return "of dubtop"
}

// Spender is a key with jobs that dubtop did not send.
type Spender struct {
	Own  bool      // dubtop's key, used elsewhere
	Name text.Text // of another key, or its last characters; "" if it is not known
	Sums Sums      // without labels
}

// Words names the spender.
func (s *Spender) Words() text.Text {
	switch {
	case s.Own:
		return "this key, elsewhere"
	case s.Name == "":
		return "other keys"
	}
	return "key " + s.Name
}

// ownSpender is dubtop among the spenders.
const ownSpender text.Text = "dubtop"

// Foreign counts the jobs of one currency that is not the dollar. They are in no
// sum.
type Foreign struct {
	Scope    Scope // the narrowest that has them
	Currency text.Text
	Jobs     int
	Amount   api.Micros // in that currency
}

// Words says how much was billed in the currency.
func (f Foreign) Words() text.Text {
	return text.Sprintf("%s %s for %s", f.Amount.Decimal(), f.Currency, text.Count(f.Jobs, "job", "jobs"))
}

// Others summarises the jobs that dubtop did not send. The zero Others are none.
type Others struct {
	Spenders []Spender // dubtop's key first, then by name
	Foreign  []Foreign // of all jobs, ours too

	known map[stretch]Tally
}

// stretch is a day, week or month that was added up.
type stretch struct {
	scope Scope
	by    Grouping
	from  int64 // in seconds since 1970
}

// within yields the sums that a scope counts.
func (o *Others) within(scope Scope) (all []*Spender) {
	for i := range o.Spenders {
		if s := &o.Spenders[i]; scope == ScopeOrganisation || scope == ScopeKey && s.Own {
			all = append(all, s)
		}
	}
	return all
}

// Groups adds up the jobs of others that a scope counts. A grouping that they
// lack, such as the label, has one group, without a name.
func (o *Others) Groups(scope Scope, by Grouping, days Days, loc *time.Location) (all []Group, total Tally, err error) {
	sums := by
	if by == ByProject {
		sums = ByLabel // they have neither
	}
	for _, s := range o.within(scope) {
		groups, sum, wrong := s.Sums.Groups(sums, days, loc)
		err = errors.Join(err, wrong)
		if by == BySpender && sum.Jobs > 0 {
			groups = []Group{{Key: s.Words(), Tally: sum}}
		}
		all = MergeGroups(by, all, groups)
		total.Merge(&sum)
	}
	return all, total, err
}

// period adds up the day, week or month that contains a time; "" adds up all. A
// period that can't be told is too large.
func (o *Others) period(scope Scope, by Grouping, now time.Time, loc *time.Location) Tally {
	if len(o.within(scope)) == 0 {
		return Tally{}
	}
	p, days := stretch{scope, by, 0}, Days{}
	if by != "" {
		from, to := by.bounds(now, loc)
		p.from = from.Unix()
		days = Days{Since: ByDay.period(from, loc), Until: ByDay.period(to.Add(-time.Second), loc)}
	}
	if t, ok := o.known[p]; ok {
		return t
	}
	_, t, err := o.Groups(scope, ByModel, days, loc)
	t.Overflow = t.Overflow || err != nil
	if o.known == nil {
		o.known = make(map[stretch]Tally)
	}
	o.known[p] = t
	return t
}

// Abroad lists what a scope leaves out because it was billed in another currency.
func (o *Others) Abroad(scope Scope) []Foreign {
	var all []Foreign
	for _, f := range o.Foreign {
		if scope == ScopeOrganisation || f.Scope == scope || f.Scope == ScopeOwn {
			all = append(all, f)
		}
	}
	return all
}

// MergeGroups joins two lists of totals by the same grouping.
func MergeGroups(by Grouping, a, b []Group) []Group {
	out := slices.Clone(a)
	for i := range b {
		at := slices.IndexFunc(out, func(g Group) bool { return g.Key == b[i].Key })
		if at < 0 {
			out = append(out, b[i])
			continue
		}
		out[at].Merge(&b[i].Tally)
	}
	sortGroups(by, out)
	return out
}

// Merge adds another total.
func (t *Tally) Merge(o *Tally) {
	t.Overflow = t.Overflow || o.Overflow
	t.merge(&o.sum)
	t.tell()
}

// SetOthers replaces the summary of the jobs of others.
func (l *Ledger) SetOthers(o Others) {
	l.others = o
	l.changes++
}

// Others returns the summary of the jobs of others.
func (l *Ledger) Others() *Others { return &l.others }

// PeriodOf is the total of the day, week or month that contains now, or of all
// time for "", of the jobs that a scope counts.
func (l *Ledger) PeriodOf(scope Scope, by Grouping, now time.Time, loc *time.Location) (t Tally) {
	if by == "" {
		t = l.Total()
	} else {
		t = l.Period(by, now, loc)
	}
	others := l.others.period(scope, by, now, loc)
	t.Merge(&others)
	return t
}

// GroupsOf returns the totals by a grouping of the jobs that a scope counts. By
// spender it counts everybody.
func (l *Ledger) GroupsOf(scope Scope, by Grouping, loc *time.Location) []Group {
	if by == BySpender {
		scope = ScopeOrganisation
	}
	others, _, _ := l.others.Groups(scope, by, Days{}, loc)
	return MergeGroups(by, l.Groups(by, loc), others)
}

// ChartOf is Chart for the jobs that a scope counts.
func (l *Ledger) ChartOf(scope Scope, now time.Time, n int, loc *time.Location) []Group {
	days := l.Chart(now, n, loc)
	if len(days) == 0 || len(l.others.within(scope)) == 0 {
		return days
	}
	others, _, _ := l.others.Groups(scope, ByDay, Days{Since: string(days[0].Key)}, loc)
	for i := range days {
		if at := slices.IndexFunc(others, func(g Group) bool { return g.Key == days[i].Key }); at >= 0 {
			days[i].Merge(&others[at].Tally)
		}
	}
	return days
}
