package ledger

import (
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // places where clocks change

	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/outbox"
	"dubtop/state/table"
)

func berlin(t interface{ Fatal(...any) }) *time.Location {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// booked returns an entry of a job that was estimated and sent at a time.
func booked(n int, at time.Time, estimate api.Micros) Entry {
	return Entry{At: at, Submission: fmt.Sprint("s", n), Job: jobID(n), Model: "lipsync-2", Estimate: &estimate}
}

func TestTenThousandDimesAreAThousandDollars(t *testing.T) {
	var entries []Entry
	for i := range 10_000 {
		dime, ok := api.ParseMicros("0.10")
		if !ok {
			t.Fatal("a dime is an amount")
		}
		entries = append(entries, booked(i, noon.Add(time.Duration(i)*time.Minute), dime))
	}
	l := New(entries)
	if total := l.Total(); total.Cost.String() != "$1000.00" || total.Jobs != 10_000 || total.Overflow {
		t.Errorf("total %s of %d jobs", total.Cost, total.Jobs)
	}
	for _, by := range []Grouping{ByDay, ByWeek, ByMonth, ByModel, ByLabel} {
		var sum api.Micros
		for _, g := range l.Groups(by, berlin(t)) {
			sum += g.Cost
		}
		if sum != 1_000_000_000 {
			t.Errorf("by %s they add up to %s", by, sum)
		}
	}
}

// In Berlin, clocks go forward on 29 March 2026 at 2:00 and back on 25 October
// at 3:00, so these days have 23 and 25 hours.
func TestDaysWithClockChanges(t *testing.T) {
	loc := berlin(t)
	for _, c := range []struct {
		day   string
		hours int
	}{{"2026-03-29", 23}, {"2026-10-25", 25}, {"2026-06-01", 24}} {
		midnight, err := time.ParseInLocation(time.DateOnly, c.day, loc)
		if err != nil {
			t.Fatal(err)
		}
		var entries []Entry
		for i := range 24 * 4 { // hourly, from the day before to the days after
			entries = append(entries, booked(i, midnight.Add(time.Duration(i-24)*time.Hour), 100_000))
		}
		l := New(entries)
		groups := l.Groups(ByDay, loc)
		if groups[0].Key <= groups[1].Key {
			t.Errorf("the latest day is not the first: %s, %s", groups[0].Key, groups[1].Key)
		}
		at := slices.IndexFunc(groups, func(g Group) bool { return string(g.Key) == c.day })
		if at < 0 || groups[at].Jobs != c.hours || groups[at].Cost != api.Micros(c.hours)*100_000 {
			t.Errorf("%s: %+v, want %d hours", c.day, groups, c.hours)
		}
		evening := midnight.Add(20 * time.Hour)
		if today := l.Period(ByDay, evening, loc); today.Jobs != c.hours {
			t.Errorf("%s in the evening: %d jobs", c.day, today.Jobs)
		}
		chart := l.Chart(evening, 5, loc)
		if len(chart) != 5 || string(chart[4].Key) != c.day || chart[4].Jobs != c.hours || chart[3].Jobs != 24 || chart[0].Jobs != 0 {
			t.Errorf("%s: chart %+v", c.day, chart)
		}
	}
}

// In Santiago, clocks go forward at midnight: 6 September 2026 begins at 1:00.
func TestChartIncludesADayWithoutMidnight(t *testing.T) {
	loc, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	l := New([]Entry{booked(1, time.Date(2026, 9, 6, 15, 0, 0, 0, loc), 7)})
	var got []string
	for _, g := range l.Chart(time.Date(2026, 9, 7, 15, 0, 0, 0, loc), 3, loc) {
		got = append(got, fmt.Sprintf("%s=%d", g.Key, g.Cost))
	}
	if want := []string{"2026-09-05=0", "2026-09-06=7", "2026-09-07=0"}; !slices.Equal(got, want) {
		t.Errorf("chart %v, want %v", got, want)
	}
}

// In Havana, clocks go back from 1:00 to 0:00, so midnight comes twice. In
// Santiago they go forward at midnight, so it never comes. A date begins with
// its first instant anyway, and every instant is in exactly one day.
func TestEveryInstantIsInOneDay(t *testing.T) {
	for name, day := range map[string]time.Time{
		"America/Havana":   time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC),
		"America/Santiago": time.Date(2026, 9, 6, 12, 0, 0, 0, time.UTC),
		"Europe/Berlin":    time.Date(2026, 10, 25, 12, 0, 0, 0, time.UTC),
		"Asia/Kathmandu":   time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC),
	} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		var entries []Entry
		want := map[string]int{}
		for i := range 4 * 24 * 4 {
			at := day.Add(time.Duration(i-2*24*4) * 15 * time.Minute)
			entries = append(entries, booked(i, at, 1))
			want[at.In(loc).Format(time.DateOnly)]++
		}
		l := New(entries)
		for _, g := range l.Groups(ByDay, loc) {
			if g.Jobs != want[string(g.Key)] {
				t.Errorf("%s: %d jobs on %s, want %d", name, g.Jobs, g.Key, want[string(g.Key)])
			}
		}
		for _, g := range l.Chart(day, 3, loc) {
			noon, _ := time.ParseInLocation(time.DateOnly+" 15", string(g.Key+" 12"), loc)
			if p := l.Period(ByDay, noon, loc); p.Jobs != want[string(g.Key)] || g.Jobs != want[string(g.Key)] {
				t.Errorf("%s: on %s %d jobs, in the chart %d, want %d", name, g.Key, p.Jobs, g.Jobs, want[string(g.Key)])
			}
		}
	}
}

func TestCalendarWeeksAndMonths(t *testing.T) {
	l := New([]Entry{
		booked(1, time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC), 1),
		booked(2, time.Date(2026, 12, 28, 12, 0, 0, 0, time.UTC), 2),
		booked(3, time.Date(2026, 12, 27, 12, 0, 0, 0, time.UTC), 4),
	})
	for by, want := range map[Grouping]string{
		ByWeek: "2026-W53=3 2026-W52=4", ByMonth: "2027-01=1 2026-12=6", ByLabel: "=7",
	} {
		var got []string
		for _, g := range l.Groups(by, time.UTC) {
			got = append(got, fmt.Sprintf("%s=%d", g.Key, g.Cost))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("by %s: %v, want %s", by, got, want)
		}
	}
}

func TestUnknownCostIsNotZero(t *testing.T) {
	credits := 0.1
	l := New([]Entry{
		{Submission: "a", Estimate: new(api.Micros(500)), Actual: new(api.Micros(400)), Basis: BasisBilled, Outcome: "COMPLETED"},
		{Submission: "b", Estimate: new(api.Micros(300)), Outcome: "FAILED"},
		{Submission: "c", Outcome: "REJECTED"},
		{Submission: "d", Credits: &credits, Actual: new(api.Micros(0)), Basis: BasisBilled},
	})
	got := l.Total()
	want := Tally{
		Jobs: 4, Cost: 700, Guessed: 1, Unknown: 1, Estimated: 500, Actual: 400, Compared: 1,
		Failed: 2, FailedCost: 300, FailedUnknown: 1, sum: got.sum,
		Kind: outbox.CostEstimate, FailedKind: outbox.CostEstimate, ActualKind: outbox.CostActual,
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if c, ok := got.Credits(); c != 0.1 || !ok {
		t.Errorf("credits %g, %t", c, ok)
	}
	if _, ok := new(Tally).Credits(); ok {
		t.Error("there are credits where there are none")
	}
}

func TestLaterFactsAreAddedToAnEntry(t *testing.T) {
	first := booked(1, noon, 500)
	cost := func(m api.Micros, b CostBasis) Entry {
		return Entry{At: noon.Add(time.Hour), Job: first.Job, Actual: &m, Basis: b}
	}
	l := New([]Entry{
		first, cost(450, BasisDerived), cost(470, BasisBilled), cost(1, BasisDerived),
		{Job: first.Job, Outcome: "COMPLETED"},
		booked(2, noon.Add(-time.Hour), 7),
	})
	var got []string
	for e := range l.All() {
		amount, _ := e.Cost()
		got = append(got, fmt.Sprint(e.Submission, " ", int64(amount), " ", e.Basis, " ", e.Outcome))
	}
	if want := []string{"s1 470 billed COMPLETED", "s2 7  "}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The ledger is the same however entries arrive: one by one or together, in
// order or not.
func TestOrderOfBookingDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var entries []Entry
		for i := range rapid.IntRange(0, 30).Draw(t, "entries") {
			job := rapid.IntRange(0, i).Draw(t, "job")
			e := booked(job, noon.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "minutes"))*time.Minute), api.Micros(job))
			if rapid.Bool().Draw(t, "later news") {
				amount := api.Micros(rapid.IntRange(0, 9).Draw(t, "actual"))
				basis := rapid.SampledFrom([]CostBasis{BasisDerived, BasisBilled}).Draw(t, "basis")
				e = Entry{At: e.At, Job: e.Job, Actual: &amount, Basis: basis, Outcome: "COMPLETED", Seconds: 3}
			}
			entries = append(entries, e)
		}
		var one Ledger
		for _, e := range entries {
			one.Book(e)
		}
		if got, want := one.CSV(time.UTC), New(entries).CSV(time.UTC); string(got) != string(want) {
			t.Fatalf("one by one\n%s\ntogether\n%s", got, want)
		}
	})
}

func TestDamagedRowIsListedButNotSummed(t *testing.T) {
	l := New([]Entry{booked(1, noon, 7), DamagedEntry(2, "its checksum does not fit"), DamagedEntry(2, "it follows no row"), booked(3, noon, 8)})
	if l.Rows().Len() != 4 || l.Rows().At(0).Damage == "" {
		t.Errorf("%d rows, on top %+v", l.Rows().Len(), l.Rows().At(0))
	}
	if total := l.Total(); total.Jobs != 2 || total.Cost != 15 {
		t.Errorf("total %+v", total)
	}
	if today := l.Period(ByDay, noon, time.UTC); today.Jobs != 2 || today.Cost != 15 {
		t.Errorf("today %+v", today)
	}
	l.LookedInto(l.Rows().At(0).Key())
	l.LookedInto(string(jobID(1))) // is no damage
	if l.Rows().Len() != 3 || l.Rows().At(0).Damage == "" || l.Rows().At(1).Damage != "" {
		t.Errorf("%d rows after it was looked into", l.Rows().Len())
	}
}

func TestEntriesAreFoundAndOrdered(t *testing.T) {
	failed := booked(2, noon.Add(time.Hour), 50)
	failed.Outcome, failed.Label, failed.Name = "FAILED", "acme", "promo_de"
	unknown := Entry{At: noon.Add(2 * time.Hour), Submission: "S-Upper", Job: "b9", Batch: true, Model: "sync-3"}
	l := New([]Entry{booked(1, noon, 100), failed, unknown})
	for _, c := range []struct {
		query table.Query
		want  string
	}{
		{table.Query{}, "b9 2 1"},
		{table.Query{Text: "status:failed"}, "2"},
		{table.Query{Text: "outcome:open -model:sync-3"}, "1"},
		{table.Query{Text: "label:acme name:promo"}, "2"},
		{table.Query{Text: "s-upper"}, "b9"},
		{table.Query{Failures: true}, "2"},
		{table.Query{Sort: table.SortCost}, "1 2 b9"},
		{table.Query{Sort: table.SortLabel}, "2 b9 1"},
		{table.Query{Sort: table.SortModel}, "2 1 b9"},
	} {
		var v table.View[Entry]
		v.Update(l.Rows(), c.query)
		var got []string
		for i := range v.Len() {
			key := v.Key(i)
			for n := 1; n < 3; n++ {
				if key == string(jobID(n)) {
					key = fmt.Sprint(n)
				}
			}
			got = append(got, key)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v, want %s", c.query, got, c.want)
		}
	}
}

func TestAmountsNeverOverflow(t *testing.T) {
	l := New([]Entry{booked(1, noon, math.MaxInt64), booked(2, noon, 1)})
	if total := l.Total(); total.Cost != math.MaxInt64 || !total.Overflow {
		t.Errorf("total %d, overflow %t", total.Cost, total.Overflow)
	}
}

func TestExportsContainNoFormulas(t *testing.T) {
	evil := Entry{
		At: noon, Submission: "s1", Job: "@g", Model: "=HYPERLINK(\"x\")", Label: "+1,\"a\"\nb",
		Estimate: new(api.Micros(1_250_000)), Actual: new(api.Micros(5_340)), Basis: BasisBilled, Outcome: "-x",
	}
	l := New([]Entry{evil, {At: noon, Submission: "\tx", Model: "plain-name", Label: "\rx", Outcome: `a;=1;b-1; "+2`}})
	text := string(l.CSV(time.UTC))
	if strings.Count(text, "\r\n") < 3 || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r\r") {
		t.Errorf("lines end otherwise: %q", text)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	want := []string{
		"2026-11-24T12:00:00Z", "s1", "'@g", "'=HYPERLINK(\"x\")", "'+1,\"a\"\nb",
		"", "1.25", "0.00534", "billed", "", "'-x",
	}
	if !slices.Equal(rows[1], want) {
		t.Errorf("row  %q\nwant %q", rows[1], want)
	}
	if rows[2][1] != " x" || rows[2][6] != "" || rows[2][3] != "plain-name" || rows[2][10] != `a;'=1;b-1; "'+2` {
		t.Errorf("row %q", rows[2])
	}
	sums, err := csv.NewReader(strings.NewReader(string(GroupsCSV(ByModel, l.Groups(ByModel, time.UTC))))).ReadAll()
	if err != nil || len(sums) != 3 || sums[0][0] != "model" || sums[1][0] != "'=HYPERLINK(\"x\")" || sums[1][3] != "0.00534" {
		t.Errorf("%q, %v", sums, err)
	}
}

// A day begins at local midnight, even if the clock is put back there.
func TestLedgerSinceADay(t *testing.T) {
	loc := berlin(t)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 10, day, hour, minute, 0, 0, loc) }
	l := New([]Entry{
		booked(3, at(26, 0, 0), 4), booked(0, at(24, 23, 59), 1), booked(2, at(25, 23, 59), 3), booked(1, at(25, 0, 0), 2),
	})
	for day, want := range map[string]api.Micros{"": 10, "2026-10-24": 10, "2026-10-25": 9, "2026-10-26": 4, "2026-10-27": 0} {
		if got := l.Within(Days{Since: day}, loc).Total().Cost; got != want {
			t.Errorf("since %q: %d, want %d", day, got, want)
		}
	}
	if got := new(Ledger).Within(Days{Since: "2026-10-25"}, loc).Total(); got.Jobs != 0 {
		t.Errorf("of nothing: %+v", got)
	}
}

func TestUnknownAmountsAreNotZero(t *testing.T) {
	known, failed := booked(1, noon, 3), Entry{Job: "g2", At: noon, Outcome: "FAILED"}
	for why, c := range map[string]struct {
		entries                   []Entry
		cost, lost, guess, actual bool
	}{
		"no job":       {nil, true, true, false, false},
		"an unknown":   {[]Entry{failed}, false, false, false, false},
		"a known":      {[]Entry{known}, true, true, false, false},
		"one of each":  {[]Entry{known, failed}, true, false, false, false},
		"both amounts": {[]Entry{{Job: "g3", Estimate: new(api.Micros(1)), Actual: new(api.Micros(0))}}, true, true, true, true},
	} {
		total := New(c.entries).Total()
		a := total.Amounts()
		if got := [4]bool{a.Cost != nil, a.FailedCost != nil, a.Estimated != nil, a.Actual != nil}; got != [4]bool{c.cost, c.lost, c.guess, c.actual} {
			t.Errorf("%s: known are %v", why, got)
		}
	}
	l := New([]Entry{failed})
	text := string(GroupsCSV(ByDay, l.Groups(ByDay, time.UTC)))
	if !strings.HasSuffix(text, "\r\n2026-11-24,1,0,,1,0,1,,,0,,\r\n") {
		t.Errorf("as a table: %q", text)
	}
}

// However entries are grouped, each counts exactly once.
func TestGroupsAddUpToTheTotal(t *testing.T) {
	loc := berlin(t)
	rapid.Check(t, func(t *rapid.T) {
		var entries []Entry
		for i := range rapid.IntRange(0, 40).Draw(t, "entries") {
			e := booked(i, noon.Add(time.Duration(rapid.IntRange(-9000, 9000).Draw(t, "hours"))*time.Hour), 0)
			e.Estimate = nil
			if rapid.Bool().Draw(t, "priced") {
				e.Estimate = new(api.Micros(rapid.Int64Range(0, 1<<40).Draw(t, "estimate")))
			}
			e.Label = text.Of(rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "label"))
			e.Outcome = text.Of(rapid.SampledFrom([]string{"", "COMPLETED", "FAILED"}).Draw(t, "outcome"))
			entries = append(entries, e)
		}
		l := New(entries)
		total := l.Total()
		for _, by := range []Grouping{ByDay, ByWeek, ByMonth, ByModel, ByLabel} {
			var sum Tally
			for _, g := range l.Groups(by, loc) {
				sum.Jobs += g.Jobs
				sum.Cost += g.Cost
				sum.Unknown += g.Unknown
				sum.FailedCost += g.FailedCost
			}
			if sum.Jobs != total.Jobs || sum.Cost != total.Cost || sum.Unknown != total.Unknown || sum.FailedCost != total.FailedCost {
				t.Fatalf("by %s: %+v, in all %+v", by, sum, total)
			}
		}
	})
}

// full returns the ledger of a hundred thousand jobs, one per minute up to
// noon.
func full() *Ledger {
	var entries []Entry
	for i := range 100_000 {
		entries = append(entries, booked(i, noon.Add(-time.Duration(i)*time.Minute), 100_000))
	}
	return New(entries)
}

func BenchmarkLedgerByDay100k(b *testing.B) {
	l, loc := full(), berlin(b)
	for b.Loop() {
		l.Groups(ByDay, loc)
	}
}

// BenchmarkPeriod100k measures the work of the header in each frame.
func BenchmarkPeriod100k(b *testing.B) {
	l, loc := full(), berlin(b)
	b.ReportAllocs()
	for b.Loop() {
		l.Period(ByDay, noon, loc)
	}
}

func BenchmarkBook100k(b *testing.B) {
	l := full()
	for i := 0; b.Loop(); i++ {
		l.Book(booked(100_000+i, noon.Add(time.Duration(i)*time.Second), 1))
	}
}
