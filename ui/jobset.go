package ui

import (
	"context"
	"errors"
	"slices"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/ui/kit"
)

// jobSet says which jobs the actions of a screen are for: the marked ones,
// where there are any, else the one under the cursor.
type jobSet struct {
	one    func() *state.Generation  // the one that is marked or under the cursor; nil if there is none
	none   func() text.Text          // why there is none
	chosen func() []state.Generation // the marked ones in the order of the view, else that one
	count  func() int                // of the marked ones; nil where nothing can be marked
	unmark func()
}

// oneJob is the set of a screen that is about one job.
func oneJob(which func() *state.Generation) jobSet {
	return jobSet{one: which, none: needs(which), chosen: func() []state.Generation {
		if g := which(); g != nil {
			return []state.Generation{*g}
		}
		return nil
	}}
}

// markedJobs is the set of a list; job is the job of a row, one without an id
// where a row has none.
func markedJobs[T any](l *kit.List[T], job func(row *T) state.Generation) jobSet {
	one := func() *state.Generation {
		row := l.SoleMark()
		if row == nil {
			row = l.Selected()
		}
		if row == nil {
			return nil
		}
		g := job(row)
		if g.ID == "" {
			return nil
		}
		return &g
	}
	return jobSet{
		one: one, none: func() text.Text { return kit.First(l.None(), needs(one)()) },
		chosen: func() []state.Generation {
			var jobs []state.Generation
			for _, row := range l.Chosen() {
				jobs = append(jobs, job(row))
			}
			return jobs
		},
		count: l.MarkCount, unmark: l.Unmark,
	}
}

// needs refuses what needs a row when there is none.
func needs[T any](which func() *T) func() text.Text {
	return func() text.Text {
		if which() == nil {
			return "there is nothing here to do that with"
		}
		return ""
	}
}

// fetch asks for up to 100 jobs, together where there are several. Lists do not
// bring all that there is, such as the jobs of batches: what is missing is
// asked for by itself before it counts as not known to the server.
func fetch(ctx context.Context, s *account.Account, ids []api.ID) (map[api.ID]api.Generation, error) {
	found := make(map[api.ID]api.Generation, len(ids))
	if len(ids) > 1 {
		keep := func(items []api.Generation) {
			for _, g := range items {
				if slices.Contains(ids, g.ID) {
					found[g.ID] = g
				}
			}
		}
		page, err := s.Client.Generations(ctx, api.GenerationQuery{IDs: ids}, keep)
		if err != nil {
			return found, err
		}
		keep(page.Items)
	}
	for _, id := range ids {
		if _, known := found[id]; known {
			continue
		}
		g, err := s.Client.Generation(ctx, id, api.GenerationDetails{})
		switch e, ok := errors.AsType[*api.Error](err); {
		case ok && e.Kind == api.KindNotFound:
		case err != nil:
			return found, err
		default:
			found[id] = g
		}
	}
	return found, nil
}

// groupPage is how many jobs are read with one request, as the API allows.
const groupPage = 100

func (s *jobSet) many() int {
	if s.count == nil {
		return 0
	}
	return s.count()
}

// missing says why there is no job to act on where it is for one, "" when there
// is one.
func (s *jobSet) missing() text.Text {
	if s.one() == nil {
		return s.none()
	}
	return ""
}

// held is the set as it is now, whatever is marked later.
func (s *jobSet) held() jobSet {
	jobs := s.chosen()
	h := *s
	h.chosen = func() []state.Generation { return jobs }
	return h
}

// ids are those of the chosen jobs.
func (s *jobSet) ids() []string {
	var ids []string
	for _, j := range s.names() {
		ids = append(ids, j.id)
	}
	return ids
}

// names are the chosen jobs that have an id.
func (s *jobSet) names() []named {
	var jobs []named
	for _, g := range s.chosen() {
		if g.ID != "" {
			jobs = append(jobs, named{string(g.ID), g.Name})
		}
	}
	return jobs
}
