package state

import (
	"errors"
	"maps"
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
)

func TestAnAnswerToAnEarlierQuestionIsLate(t *testing.T) {
	c := filled([]Generation{row(1, api.Pending)})
	early := c.Ask(start())
	later := c.Ask(start())

	c.Merge(later, []Generation{row(1, api.Processing)}, start())
	if changed := c.Merge(early, []Generation{row(1, api.Pending)}, start()); changed != 0 {
		t.Errorf("a late answer changed %d items", changed)
	}
	if g, _ := c.Find(string(jobID(1))); g.Status != api.Processing {
		t.Errorf("a late answer brought %s back", g.Status)
	}
}

func TestALateAnswerStillBringsWhatNobodyElseKnew(t *testing.T) {
	c := filled(nil)
	early := c.Ask(start())
	c.Merge(c.Ask(start()), []Generation{row(2, api.Pending)}, start())
	c.Merge(early, []Generation{row(1, api.Completed)}, start())
	if c.Len() != 2 {
		t.Errorf("%d items, want both", c.Len())
	}
}

func TestALatePageDoesNotBringBackWhatTheWholeTruthRemoved(t *testing.T) {
	c := filled([]Generation{row(1, api.Completed)})
	early := c.Ask(start())
	c.Answer(c.Ask(start()), nil, start())
	c.Merge(early, []Generation{row(1, api.Completed)}, start())
	if c.Len() != 0 {
		t.Error("a removed item came back")
	}
}

func TestAPutVoidsTheAnswersUnderWayForItsItem(t *testing.T) {
	c := filled([]Generation{row(1, api.Pending), row(2, api.Pending)})
	under := c.Ask(start())
	c.Put(row(1, api.Processing), start())
	c.Merge(under, []Generation{row(1, api.Pending), row(2, api.Processing)}, start())
	for n := 1; n <= 2; n++ {
		if g, _ := c.Find(string(jobID(n))); g.Status != api.Processing {
			t.Errorf("job %d is %s", n, g.Status)
		}
	}
}

func TestANewJobStaysWhileTheListsLagBehind(t *testing.T) {
	c := filled([]Generation{row(1, api.Completed)})
	c.Put(row(2, api.Pending), start())

	c.Answer(c.Ask(start()), []Generation{row(1, api.Completed)}, start())
	if c.Len() != 2 {
		t.Fatal("the lagging list removed the new job")
	}
	c.Answer(c.Ask(start()), []Generation{row(1, api.Completed), row(2, api.Pending)}, start())
	c.Answer(c.Ask(start()), []Generation{row(1, api.Completed)}, start())
	if c.Len() != 1 {
		t.Error("a confirmed job that is gone stayed")
	}
}

func TestAFailureChangesNothingButTheErrorAndTheAge(t *testing.T) {
	c := filled([]Generation{row(1, api.Completed)})
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

func TestALateFailureSaysNothingOfTheAnswerAfterIt(t *testing.T) {
	c := filled(nil)
	early := c.Ask(start())
	c.Merge(c.Ask(start()), nil, start())
	c.Fail(early, errors.New("timeout"))
	if c.Err() != nil {
		t.Error(c.Err())
	}
}

func TestLoadingAndKnown(t *testing.T) {
	var c Collection[Generation]
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

func TestClearVoidsWhatIsUnderWay(t *testing.T) {
	c := filled([]Generation{row(1, api.Completed)})
	under, version := c.Ask(start()), c.Version()
	c.Clear()
	c.Merge(under, []Generation{row(2, api.Completed)}, start())
	if c.Len() != 0 || c.Known() || c.Version() == version {
		t.Errorf("%d items of another account", c.Len())
	}
}

func TestAZeroTicketIsVoid(t *testing.T) {
	c := filled(nil)
	if c.Merge(Ticket{}, []Generation{row(1, api.Pending)}, start()) != 0 || c.Len() != 0 {
		t.Error("a zero ticket counted")
	}
}

func TestTheEndOfAJobIsNotTakenBack(t *testing.T) {
	c := filled([]Generation{row(1, api.Failed)})
	if n := c.Merge(c.Ask(start()), []Generation{row(1, api.Processing)}, start()); n != 0 {
		t.Error("a regress counted as a change")
	}
	if g, _ := c.Find(string(jobID(1))); g.Status != api.Failed {
		t.Errorf("the job is %s again", g.Status)
	}
}

func TestItemsWithoutAKeyAreNotKept(t *testing.T) {
	c := filled([]Generation{NewGeneration(api.Generation{Status: api.Pending})})
	if c.Len() != 0 || c.Count(ClassWaiting) != 0 {
		t.Error("an item nobody can name was kept")
	}
}

func TestOnlyChangedRowsGetANewVersion(t *testing.T) {
	c := filled([]Generation{row(2, api.Pending), row(1, api.Pending)})
	first, second := c.RowVersion(0), c.RowVersion(1)
	c.Merge(c.Ask(start()), []Generation{row(2, api.Pending), row(1, api.Processing)}, start())
	if c.RowVersion(0) != first || c.RowVersion(1) == second {
		t.Error("versions do not follow the changes")
	}
}

// TestCollectionLaws plays answers, puts and failures in any order against a
// plain model of what should be known.
func TestCollectionLaws(t *testing.T) {
	statuses := []api.Status{api.Pending, api.Processing, api.Completed, api.Failed, "DREAMING"}
	rapid.Check(t, func(t *rapid.T) {
		var c Collection[Generation]
		want := map[string]bool{}
		page := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Generation {
			g := job(rapid.IntRange(0, 30).Draw(t, "job"), rapid.SampledFrom(statuses).Draw(t, "status"))
			if rapid.Bool().Draw(t, "other time") {
				g.CreatedAt.Time = start().Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "minutes")) * time.Minute)
			}
			return NewGeneration(g)
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

func checkCollection(t *rapid.T, c *Collection[Generation], want map[string]bool) {
	got := keys(c)
	if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, slices.Sorted(maps.Keys(want))) {
		t.Fatalf("keys %v, want %v", sorted, slices.Sorted(maps.Keys(want)))
	}
	if !slices.IsSortedFunc(c.order, natural[Generation]) {
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

func TestJobsAreSmall(t *testing.T) {
	const jobs = 20_000
	before := heap()
	c := filled(account(jobs))
	each := float64(heap()-before) / jobs
	runtime.KeepAlive(c)
	if each > 420 {
		t.Errorf("%.0f bytes a job", each)
	}
	t.Logf("%.0f bytes a job", each)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
