package state

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/table"
)

func seen[T any](v *table.View[T]) []string {
	var found []string
	for i := range v.Len() {
		found = append(found, v.Key(i))
	}
	return found
}

func TestFilter(t *testing.T) {
	g := job(7, api.Processing)
	g.OutputFileName = "Promo_DE"
	g.Model = "lipsync-2-pro"
	item := NewGeneration(g)
	for _, test := range []struct {
		text string
		want bool
	}{
		{"", true},
		{"   ", true},
		{"promo", true},
		{"PROMO de", true},
		{"promo fr", false},
		{"00000007", true},
		{"status:processing", true},
		{"status:running", true},
		{"running", true},
		{"status:failed", false},
		{"model:pro", true},
		{"model:promo", false},
		{"name:promo model:lipsync", true},
		{"-promo", false},
		{"-failed", true},
		{"-status:failed", true},
		{"-model:pro", false},
		{"-", true},
		{"status:", true},
		{"-status:", true},
		{"https://x", false},
		{"shoe:42", false},
		{"-shoe:42", true},
		{":", false},
	} {
		f := filter(test.text)
		if got := f.Match(&item); got != test.want {
			t.Errorf("%q matches: %v, want %v", test.text, got, test.want)
		}
	}
}

func TestUnknownFieldIsPlainText(t *testing.T) {
	g := job(1, api.Completed)
	g.OutputFileName = "scene:4"
	item := NewGeneration(g)
	f := filter("scene:4")
	if !f.Match(&item) {
		t.Error("a name with a colon is not found")
	}
}

func TestEmptyFilterShowsTheCollection(t *testing.T) {
	c := filled(account(50))
	var v table.View[Generation]
	v.Update(c, table.Query{})
	if !slices.Equal(seen(&v), keys(c)) {
		t.Error("the whole list was copied")
	}
	v.Update(c, table.Query{Reverse: true})
	want := keys(c)
	slices.Reverse(want)
	if !slices.Equal(seen(&v), want) {
		t.Error("the reversed list was copied")
	}
}

func TestUpdateReportsChanges(t *testing.T) {
	c := filled(account(10))
	var v table.View[Generation]
	q := table.Query{Text: "promo"}
	if !v.Update(c, q) || v.Update(c, q) {
		t.Error("the first update changes, the second does not")
	}
	c.Put(row(99, api.Pending), start())
	if !v.Update(c, q) || v.Update(c, q) {
		t.Error("a changed collection changes the view once")
	}
}

func TestFailuresOnly(t *testing.T) {
	c := filled([]Generation{row(1, api.Failed), row(2, api.Completed), row(3, api.Rejected), row(4, api.Pending)})
	var v table.View[Generation]
	v.Update(c, table.Query{Failures: true})
	if want := []string{string(jobID(3)), string(jobID(1))}; !slices.Equal(seen(&v), want) {
		t.Errorf("failures %v, want %v", seen(&v), want)
	}
}

func TestCostOrderFollowsPrices(t *testing.T) {
	short, long := job(1, api.Completed), job(2, api.Completed)
	short.Model, short.OutputDuration = "dear", 10
	long.OutputDuration = 12
	c := filled([]Generation{NewGeneration(short), NewGeneration(long), row(3, api.Completed)})
	var p Prices
	cost := func(micros api.Micros) api.Estimate { return api.Estimate{Frames: 250, Cost: &micros} }
	p.Learn("lipsync-2", cost(500_000))

	var v table.View[Generation]
	q := table.Query{Sort: table.SortCost, Figures: Figures{Prices: &p}}
	v.Update(c, q)
	if v.Key(0) != string(jobID(2)) {
		t.Errorf("only job 2 is priced, but %s is first", v.Key(0))
	}
	p.Learn("dear", cost(5_000_000))
	if !v.Update(c, q) || v.Key(0) != string(jobID(1)) {
		t.Errorf("job 1 is the dearest, but %s is first", v.Key(0))
	}
	if v.Key(2) != string(jobID(3)) {
		t.Error("the unpriced job is not last")
	}
}

// TestViewLaws compares a view that follows changes with a new one.
func TestViewLaws(t *testing.T) {
	statuses := []api.Status{api.Pending, api.Processing, api.Completed, api.Failed}
	rapid.Check(t, func(t *rapid.T) {
		var c table.Collection[Generation]
		var v table.View[Generation]
		var q table.Query
		var prices Prices
		item := rapid.Custom(func(t *rapid.T) Generation {
			g := job(rapid.IntRange(0, 20).Draw(t, "job"), rapid.SampledFrom(statuses).Draw(t, "status"))
			g.OutputFileName = text.Text(rapid.SampledFrom([]string{"", "a", "b", "ab"}).Draw(t, "name"))
			g.OutputDuration = api.Seconds(rapid.IntRange(0, 3).Draw(t, "length"))
			return NewGeneration(g)
		})
		t.Repeat(map[string]func(*rapid.T){
			"merge": func(t *rapid.T) {
				c.Merge(c.Ask(start()), rapid.SliceOfN(item, 0, 5).Draw(t, "items"), start())
			},
			"answer": func(t *rapid.T) {
				c.Answer(c.Ask(start()), rapid.SliceOfN(item, 0, 5).Draw(t, "items"), start())
			},
			"query": func(t *rapid.T) {
				q = table.Query{
					Text:     rapid.SampledFrom([]string{"", "a", "-b", "status:failed", "pending"}).Draw(t, "text"),
					Failures: rapid.Bool().Draw(t, "failures"),
					Sort:     table.Sort(rapid.IntRange(int(table.SortNone), int(table.SortCost)).Draw(t, "sort")),
					Reverse:  rapid.Bool().Draw(t, "reverse"),
					Figures:  Figures{Prices: &prices},
				}
			},
			"price": func(t *rapid.T) {
				cost := api.Micros(rapid.IntRange(1, 1000).Draw(t, "cost"))
				prices.Learn("lipsync-2", api.Estimate{Frames: 1, Cost: &cost})
			},
			"": func(t *rapid.T) {
				v.Update(&c, q)
				var afresh table.View[Generation]
				afresh.Update(&c, q)
				if !slices.Equal(seen(&v), seen(&afresh)) {
					t.Fatalf("the view shows %v, afresh %v", seen(&v), seen(&afresh))
				}
				for i := range v.Len() {
					if v.Index(v.Key(i)) != i {
						t.Fatalf("row %d is found at %d", i, v.Index(v.Key(i)))
					}
				}
				if v.Index("nobody") != -1 {
					t.Fatal("found a row that is not there")
				}
			},
		})
	})
}

func TestSortsOfEveryKindOfRow(t *testing.T) {
	assets := new(table.Collection[Asset])
	for i, name := range []text.Text{"b", "c", "a"} {
		assets.Put(NewAsset(api.Asset{ID: jobID(i), Name: name, Size: int64(i), Duration: api.Seconds(10 - i)}), start())
	}
	for _, test := range []struct {
		by   table.Sort
		want string
	}{{table.SortName, "abc"}, {table.SortSize, "acb"}, {table.SortLength, "bca"}, {table.SortNone, "bca"}} {
		var v table.View[Asset]
		v.Update(assets, table.Query{Sort: test.by})
		var got strings.Builder
		for i := range v.Len() {
			fmt.Fprint(&got, v.At(i).Name)
		}
		if got.String() != test.want {
			t.Errorf("sort %d: %s, want %s", test.by, got.String(), test.want)
		}
	}
}

// filter returns a filter as somebody might type it.
func filter(text string) (f table.Filter) {
	f.Parse(text)
	return f
}

// A set that is typed in full means only its own jobs, also where rows are picked
// one by one.
func TestSieveKnowsNamesTypedInFull(t *testing.T) {
	rows := []Generation{row(3, api.Completed), row(2, api.Completed), row(1, api.Completed)}
	for i, set := range []text.Text{"night shift", "night", ""} {
		rows[i].setTags(tags{set: set})
	}
	for filter, want := range map[string]int{"set:night": 1, "set:nigh": 2, `set:"night shift"`: 1, "set:none": 1, "-set:night": 2} {
		q := table.Query{Text: filter}
		s := table.NewSieve[Generation](q)
		for i := range rows {
			if s.Learn(&rows[i]) {
				break
			}
		}
		n := 0
		for i := range rows {
			if s.Picks(&rows[i]) {
				n++
			}
		}
		var v table.View[Generation]
		if v.Update(filled(rows), q); n != want || v.Len() != want || !s.Named() {
			t.Errorf("%s picks %d and shows %d, want %d", filter, n, v.Len(), want)
		}
	}
}
