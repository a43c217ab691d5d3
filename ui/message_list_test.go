package ui

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"dubtop/api/text"
	"dubtop/ui/kit"
)

// The newest message is always kept, none is lost below the limit, and the
// number is limited.
func TestMessagesAreBoundedAndInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l kit.Messages
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
				l.Add(kit.Message{First: at, Last: at, Text: words}, again)
				told++
				if newest := l.List[len(l.List)-1]; newest.Text != words || newest.Last != at {
					t.Fatalf("told %q at %v, the newest is %+v", words, at, newest)
				}
			}
		}
		sum, ids := 0, map[uint64]bool{}
		for i, s := range l.List {
			sum += s.Times
			if i > 0 && s.Last.Before(l.List[i-1].Last) {
				t.Fatalf("%+v after %+v", s, l.List[i-1])
			}
			if ids[s.ID] || s.First.After(s.Last) {
				t.Fatalf("%+v", s)
			}
			ids[s.ID] = true
		}
		if len(l.List) > kit.MostMessages || len(l.List) < kit.MostMessages && sum != told {
			t.Fatalf("%d are kept, told %d of %d", len(l.List), sum, told)
		}
	})
}
