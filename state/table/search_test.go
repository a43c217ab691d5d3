package table

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// However a search is divided into steps, and whatever happens between them,
// its view equals the one from checking all rows at once, and it continues
// correctly from there.
func TestSteppedSearchEqualsFullSearch(t *testing.T) {
	t.Parallel()
	statuses := []string{pending, processing, completed, failed, strange}
	rapid.Check(t, func(t *rapid.T) {
		prices, clock := new(tariff), &hands{start()}
		rows := rapid.Custom(func(t *rapid.T) item {
			return row(rapid.IntRange(0, 40).Draw(t, "row"), rapid.SampledFrom(statuses).Draw(t, "status"))
		})
		c := filled(rapid.SliceOfN(rows, 0, 30).Draw(t, "rows"))
		query := rapid.Custom(func(t *rapid.T) Query {
			return Query{
				Text:     rapid.SampledFrom([]string{"", "1", "00", "2 0", "-1", "status:failed", "-status:completed", "zzz", "1 or 2", "(1 or status:failed) 0", "cost:>2", "cost:>2 0", "age:<30m", "age:<30m 1", "-cost:<3 or 9"}).Draw(t, "text"),
				Failures: rapid.Bool().Draw(t, "failures"), Reverse: rapid.Bool().Draw(t, "reverse"),
				Sort: rapid.SampledFrom([]Sort{SortNone, SortAge, SortStatus, SortCost}).Draw(t, "sort"), Figures: prices, Clock: clock,
			}
		})
		q := query.Draw(t, "query")
		from := q
		if from.Text = rapid.SampledFrom([]string{"", "0", "st", "status:fai", "-", "1 o", "1 or", "cost:>", "cost:>2", "age:<30m", q.Text}).Draw(t, "before"); rapid.Bool().Draw(t, "other") {
			from = query.Draw(t, "from")
		}
		var found View[item]
		found.Update(c, from)
		var s Search[item]
		for range rapid.IntRange(0, 3).Draw(t, "earlier") {
			earlier := query.Draw(t, "earlier")
			s.Begin(c, earlier, &found)
			s.Finish(&found)
			found.Update(c, from)
		}
		s.Begin(c, q, &found)
		change := func() {
			switch rapid.IntRange(0, 5).Draw(t, "change") {
			case 0:
				c.Merge(c.Ask(start()), rapid.SliceOfN(rows, 1, 5).Draw(t, "merged"), start())
			case 1:
				c.Remove(jobID(rapid.IntRange(0, 40).Draw(t, "removed")))
			case 2:
				prices.version++
			case 3:
				clock.now = clock.now.Add(20 * time.Minute)
			}
			found.Update(c, from) // it is drawn in between
		}
		for !s.Step(rapid.IntRange(1, 20).Draw(t, "step")) {
			change()
		}
		change()
		s.Finish(&found)
		from = q
		for range 2 {
			found.Update(c, q)
			var want View[item]
			want.Update(c, q)
			if got, want := shownBy(&found), shownBy(&want); !slices.Equal(got, want) {
				t.Fatalf("%+v finds %v, want %v", q, got, want)
			}
			change()
		}
	})
}

// tariff is a set of prices that change all at once.
type tariff struct{ version uint64 }

func (p *tariff) Version() uint64 { return p.version }

func (p *tariff) Rank(row any) int64 {
	n := row.(*item).rank
	return (n * int64(p.version%5)) % 7
}

func (p *tariff) Measure(row any, field string) (value float64, known, ok bool) {
	n := p.Rank(row)
	return float64(n), n != 3, field == "cost"
}

// shownBy returns the rows that a view shows.
func shownBy(v *View[item]) (shown []string) {
	for i := range v.Len() {
		shown = append(shown, fmt.Sprint(v.Key(i), v.At(i).status, v.Index(v.Key(i))))
	}
	return shown
}
