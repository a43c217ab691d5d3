package outbox

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPlansAreReadAsTyped(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	now := time.Date(2026, 11, 30, 17, 30, 0, 0, berlin)
	for typed, want := range map[string]Plan{
		"":                      {},
		"high":                  {Priority: PriorityHigh},
		"normal":                {},
		"18:00":                 {Deadline: time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC)},
		"17:30":                 {Deadline: time.Date(2026, 12, 1, 16, 30, 0, 0, time.UTC)},
		" 9:00 LOW ":            {Deadline: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC), Priority: PriorityLow},
		"in 3h":                 {Deadline: time.Date(2026, 11, 30, 19, 30, 0, 0, time.UTC)},
		"in 90 min high":        {Deadline: time.Date(2026, 11, 30, 18, 0, 0, 0, time.UTC), Priority: PriorityHigh},
		"2026-12-01 09:00":      {Deadline: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)},
		"2026-12-01 normal":     {Deadline: time.Date(2026, 12, 1, 23, 0, 0, 0, time.UTC)},
		"2026-12-01 09:00 high": {Deadline: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC), Priority: PriorityHigh},
	} {
		if got, err := ParsePlan(typed, now); err != nil || got != want {
			t.Errorf("%q: %+v %v, want %+v", typed, got, err, want)
		}
	}
	for _, typed := range []string{"tomorrow", "in", "in -3h", "25:00", "2026-11-30 17:00", "high 18:00", "in 3 hours"} {
		if p, err := ParsePlan(typed, now); err == nil {
			t.Errorf("%q: %+v", typed, p)
		}
	}
}

func TestLate(t *testing.T) {
	p := Plan{Deadline: noon}
	if late := p.Late(noon.Add(40 * time.Minute)); late != 40*time.Minute {
		t.Error(late)
	}
	if late := p.Late(noon.Add(-time.Minute)) + (Plan{}).Late(noon); late != 0 {
		t.Error(late)
	}
}

// TestTurnsAreFair sends jobs that keep coming: each gets its share, in order, and
// none waits for ever.
func TestTurnsAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := map[string]float64{"a": 1, "b": 1, "c": 4, "d": 0.25}
		var turns Turns
		type job struct {
			Turn
			number, waits int
		}
		var queue []job
		sent := map[string]int{}
		number := 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			for _, whose := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 3).Draw(t, "come") {
				number++
				queue = append(queue, job{Turn{whose, weights[whose]}, number, 0})
			}
			if len(queue) == 0 {
				continue
			}
			waiting := make([]Turn, len(queue))
			for i := range queue {
				waiting[i] = queue[i].Turn
			}
			order := turns.Order(waiting)
			last := map[string]int{}
			seen := make([]bool, len(queue))
			for _, i := range order {
				if seen[i] || queue[i].number < last[queue[i].Whose] {
					t.Fatalf("%v of %v", order, queue)
				}
				seen[i], last[queue[i].Whose] = true, queue[i].number
			}
			if len(order) != len(queue) {
				t.Fatalf("%d of %d", len(order), len(queue))
			}
			first := queue[order[0]]
			turns.Take(first.Turn)
			sent[first.Whose]++
			queue = append(queue[:order[0]:order[0]], queue[order[0]+1:]...)
			ahead := map[string]int{}
			for i := range queue {
				queue[i].waits++
				ahead[queue[i].Whose]++
				// At worst one of weight 0.25 lets 4 × (1 + 1 + 4) others go first, for each of
				// its own that is ahead.
				if most := (ahead[queue[i].Whose] + 1) * 30; queue[i].waits > most {
					t.Fatalf("%+v waits too long", queue[i])
				}
			}
		}
	})
}

// TestSharesFollowTheWeights sends from full queues.
func TestSharesFollowTheWeights(t *testing.T) {
	var turns Turns
	var waiting []Turn
	for range 100 {
		waiting = append(waiting, Turn{"high", 4})
	}
	for range 100 {
		waiting = append(waiting, Turn{"normal", 1})
	}
	sent := map[string]int{}
	for range 50 {
		i := turns.Order(waiting)[0]
		turns.Take(waiting[i])
		sent[waiting[i].Whose]++
		waiting = append(waiting[:i:i], waiting[i+1:]...)
	}
	if sent["high"] < 39 || sent["high"] > 41 {
		t.Errorf("%v", sent)
	}
}

// TestOneAloneKeepsTheOrder is the queue as it was.
func TestOneAloneKeepsTheOrder(t *testing.T) {
	var turns Turns
	for range 3 {
		turns.Take(Turn{"", 1})
	}
	for i, at := range turns.Order([]Turn{{"", 1}, {"", 1}, {"", 1}}) {
		if i != at {
			t.Errorf("%d is %d", i, at)
		}
	}
}
