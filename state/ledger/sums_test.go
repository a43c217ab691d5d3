package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api"
	"dubtop/api/text"
)

// entryOf draws a row about one of the first few jobs, in any order: its
// acceptance, or a later fact.
func entryOf(t *rapid.T) Entry {
	amount := func(name string) *api.Micros {
		if rapid.Bool().Draw(t, name) {
			return new(api.Micros(rapid.Int64Range(0, 5_000_000).Draw(t, "amount")))
		}
		return nil
	}
	names := rapid.SampledFrom([]text.Text{"", "", "a", "b", "é"})
	e := Entry{
		// around the days on which clocks change, and within few quarters
		At: time.Date(2026, time.Month(rapid.SampledFrom([]int{3, 10, 11}).Draw(t, "month")), rapid.IntRange(24, 30).Draw(t, "day"),
			rapid.IntRange(0, 23).Draw(t, "hour"), rapid.SampledFrom([]int{0, 14, 15, 29, 30, 44, 45, 59}).Draw(t, "minute"), 0,
			rapid.SampledFrom([]int{0, 1, 999_999_999}).Draw(t, "nanosecond"), time.UTC),
		Job: jobID(rapid.IntRange(0, 12).Draw(t, "job")), Batch: rapid.Bool().Draw(t, "batch"),
		Model: names.Draw(t, "model"), Label: names.Draw(t, "label"), Seconds: float64(rapid.IntRange(0, 1000).Draw(t, "frames")) / 25,
		Estimate: amount("estimated"), Actual: amount("actual"),
		Outcome: rapid.SampledFrom([]text.Text{"", "COMPLETED", "FAILED", "REJECTED"}).Draw(t, "outcome"),
	}
	if e.Actual != nil {
		e.Basis = rapid.SampledFrom([]CostBasis{BasisBilled, BasisDerived}).Draw(t, "basis")
	}
	if rapid.IntRange(0, 5).Draw(t, "credits") == 0 {
		e.Credits = new(float64(rapid.IntRange(0, 99).Draw(t, "tenths")) / 10)
	}
	return e
}

func zones(t interface{ Fatal(...any) }) (all []*time.Location) {
	for _, name := range []string{"UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Havana", "Pacific/Chatham", "Australia/Lord_Howe"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, loc)
	}
	return all
}

// sameTotals compares sums with a ledger in every grouping.
func sameTotals(t *rapid.T, s *Sums, l *Ledger, loc *time.Location) {
	for _, since := range []string{"", "2026-03-29", "2026-10-25", "2026-11-27", "2027-01-01"} {
		part := l
		if since != "" {
			part = l.Within(Days{Since: since}, loc)
		}
		for _, by := range []Grouping{ByDay, ByWeek, ByMonth, ByModel, ByLabel} {
			groups, total, err := s.Groups(by, Days{Since: since}, loc)
			if err != nil {
				t.Fatal(err)
			}
			if want := part.Groups(by, loc); !reflect.DeepEqual(groups, want) || total != part.Total() {
				t.Fatalf("by %s since %q in %s\n%+v\n%+v\nwant\n%+v\n%+v", by, since, loc, groups, total, want, part.Total())
			}
		}
	}
}

// Sums always equal those of the entries: of all entries, with later entries
// changing earlier ones, and when saved in between.
func TestSumsEqualTheEntries(t *testing.T) {
	all := zones(t)
	rapid.Check(t, func(t *rapid.T) {
		history := rapid.SliceOfN(rapid.Custom(entryOf), 0, 40).Draw(t, "history")
		cut := rapid.IntRange(0, len(history)).Draw(t, "cut")
		before, later := make(Fold), make(Fold)
		for i := range history[:cut] {
			before.Add(&history[i])
		}
		s := SumsOf(maps.Values(before))
		for i := range history[cut:] {
			later.Add(&history[cut+i])
		}
		for key, e := range later {
			s.Change(before[key], before[key].With(e))
		}
		l, zone := New(history), rapid.SampledFrom(all).Draw(t, "zone")
		sameTotals(t, &s, l, zone)
		data, err := s.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		whole := make(Fold)
		for i := range history {
			whole.Add(&history[i])
		}
		fresh := SumsOf(maps.Values(whole))
		if again, err := fresh.Bytes(); err != nil || string(again) != string(data) {
			t.Fatalf("brought up to date, the sums are not those of all entries (%v)", err)
		}
		saved := ReadSums(data)
		sameTotals(t, &saved, l, zone)
	})
}

func TestSumsOfNothing(t *testing.T) {
	var s Sums
	if groups, total, err := s.Groups(ByDay, Days{}, time.UTC); len(groups) > 0 || total != (Tally{}) || err != nil {
		t.Errorf("%+v, %+v, %v", groups, total, err)
	}
}

// Sums that can't be exact say so.
func TestCoarseSumsSaySo(t *testing.T) {
	odd := time.FixedZone("odd", 7*60)
	one := SumsOf(New([]Entry{booked(1, noon, 7)}).All())
	if _, _, err := one.Groups(ByDay, Days{}, odd); !errors.Is(err, ErrCoarse) {
		t.Errorf("days that begin within a quarter: %v", err)
	}
	if _, _, err := one.Groups(ByModel, Days{Since: "2026-11-20"}, odd); !errors.Is(err, ErrCoarse) {
		t.Errorf("since a day that begins within a quarter: %v", err)
	}
	if _, total, err := one.Groups(ByModel, Days{}, odd); err != nil || total.Cost != 7 {
		t.Errorf("by model: %+v, %v", total, err)
	}
	huge := SumsOf(New([]Entry{booked(1, noon, math.MaxInt64), booked(2, noon, 1)}).All())
	if _, _, err := huge.Groups(ByDay, Days{}, time.UTC); !errors.Is(err, ErrCoarse) {
		t.Errorf("an amount that is too large: %v", err)
	}
	if _, err := huge.Bytes(); !errors.Is(err, ErrCoarse) {
		t.Errorf("an amount that is too large can be saved: %v", err)
	}
	apart := SumsOf(New([]Entry{booked(1, noon, math.MaxInt64), booked(2, noon.Add(time.Hour), 1)}).All())
	if _, total, err := apart.Groups(ByDay, Days{}, time.UTC); err != nil || !total.Overflow || total.Cost != math.MaxInt64 {
		t.Errorf("the total is too large: %+v, %v", total, err)
	}
	apart.Change(new(booked(1, noon, math.MaxInt64)), nil)
	if _, _, err := apart.Groups(ByDay, Days{}, time.UTC); !errors.Is(err, ErrCoarse) {
		t.Errorf("the total is too large on the way: %v", err)
	}
}

// Invalid data is an error, and never a panic.
func TestInvalidSumsAreAnError(t *testing.T) {
	s := SumsOf(full().All())
	data, err := s.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		spoilt := []byte(string(data[:rapid.IntRange(0, min(len(data), 2000)).Draw(t, "length")]))
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			if len(spoilt) > 0 {
				spoilt[rapid.IntRange(0, len(spoilt)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
			}
		}
		s := ReadSums(spoilt)
		_, _, _ = s.Groups(ByWeek, Days{}, time.UTC)
	})
	cut := ReadSums(data[:len(data)-1])
	if _, _, err := cut.Groups(ByDay, Days{}, time.UTC); err == nil {
		t.Error("cut sums are believed")
	}
}

func BenchmarkSums100k(b *testing.B) {
	s := SumsOf(full().All())
	data, err := s.Bytes()
	if err != nil {
		b.Fatal(err)
	}
	for _, by := range []Grouping{ByDay, ByModel} {
		b.Run(fmt.Sprint(by), func(b *testing.B) {
			b.ReportMetric(float64(len(data)), "bytes")
			for b.Loop() {
				read := ReadSums(data)
				if _, _, err := read.Groups(by, Days{}, time.UTC); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Entries that are added a few at a time become the same cells as all at once.
func TestCompactSumsAreTheSame(t *testing.T) {
	var s Sums
	var all []Entry
	for i := range 300 {
		e := booked(i, noon.Add(time.Duration(i*i)*time.Minute), api.Micros(i))
		all = append(all, e)
		s.Change(nil, &e)
		s.Compact()
		if i%50 != 0 {
			continue
		}
		if len(s.changes) > len(all)/2 {
			t.Errorf("%d of %d entries are changes", len(s.changes), len(all))
		}
		got, err := s.Bytes()
		whole := SumsOf(New(slices.Clone(all)).All())
		if want, err2 := whole.Bytes(); err != nil || err2 != nil || !bytes.Equal(got, want) {
			t.Errorf("after %d they differ: %v, %v", i+1, err, err2)
		}
	}
}
