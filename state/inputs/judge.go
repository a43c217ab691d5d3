package inputs

import (
	"context"

	"dubtop/api"
	"dubtop/state/draft"
	"dubtop/state/jobset"
	"dubtop/state/journal"
)

// Judge compares the rows of a set with the jobs made before, and measures the
// files of those that can be sent, as the dashboard does before it prices them.
// j may be nil. The findings are in known.
func (s JobSources) Judge(ctx context.Context, c *api.Client, j *journal.Journal, set *jobset.Set, known *Findings) error {
	drafts := make([]draft.Draft, len(set.Rows))
	for i := range set.Rows {
		drafts[i] = set.Rows[i].Draft
	}
	before, err := s.MadeBefore(ctx, j, drafts)
	if err != nil {
		return err
	}
	set.MarkTwins(before)
	m := &Measuring{Client: c, Env: s.Env, Known: known}
	var fit []jobset.Row
	at := make(map[string]int)
	for i := range set.Rows {
		if at[set.Rows[i].Key()] = i; set.Rows[i].Fit() {
			fit = append(fit, set.Rows[i].Copy())
		}
	}
	m.Start(fit)
	stop := context.AfterFunc(ctx, m.Stop)
	defer stop()
	defer m.Stop()
	for {
		rows, more := m.Next()
		for i := range rows {
			set.Rows[at[rows[i].Key()]].Measure(rows[i].Measured)
		}
		if !more {
			return ctx.Err()
		}
	}
}
