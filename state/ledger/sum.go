package ledger

import (
	"math"

	"dubtop/api"
	"dubtop/state/outbox"
)

// sum is a total in whole numbers, so that it does not depend on the order and
// entries can be taken out again. It contains everything in a Tally.
type sum [sumParts]int64

// The parts of a sum. Jobs are counted by the kind of their cost, from
// CostUnknown to CostActual.
const (
	sumSeconds = iota // in millionths, like all amounts
	sumCost
	sumEstimated // of compared jobs
	sumActual    // of compared jobs
	sumKinds
	sumCompared    = sumKinds + costKinds
	sumFailed      = sumCompared + costKinds
	sumFailedCost  = sumFailed + costKinds
	sumCredits     = sumFailedCost + 1
	sumCreditsJobs = sumCredits + 1 // billed in credits
	sumParts       = sumCreditsJobs + 1

	costKinds = int(outbox.CostActual) + 1
)

// include adds an entry, or takes it out if sign is -1. It reports whether an
// amount overflowed, which can't be undone.
func (s *sum) include(e *Entry, sign int64) (over bool) {
	add := func(part int, n api.Micros) { over = s.add(part, sign*int64(max(n, 0))) || over }
	cost, _ := e.Cost()
	add(sumSeconds, micro(e.Seconds))
	add(sumCost, cost)
	add(sumKinds+int(e.Kind()), 1)
	if e.Actual != nil && e.Estimate != nil {
		add(sumCompared+int(e.ActualKind()), 1)
		add(sumEstimated, *e.Estimate)
		add(sumActual, *e.Actual)
	}
	if e.Failed() {
		add(sumFailed+int(e.Kind()), 1)
		add(sumFailedCost, cost)
	}
	if e.Credits != nil {
		add(sumCreditsJobs, 1)
		add(sumCredits, micro(*e.Credits))
	}
	return over
}

// add adds n to a part. On overflow the part becomes the largest number, and
// over is true.
func (s *sum) add(part int, n int64) (over bool) {
	if n > 0 && s[part] > math.MaxInt64-n {
		s[part] = math.MaxInt64
		return true
	}
	s[part] += n
	return false
}

// addUp adds two amounts, counting negative ones as 0. If the sum overflows it
// returns the largest amount, and over is true.
func addUp(a, b api.Micros) (total api.Micros, over bool) {
	if a, b = max(a, 0), max(b, 0); a > math.MaxInt64-b {
		return math.MaxInt64, true
	}
	return a + b, false
}

// micro converts a number to millionths.
func micro(f float64) api.Micros {
	n := math.Round(f * 1e6)
	switch {
	case !(n > 0):
		return 0
	case n >= math.MaxInt64:
		return math.MaxInt64
	}
	return api.Micros(n)
}

// jobs adds up the counts that begin at a part.
func (s *sum) jobs(part int) (n int) {
	for kind := range costKinds {
		n += s.count(part, outbox.CostKind(kind))
	}
	return n
}

func (s *sum) count(part int, kind outbox.CostKind) int { return int(s[part+int(kind)]) }

// weakest is the least certain kind among the counts that begin at a part,
// ignoring unknown costs.
func (s *sum) weakest(part int) (kind outbox.CostKind) {
	for k := outbox.CostDerived; k <= outbox.CostActual; k++ {
		if s.count(part, k) > 0 {
			kind = kind.Weaker(k)
		}
	}
	return kind
}
