package account

import (
	"context"

	"dubtop/state"
	"dubtop/state/journal"
	"dubtop/state/verdict"
)

// notRead is the number of the last known member or verdict if they are of no
// use, as without a screen.
const notRead = -1

// numbers are those of the last member of a set and of the last verdict that are
// known.
type numbers struct{ member, verdict int64 }

// verdictsRead holds the journal's verdicts since a given one.
type verdictsRead struct {
	given map[string]verdict.Given
	last  int64
}

// readVerdicts reads the new verdicts. If that fails, the next look at the
// journal reads them.
func readVerdicts(ctx context.Context, j *journal.Journal, after int64) (r verdictsRead) {
	if after == notRead {
		return r
	}
	given, last, err := j.Verdicts(ctx, after)
	if err != nil {
		return r
	}
	return verdictsRead{given, last}
}

// bring shows the verdicts, and returns the number of the last known one.
func (r verdictsRead) bring(s *state.Store, known int64) int64 {
	for id, g := range r.given {
		s.SetVerdict(id, g)
	}
	return max(known, r.last)
}
