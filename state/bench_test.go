package state

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/table"
)

const many = 100_000

func BenchmarkFilterKeystroke100k(b *testing.B) {
	c := filled(account(many))
	for _, text := range []string{"take9", "zzz", "status:failed", "promo -pro take1"} {
		b.Run(text, func(b *testing.B) {
			var v table.View[Generation]
			typed := []table.Query{{Text: text[:len(text)-1]}, {Text: text}}
			v.Update(c, typed[0])
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				v.Update(c, typed[(i+1)%2])
			}
		})
	}
}

func BenchmarkMergePoll100Into100k(b *testing.B) {
	for _, fresh := range []int{0, 1, 100} {
		b.Run(fmt.Sprintf("new=%d", fresh), func(b *testing.B) {
			c := filled(account(many))
			newest := many + 100
			for n := range 100 {
				c.Put(row(many+n, api.Pending), start())
			}
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				page := make([]Generation, 0, 100)
				newest += fresh
				for n := range 100 {
					page = append(page, row(newest-n, []api.Status{api.Pending, api.Processing}[i%2]))
				}
				b.StartTimer()
				c.Merge(c.Ask(start()), page, start())
			}
		})
	}
}

func BenchmarkBackfill100k(b *testing.B) {
	items := account(many)
	for b.Loop() {
		c := new(table.Collection[Generation])
		for page := 0; page < many; page += PageSize {
			c.Extend(c.Ask(start()), items[page:page+PageSize], start())
		}
	}
}

func BenchmarkAnswerWhole100k(b *testing.B) {
	items := account(many)
	c := filled(items)
	for b.Loop() {
		c.Answer(c.Ask(start()), items, start())
	}
}

func BenchmarkSort100k(b *testing.B) {
	c := filled(account(many))
	for _, by := range []table.Sort{table.SortStatus, table.SortName, table.SortLength, table.SortCost} {
		b.Run(fmt.Sprint(by), func(b *testing.B) {
			var p Prices
			for b.Loop() {
				var v table.View[Generation]
				v.Update(c, table.Query{Sort: by, Figures: Figures{Prices: &p}})
			}
		})
	}
}

func BenchmarkPollWhileSorted100k(b *testing.B) {
	c := filled(account(many))
	var v table.View[Generation]
	q := table.Query{Sort: table.SortName, Text: "promo"}
	v.Update(c, q)
	for i := 0; b.Loop(); i++ {
		c.Put(row(many+i%100, []api.Status{api.Pending, api.Processing}[i/100%2]), start())
		v.Update(c, q)
	}
}

func BenchmarkExpectAndCost(b *testing.B) {
	s := NewStore()
	cost := api.Micros(500_000)
	s.Prices.Learn("lipsync-2", api.Estimate{Frames: 250, Cost: &cost})
	g := row(1, api.Processing)
	g.Length = 30
	now := start().Add(time.Minute)
	b.ReportAllocs()
	for b.Loop() {
		s.Forecast.Expect(&g, now)
		s.Cost(&g)
	}
}

// BenchmarkWholeHistory100k is a whole history in one answer, the first time and
// again. Keys wait for the longest part.
func BenchmarkWholeHistory100k(b *testing.B) {
	items := account(many)
	for _, again := range []bool{false, true} {
		b.Run(fmt.Sprintf("again=%t", again), func(b *testing.B) {
			best := time.Hour // the longest part of the quietest round
			for b.Loop() {
				b.StopTimer()
				var longest time.Duration
				s, p, now := NewStore(), NewPoller(DefaultPace()), start()
				for round := range 2 {
					now = now.Add(time.Hour)
					for _, q := range p.Due(now, s) {
						if q.Topic != Head {
							continue
						}
						if again == (round == 1) {
							b.StartTimer()
						}
						a := Answer{Generations: slices.Clone(items), Whole: true}
						for more := true; more; {
							began := time.Now()
							more = p.ApplyPart(now, s, q, &a)
							if again == (round == 1) {
								longest = max(longest, time.Since(began))
							}
						}
						if s.Generations.Len() != many {
							b.Fatal(s.Generations.Len())
						}
						b.StopTimer()
					}
				}
				best = min(best, longest)
				b.StartTimer()
			}
			b.ReportMetric(float64(best.Microseconds())/1000, "ms/longest-part")
		})
	}
}

// BenchmarkFilterStep100k measures a step of a search: what a key may wait for
// while the rows of a filter are looked for.
func BenchmarkFilterStep100k(b *testing.B) {
	c := filled(account(many))
	for _, text := range []string{"take9", "zzz", "status:failed", "promo -pro take1"} {
		b.Run(text, func(b *testing.B) {
			var s table.Search[Generation]
			none := new(table.View[Generation])
			s.Begin(c, table.Query{Text: text}, none)
			b.ReportAllocs()
			for b.Loop() {
				if s.Step(10_000) {
					s.Begin(c, table.Query{Text: text}, none)
				}
			}
		})
	}
}
