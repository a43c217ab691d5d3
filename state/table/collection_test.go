package table

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAnswerToAnEarlierRequestIsLate(t *testing.T) {
	c := filled([]item{row(1, pending)})
	early := c.Ask(start())
	later := c.Ask(start())

	c.Merge(later, []item{row(1, processing)}, start())
	if changed := c.Merge(early, []item{row(1, pending)}, start()); changed != 0 {
		t.Errorf("a late answer changed %d items", changed)
	}
	if g, _ := c.Find(jobID(1)); g.status != processing {
		t.Errorf("a late answer brought %s back", g.status)
	}
}

func TestLateAnswerStillAddsNewItems(t *testing.T) {
	c := filled(nil)
	early := c.Ask(start())
	c.Merge(c.Ask(start()), []item{row(2, pending)}, start())
	c.Merge(early, []item{row(1, completed)}, start())
	if c.Len() != 2 {
		t.Errorf("%d items, want both", c.Len())
	}
}

func TestLatePageDoesNotBringBackRemovedItems(t *testing.T) {
	c := filled([]item{row(1, completed)})
	early := c.Ask(start())
	c.Answer(c.Ask(start()), nil, start())
	c.Merge(early, []item{row(1, completed)}, start())
	if c.Len() != 0 {
		t.Error("a removed item came back")
	}
}

func TestPutVoidsEarlierAnswersForItsItem(t *testing.T) {
	c := filled([]item{row(1, pending), row(2, pending)})
	under := c.Ask(start())
	c.Put(row(1, processing), start())
	c.Merge(under, []item{row(1, pending), row(2, processing)}, start())
	for n := 1; n <= 2; n++ {
		if g, _ := c.Find(jobID(n)); g.status != processing {
			t.Errorf("job %d is %s", n, g.status)
		}
	}
}

func TestPutItemStaysWhileListsLag(t *testing.T) {
	c := filled([]item{row(1, completed)})
	c.Put(row(2, pending), start())

	c.Answer(c.Ask(start()), []item{row(1, completed)}, start())
	if c.Len() != 2 {
		t.Fatal("the lagging list removed the new job")
	}
	c.Answer(c.Ask(start()), []item{row(1, completed), row(2, pending)}, start())
	c.Answer(c.Ask(start()), []item{row(1, completed)}, start())
	if c.Len() != 1 {
		t.Error("a confirmed job that is gone stayed")
	}
}

func TestFailureChangesOnlyErrorAndAge(t *testing.T) {
	c := filled([]item{row(1, completed)})
	asOf, version := c.AsOf(), c.Version()
	bad := errors.New("no route to host")

	c.Fail(c.Ask(start().Add(time.Minute)), bad)
	if c.Len() != 1 || c.Version() != version || !c.AsOf().Equal(asOf) || !errors.Is(c.Err(), bad) {
		t.Errorf("after a failure: %d items, as of %v, %v", c.Len(), c.AsOf(), c.Err())
	}
	c.Merge(c.Ask(start().Add(2*time.Minute)), nil, start())
	if c.Err() != nil || !c.AsOf().Equal(start().Add(2*time.Minute)) {
		t.Errorf("after a good answer: as of %v, %v", c.AsOf(), c.Err())
	}
}

func TestLateFailureIsIgnored(t *testing.T) {
	c := filled(nil)
	early := c.Ask(start())
	c.Merge(c.Ask(start()), nil, start())
	c.Fail(early, errors.New("timeout"))
	if c.Err() != nil {
		t.Error(c.Err())
	}
}

func TestLoadingAndKnown(t *testing.T) {
	var c Collection[item]
	ticket := c.Ask(start())
	if !c.Loading() || c.Known() {
		t.Error("asking for the first time: loading, and nothing known")
	}
	c.Fail(ticket, errors.New("timeout"))
	if c.Loading() || c.Known() {
		t.Error("after a failure: not loading, and still nothing known")
	}
	c.Answer(c.Ask(start()), nil, start())
	if c.Loading() || !c.Known() {
		t.Error("an empty answer is knowledge")
	}
}

func TestClearVoidsRequestsUnderWay(t *testing.T) {
	c := filled([]item{row(1, completed)})
	under, version := c.Ask(start()), c.Version()
	c.Clear()
	c.Merge(under, []item{row(2, completed)}, start())
	if c.Len() != 0 || c.Known() || c.Version() == version {
		t.Errorf("%d items of another account", c.Len())
	}
}

func TestZeroTicketIsVoid(t *testing.T) {
	c := filled(nil)
	if c.Merge(Ticket{}, []item{row(1, pending)}, start()) != 0 || c.Len() != 0 {
		t.Error("a zero ticket counted")
	}
}

func TestItemsWithoutAKeyAreNotKept(t *testing.T) {
	c := filled([]item{{status: pending}})
	if c.Len() != 0 || c.Count(ClassWaiting) != 0 {
		t.Error("an item nobody can name was kept")
	}
}

func TestOnlyChangedRowsGetANewVersion(t *testing.T) {
	c := filled([]item{row(2, pending), row(1, pending)})
	first, second := c.RowVersion(0), c.RowVersion(1)
	c.Merge(c.Ask(start()), []item{row(2, pending), row(1, processing)}, start())
	if c.RowVersion(0) != first || c.RowVersion(1) == second {
		t.Error("versions do not follow the changes")
	}
}

// TestCollectionLaws plays answers, puts and failures in any order against a
// plain model of what should be known.
func TestCollectionLaws(t *testing.T) {
	statuses := []string{pending, processing, completed, failed, strange}
	rapid.Check(t, func(t *rapid.T) {
		var c Collection[item]
		want := map[string]bool{}
		page := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) item {
			i := row(rapid.IntRange(0, 30).Draw(t, "item"), rapid.SampledFrom(statuses).Draw(t, "status"))
			if rapid.Bool().Draw(t, "other rank") {
				i.rank = rapid.Int64Range(-5, 5).Draw(t, "rank")
			}
			return i
		}), 0, 12)
		t.Repeat(map[string]func(*rapid.T){
			"merge": func(t *rapid.T) {
				items := page.Draw(t, "items")
				for _, g := range items {
					want[g.Key()] = true
				}
				c.Merge(c.Ask(start()), items, start())
			},
			"answer": func(t *rapid.T) {
				items := page.Draw(t, "items")
				for _, key := range keys(&c) {
					if e := c.byKey[key]; !e.local {
						delete(want, key)
					}
				}
				for _, g := range items {
					want[g.Key()] = true
				}
				c.Answer(c.Ask(start()), items, start())
			},
			"put": func(t *rapid.T) {
				for _, g := range page.Draw(t, "item") {
					want[g.Key()] = true
					c.Put(g, start())
				}
			},
			"fail": func(*rapid.T) { c.Fail(c.Ask(start()), errors.New("timeout")) },
			"": func(t *rapid.T) {
				checkCollection(t, &c, want)
			},
		})
	})
}

func checkCollection(t *rapid.T, c *Collection[item], want map[string]bool) {
	got := keys(c)
	if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, slices.Sorted(maps.Keys(want))) {
		t.Fatalf("keys %v, want %v", sorted, slices.Sorted(maps.Keys(want)))
	}
	if !slices.IsSortedFunc(c.order, natural[item]) {
		t.Fatal("out of order")
	}
	var counts [classes]int
	live := 0
	for i, key := range got {
		if c.Index(key) != i {
			t.Fatalf("Index(%s) = %d, want %d", key, c.Index(key), i)
		}
		counts[c.At(i).Class()]++
		if c.At(i).Class().Live() {
			live++
		}
	}
	if counts != c.counts || live != len(c.live) {
		t.Fatalf("counted %v and %d live, want %v and %d", c.counts, len(c.live), counts, live)
	}
}
