package table

import (
	"testing"

	"pgregory.net/rapid"
)

// However a count is divided, and whatever happens meanwhile, it ends with the
// numbers of full searches.
func TestTallyEqualsFullSearches(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		prices, clock := new(tariff), &hands{start()}
		rows := rapid.Custom(func(t *rapid.T) item {
			return row(rapid.IntRange(0, 40).Draw(t, "row"), rapid.SampledFrom([]string{pending, completed, failed}).Draw(t, "status"))
		})
		c := filled(rapid.SliceOfN(rows, 0, 30).Draw(t, "rows"))
		var queries []Query
		for _, text := range rapid.SliceOfN(words(), 1, 4).Draw(t, "filters") {
			queries = append(queries, Query{Text: text, Figures: prices, Clock: clock})
		}
		var tally Tally[item]
		for range 6 {
			tally.Begin(c, queries)
			for !tally.Step(rapid.IntRange(1, 12).Draw(t, "step")) {
				if rapid.IntRange(0, 3).Draw(t, "change") == 0 {
					c.Remove(jobID(rapid.IntRange(0, 40).Draw(t, "removed")))
				}
			}
			if !tally.Stale(c, queries) {
				break
			}
		}
		if tally.Stale(c, queries) {
			t.Skip("it changes all the time")
		}
		for i, q := range queries {
			var v View[item]
			v.Update(c, q)
			if n, ok := tally.Of(i); !ok || n != v.Len() {
				t.Fatalf("%q has %d (%t), want %d", q.Text, n, ok, v.Len())
			}
		}
	})
}
