package ledger

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
)

// billedAt books jobs that were billed at a percentage of their estimates.
func billedAt(l *Ledger, from, n, percent int) {
	for i := range n {
		estimate := api.Micros(350_000 + 10_000*i)
		l.Book(Entry{
			At: noon.Add(time.Duration(from+i) * time.Minute), Job: jobID(from + i), Outcome: "COMPLETED", Basis: BasisBilled,
			Estimate: &estimate, Actual: new(estimate * api.Micros(percent) / 100),
		})
	}
}

// A job that is billed like all the others is not marked, and one that is not is.
func TestDiscountIsSaidOnce(t *testing.T) {
	l := New(nil)
	billedAt(l, 0, 9, 80)
	if n := len(l.Differing()); n != 9 || l.DiscountWords() != "" {
		t.Errorf("%d of 9 differ, %q: too few to learn from", n, l.DiscountWords())
	}
	billedAt(l, 9, 11, 80)
	if n := len(l.Differing()); n != 0 || l.DiscountWords() != "20% below the estimates, which are list prices" {
		t.Errorf("%d differ, %q", n, l.DiscountWords())
	}
	billedAt(l, 20, 1, 120)
	if got := l.Differing(); len(got) != 1 || !got[string(jobID(20))] {
		t.Errorf("%v differ", got)
	}
	billedAt(l, 21, 1, 100) // as estimated
	if n := len(l.Differing()); n != 1 {
		t.Errorf("%d differ", n)
	}
	billedAt(l, 22, 20, 95)
	if n := len(l.Differing()); n != 21 || l.DiscountWords() != "5% below the estimates, which are list prices" {
		t.Errorf("%d differ, %q", n, l.DiscountWords())
	}
}

// Whatever was billed: a discount changes no sum, marks no job that was not marked
// without it, hides no failure and no job that was billed more, and does not depend
// on the order in which the bills came.
func TestDiscountOnlyTakesMarksAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percents := rapid.SampledFrom([][]int{{80}, {80, 80, 80, 80, 80, 80, 80, 80, 80, 80, 80, 100}, {95, 100}, {100}, {0, 30, 80, 120}}).Draw(t, "percents")
		var entries []Entry
		for i := range rapid.IntRange(0, 40).Draw(t, "jobs") {
			e := Entry{At: noon.Add(time.Duration(i) * time.Minute), Job: jobID(i), Outcome: "COMPLETED"}
			if rapid.IntRange(0, 9).Draw(t, "fails") == 0 {
				e.Outcome = "FAILED"
			}
			if rapid.IntRange(0, 9).Draw(t, "estimated") > 0 {
				e.Estimate = new(api.Micros(rapid.Int64Range(0, 3_000_000).Draw(t, "estimate")))
			}
			if rapid.IntRange(0, 9).Draw(t, "billed") > 0 {
				e.Basis, e.Actual = BasisBilled, new(api.Micros(rapid.Int64Range(0, 3_000_000).Draw(t, "actual")))
				if e.Estimate != nil {
					*e.Actual = *e.Estimate * api.Micros(rapid.SampledFrom(percents).Draw(t, "percent")) / 100
				}
			}
			entries = append(entries, e)
		}
		l, later := New(entries), New(nil)
		for _, e := range rapid.Permutation(entries).Draw(t, "order") {
			later.Book(e)
		}
		var plain Tally
		for i := range entries {
			e := &entries[i]
			plain.Add(e)
			marked, before := l.Differing()[e.Key()], e.Differs()
			more, known := e.Difference()
			if marked && !before || before && !marked && (e.Failed() || !known || more > 0) {
				t.Fatalf("%s: marked %v, without the discount %v", e.Key(), marked, before)
			}
		}
		if l.Total() != plain {
			t.Fatalf("%+v, want %+v", l.Total(), plain)
		}
		if !slices.Equal(keysOf(l), keysOf(later)) || l.discount != later.discount {
			t.Fatalf("%v and %v differ by the order", keysOf(l), keysOf(later))
		}
	})
}

// keysOf lists the jobs that are marked.
func keysOf(l *Ledger) (keys []string) {
	for e := range l.All() {
		if e.Differs() {
			keys = append(keys, e.Key())
		}
	}
	return keys
}
