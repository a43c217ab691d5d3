package outbox

import (
	"slices"
)

// Turn is whose turn a waiting job counts as, and how many turns that one gets.
type Turn struct {
	Whose  string
	Weight float64 // more than 0
}

// Turns shares the sending between several: each gets as many turns as its weight
// says, and those of one keep their order. Who comes new, or comes back, begins
// where the others are, so that nobody can save turns up, and nobody waits for ever.
// The zero Turns is ready to use.
type Turns struct {
	at   float64            // where the last turn began
	next map[string]float64 // where the next turn of each begins
}

// Order returns the places of waiting jobs in the order in which they get their
// turn.
func (t *Turns) Order(waiting []Turn) []int {
	starts := make([]float64, len(waiting))
	next := make(map[string]float64)
	order := make([]int, len(waiting))
	for i, w := range waiting {
		start, ok := next[w.Whose]
		if !ok {
			start = t.start(w.Whose)
		}
		starts[i], next[w.Whose], order[i] = start, start+1/w.Weight, i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case starts[a] < starts[b]:
			return -1
		case starts[a] > starts[b]:
			return 1
		}
		return 0
	})
	return order
}

// Take takes in that a job was sent.
func (t *Turns) Take(w Turn) {
	start := t.start(w.Whose)
	if t.next == nil {
		t.next = make(map[string]float64)
	}
	t.at, t.next[w.Whose] = start, start+1/w.Weight
	for whose, next := range t.next {
		if next <= t.at { // as if it came new
			delete(t.next, whose)
		}
	}
}

func (t *Turns) start(whose string) float64 { return max(t.at, t.next[whose]) }
