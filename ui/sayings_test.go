package ui

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api/text"
)

// Whatever is told, the newest is kept, none is lost before there are too many,
// and there is an end to how many there are.
func TestSayingsAreBoundedAndInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l sayings
		at := time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)
		told := 0
		for range rapid.IntRange(1, 40).Draw(t, "bursts") {
			word := rapid.IntRange(0, 9).Draw(t, "word")
			again := rapid.Bool().Draw(t, "again")
			for i := range rapid.IntRange(1, 60).Draw(t, "many") {
				words := text.Sprint(word)
				if again {
					words = text.Sprint(word, " ", i)
				}
				at = at.Add(time.Second)
				l.add(saying{first: at, last: at, text: words}, again)
				told++
				if newest := l.list[len(l.list)-1]; newest.text != words || newest.last != at {
					t.Fatalf("told %q at %v, the newest is %+v", words, at, newest)
				}
			}
		}
		sum, ids := 0, map[uint64]bool{}
		for i, s := range l.list {
			sum += s.times
			if i > 0 && s.last.Before(l.list[i-1].last) {
				t.Fatalf("%+v after %+v", s, l.list[i-1])
			}
			if ids[s.id] || s.first.After(s.last) {
				t.Fatalf("%+v", s)
			}
			ids[s.id] = true
		}
		if len(l.list) > mostSayings || len(l.list) < mostSayings && sum != told {
			t.Fatalf("%d are kept, told %d of %d", len(l.list), sum, told)
		}
	})
}
