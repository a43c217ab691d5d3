package notify

import (
	"testing"

	"dubtop/api/text"
)

func jobs(set string, done, failed int) (all []Job) {
	for i := range done + failed {
		all = append(all, Job{ID: set + string(rune('a'+i)), Name: text.Of("take " + string(rune('a'+i))), Set: set, Failed: i >= done})
	}
	return all
}

// One notice has everything that ended within a moment, each job once.
func TestOneNoticeHasEverythingOnce(t *testing.T) {
	signs := Signs{Done: "✓", Failed: "✗"}
	for name, c := range map[string]struct {
		wish Wish
		ends []End
		want text.Text
	}{
		"nothing":      {want: ""},
		"one":          {ends: []End{{Kind: Watched, Jobs: jobs("", 1, 0)}}, want: "take a is done"},
		"one failed":   {ends: []End{{Kind: Watched, Jobs: []Job{{ID: "1", Name: "promo", Failed: true, Why: "input too long"}}}}, want: "promo failed: input too long"},
		"many":         {ends: []End{{Kind: Last, Jobs: jobs("", 10, 2)}}, want: "12 ended: 10 ✓ 2 ✗, none is running"},
		"all failed":   {ends: []End{{Kind: Last, Jobs: jobs("", 0, 3)}}, want: "3 ended: 3 ✗, none is running"},
		"watched last": {ends: []End{{Kind: Watched, Jobs: jobs("", 1, 0)}, {Kind: Last, Jobs: jobs("", 1, 0)}}, want: "take a is done, none is running"},
		"a set and its jobs": {
			ends: []End{{Kind: Last, Jobs: jobs("spring", 3, 1)}, {Kind: Set, Name: "spring", Done: 40, Failed: 1}},
			want: "the set spring has ended: 40 ✓ 1 ✗",
		},
		"a set and others": {
			ends: []End{{Kind: Set, Name: "spring", Done: 2}, {Kind: Last, Jobs: append(jobs("spring", 2, 0), jobs("", 2, 0)...)}},
			want: "the set spring has ended: 2 ✓. 2 ended: 2 ✓, none is running",
		},
		"a pilot": {
			ends: []End{{Kind: Pilot, Name: "take a", Waiting: 11, Jobs: jobs("", 1, 0)}, {Kind: Last, Jobs: jobs("", 1, 0)}},
			want: "the pilot take a is done, 11 jobs wait for you",
		},
		"a failed pilot": {
			ends: []End{{Kind: Pilot, Name: "take a", Waiting: 1, Jobs: jobs("", 0, 1)}},
			want: "the pilot take a failed, 1 job waits for you",
		},
		"a stop comes first": {
			ends: []End{{Kind: Watched, Jobs: jobs("", 1, 0)}, {Kind: Queue, Words: "no credit is left"}},
			want: "the queue has stopped: no credit is left. take a is done",
		},
		"a deaf user":     {wish: Wish{Deaf: []Kind{Last, Set}}, ends: []End{{Kind: Last, Jobs: jobs("", 1, 0)}, {Kind: Set, Name: "spring"}}, want: ""},
		"notices are off": {wish: Wish{How: Off}, ends: []End{{Kind: Queue, Words: "no credit is left"}}, want: ""},
	} {
		if got := c.wish.Words(c.ends, signs); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
