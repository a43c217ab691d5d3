package ledger

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"sort"
	"strconv"
	"time"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/sheet"
)

// Grouping says how totals are grouped.
type Grouping string

// The groupings. Times are local: a day is a calendar date, even if it has 23
// or 25 hours.
const (
	ByDay   Grouping = "day"   // 2026-11-24
	ByWeek  Grouping = "week"  // 2026-W48, ISO 8601
	ByMonth Grouping = "month" // 2026-11
	ByModel Grouping = "model"
	ByLabel Grouping = "label"
	// ByProject needs the entries, because sums do not know projects.
	ByProject Grouping = "project"
	// BySpender tells dubtop, its key elsewhere and other keys apart.
	BySpender Grouping = "spender"
)

// Days are the local days from Since to Until, both included, in the format of
// ByDay; "" means no bound.
type Days struct{ Since, Until string }

// Has reports whether a time is on one of them.
func (d Days) Has(at time.Time, loc *time.Location) bool {
	day := ByDay.period(at, loc)
	return day >= d.Since && (d.Until == "" || day <= d.Until)
}

// bounds returns the first instant of the days, and that after them; they are zero
// if there is no bound.
func (d Days) bounds(loc *time.Location) (from, to time.Time, err error) {
	if d.Since != "" {
		if from, err = dayStart(d.Since, 0, loc); err != nil {
			return from, to, err
		}
	}
	if d.Until != "" {
		to, err = dayStart(d.Until, 1, loc)
	}
	return from, to, err
}

// dayStart is the first instant of a day, or of one some days later.
func dayStart(day string, later int, loc *time.Location) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, day)
	return midnight(t.Year(), t.Month(), t.Day()+later, loc), err
}

// period is the name of the day, week or month of a time.
func (b Grouping) period(t time.Time, loc *time.Location) string {
	t = t.In(loc)
	switch b {
	case ByWeek:
		year, week := t.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case ByMonth:
		return t.Format("2006-01")
	}
	return t.Format(time.DateOnly)
}

// Group is the total of a day, a model and so on. Key is empty for jobs without
// a label or model.
type Group struct {
	Key text.Text
	Tally
}

// Within returns a ledger of the jobs sent on some local days.
func (l *Ledger) Within(days Days, loc *time.Location) *Ledger {
	return l.Where(func(e *Entry) bool { return days.Has(e.At, loc) })
}

// Where returns a ledger of some of the jobs.
func (l *Ledger) Where(has func(*Entry) bool) *Ledger {
	var entries []Entry
	for e := range l.All() {
		if has(e) {
			entries = append(entries, *e)
		}
	}
	within := New(entries)
	within.projects = l.projects
	return within
}

// InProject reports whether an entry is of a project, given by id or name.
func (l *Ledger) InProject(e *Entry, project string) bool {
	return purse{project: project}.has(e.Label, e.Project, l)
}

// Total adds up all entries.
func (l *Ledger) Total() Tally { return total(l.All()) }

func total(entries iter.Seq[*Entry]) (t Tally) {
	for e := range entries {
		t.include(e, 1)
	}
	t.tell()
	return t
}

// Groups returns the totals by a grouping: periods latest first, names most
// expensive first.
func (l *Ledger) Groups(by Grouping, loc *time.Location) []Group {
	g := groups{by: by, loc: loc}
	for e := range l.All() {
		if by == ByProject {
			g.named(l.projectOf(e)).include(e, 1)
			continue
		}
		g.of(e.At, e.Model, e.Label).include(e, 1)
	}
	return g.sorted()
}

// projectOf is the name of an entry's project, or its id.
func (l *Ledger) projectOf(e *Entry) text.Text {
	return cmp.Or(l.projects[e.Project], text.Of(string(e.Project)))
}

// groups collects totals by a grouping.
type groups struct {
	by       Grouping
	loc      *time.Location
	all      []*Group
	place    map[text.Text]*Group
	last     *Group // of the times below
	from, to time.Time
}

// of returns the group of an entry. Entries are sorted by time, so that only
// the first of each period needs a date computation.
func (g *groups) of(at time.Time, model, label text.Text) *Group {
	switch g.by {
	case ByModel:
		return g.named(model)
	case ByLabel:
		return g.named(label)
	case BySpender:
		return g.named(ownSpender)
	}
	if g.last == nil || at.Before(g.from) || !at.Before(g.to) {
		g.from, g.to = g.by.bounds(at, g.loc)
		g.last = g.named(text.Of(g.by.period(at, g.loc)))
	}
	return g.last
}

func (g *groups) named(key text.Text) *Group {
	group, ok := g.place[key]
	if !ok {
		if g.place == nil {
			g.place = make(map[text.Text]*Group)
		}
		group = &Group{Key: key}
		g.place[key] = group
		g.all = append(g.all, group)
	}
	return group
}

// sorted finishes the groups and leaves out empty ones.
func (g *groups) sorted() []Group {
	var out []Group
	for _, group := range g.all {
		if group.tell(); group.Jobs > 0 {
			out = append(out, *group)
		}
	}
	sortGroups(g.by, out)
	return out
}

// sortGroups puts periods latest first, and names most expensive first.
func sortGroups(by Grouping, all []Group) {
	slices.SortFunc(all, func(a, b Group) int {
		switch by {
		case ByModel, ByLabel, ByProject, BySpender:
			return cmp.Or(cmp.Compare(b.Cost, a.Cost), cmp.Compare(a.Key, b.Key))
		}
		return cmp.Compare(b.Key, a.Key)
	})
}

// Period is the total of the day, week or month that contains now. It is fast
// even for a large ledger.
func (l *Ledger) Period(by Grouping, now time.Time, loc *time.Location) Tally {
	from, to := by.bounds(now, loc)
	return total(l.Span(l.place(to), l.place(from)))
}

// Chart returns the totals of the last n days, oldest first and today last,
// including days without jobs.
func (l *Ledger) Chart(now time.Time, n int, loc *time.Location) []Group {
	out := make([]Group, max(n, 0))
	year, month, day := now.In(loc).Date()
	to := midnight(year, month, day+1, loc)
	for i := range slices.Backward(out) {
		from := midnight(year, month, day-(len(out)-1-i), loc)
		out[i] = Group{text.Of(ByDay.period(from, loc)), total(l.Span(l.place(to), l.place(from)))}
		to = from
	}
	return out
}

// bounds returns the start of the day, week or month of a time, and of the next
// one.
func (b Grouping) bounds(t time.Time, loc *time.Location) (from, to time.Time) {
	year, month, day := t.In(loc).Date()
	switch b {
	case ByWeek: // weeks begin on Monday
		day -= (int(t.In(loc).Weekday()) + 6) % 7
		return midnight(year, month, day, loc), midnight(year, month, day+7, loc)
	case ByMonth:
		return midnight(year, month, 1, loc), midnight(year, month+1, 1, loc)
	}
	return midnight(year, month, day, loc), midnight(year, month, day+1, loc)
}

// midnight is the first instant of a date. Where clocks change at midnight,
// that hour may be missing or happen twice, and time.Date may pick the wrong
// instant.
func midnight(year int, month time.Month, day int, loc *time.Location) time.Time {
	begins := func(t time.Time) bool {
		y, m, d := t.In(loc).Date()
		want := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		return !time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Before(want)
	}
	t := time.Date(year, month, day, 0, 0, 0, 0, loc)
	if begins(t) && !begins(t.Add(-1)) {
		return t
	}
	const around = 3 * 60 * 60 // seconds; clocks change on a whole second
	first := t.Add(-around * time.Second)
	return first.Add(time.Duration(sort.Search(2*around, func(i int) bool {
		return begins(first.Add(time.Duration(i) * time.Second))
	})) * time.Second)
}

// Entries returns copies of all entries, oldest first, for use in another
// goroutine.
func (l *Ledger) Entries() []Entry {
	out := make([]Entry, 0, l.rows.Len())
	for e := range l.All() {
		out = append(out, *e)
	}
	slices.Reverse(out)
	return out
}

// CSV returns all entries as a table with a header, oldest first, in RFC 4180
// format. Amounts are in dollars; unknown values are empty.
func (l *Ledger) CSV(loc *time.Location) []byte { return EntriesCSV(l.Entries(), loc) }

// EntriesCSV does the same for copied entries.
func EntriesCSV(entries []Entry, loc *time.Location) []byte {
	rows := [][]string{{
		"time", "submission", "job", "model", "label", "seconds",
		"estimate_usd", "actual_usd", "actual_basis", "credits", "outcome",
	}}
	for i := range entries {
		e := &entries[i]
		rows = append(rows, []string{
			e.At.In(loc).Format(time.RFC3339), sheet.Cell(text.Of(e.Submission)), sheet.Cell(text.Of(string(e.Job))), sheet.Cell(e.Model), sheet.Cell(e.Label),
			number(e.Seconds, e.Seconds > 0), money(e.Estimate), money(e.Actual), sheet.Cell(text.Of(string(e.Basis))),
			optional(e.Credits), sheet.Cell(e.Outcome),
		})
	}
	return sheet.CSV(rows)
}

// GroupsCSV returns totals as a table with a header, in RFC 4180 format. The
// grouping names the first column. Unknown values are empty. The compared
// columns only include jobs whose estimate and actual cost are both known.
func GroupsCSV(by Grouping, groups []Group) []byte {
	rows := [][]string{{
		string(by), "jobs", "seconds", "cost_usd", "cost_unknown_jobs", "estimated_only_jobs",
		"failed_jobs", "failed_cost_usd", "credits",
		"compared_jobs", "compared_estimate_usd", "compared_actual_usd",
	}}
	for i := range groups {
		g := &groups[i]
		a := g.Amounts()
		rows = append(rows, []string{
			sheet.Cell(g.Key), strconv.Itoa(g.Jobs), number(g.Seconds, true), money(a.Cost), strconv.Itoa(g.Unknown),
			strconv.Itoa(g.Guessed), strconv.Itoa(g.Failed), money(a.FailedCost), number(g.Credits()),
			strconv.Itoa(g.Compared), money(a.Estimated), money(a.Actual),
		})
	}
	return sheet.CSV(rows)
}

// InvoiceCSV returns what to charge: for each group the jobs, those that failed and
// the later takes apart. Retakes are those of a group.
func InvoiceCSV(by Grouping, groups []Group, retakes func(key text.Text) Tally) []byte {
	rows := [][]string{{string(by), "jobs", "seconds", "cost_usd", "cost_unknown_jobs", "estimated_only_jobs", "failed_jobs", "failed_cost_usd", "retakes", "retakes_cost_usd"}}
	for i := range groups {
		g, r := &groups[i], retakes(groups[i].Key)
		a := g.Amounts()
		rows = append(rows, []string{
			sheet.Cell(g.Key), strconv.Itoa(g.Jobs), number(g.Seconds, true), money(a.Cost), strconv.Itoa(g.Unknown), strconv.Itoa(g.Guessed),
			strconv.Itoa(g.Failed), money(a.FailedCost), strconv.Itoa(r.Jobs), money(r.Amounts().Cost),
		})
	}
	return sheet.CSV(rows)
}

// money formats an amount as a plain decimal number of dollars, "" if unknown.
func money(m *api.Micros) string {
	if m == nil {
		return ""
	}
	return m.Decimal()
}

func optional(f *float64) string {
	if f == nil {
		return ""
	}
	return number(*f, true)
}

func number(f float64, known bool) string {
	if !known {
		return ""
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
