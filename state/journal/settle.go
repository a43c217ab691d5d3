package journal

import "cmp"

// Settle gives one entry for each job, in the order of the ledger: what was
// booked when it was accepted, with the actual cost and the outcome that
// became known later, the latest of each. A job whose acceptance is missing or
// damaged is there with what is known of it, so that no money is out of sight.
// The same job counts once.
func Settle(entries []Entry) []Entry {
	jobs := make([]Entry, 0, len(entries))
	place := make(map[string]int, len(entries))
	for _, e := range entries {
		i, known := place[string(e.Job)]
		if !known {
			place[string(e.Job)] = len(jobs)
			jobs = append(jobs, e)
			continue
		}
		jobs[i].learn(e)
	}
	return jobs
}

// learn takes over what a later row says. The row of the acceptance is the
// ground even where it comes after the news.
func (e *Entry) learn(later Entry) {
	if later.Kind == EntryAccepted && e.Kind != EntryAccepted {
		*e, later = later, *e
	}
	if later.Actual != nil {
		e.Actual, e.Basis = later.Actual, later.Basis
	}
	if later.Kind == EntryCost && later.Credits != nil {
		e.Credits = later.Credits
	}
	e.Outcome = cmp.Or(later.Outcome, e.Outcome)
	if e.ServerAt.IsZero() {
		e.ServerAt = later.ServerAt
	}
	e.Model, e.Label = cmp.Or(e.Model, later.Model), cmp.Or(e.Label, later.Label)
	e.Seconds, e.Frames = cmp.Or(e.Seconds, later.Seconds), cmp.Or(e.Frames, later.Frames)
}
