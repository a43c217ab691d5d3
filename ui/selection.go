package ui

import (
	"cmp"

	"dubtop/api/text"
	"dubtop/state"
	"dubtop/state/outbox"
	"dubtop/ui/kit"
)

// selection is the set of jobs that a screen's actions apply to: the marked ones,
// or else the one under the cursor.
type selection struct {
	one    func() *state.Generation          // the only marked job, or else the one under the cursor; may be nil
	none   func() text.Text                  // why there is none
	chosen func() []state.Generation         // the marked jobs in the order of the view, or else that one
	shown  func(most int) []state.Generation // the jobs that the list shows; nil if it is no list
	count  func() int                        // number of marked jobs; nil if nothing can be marked
	line   func() *state.Generation          // the row under the cursor if it is a line that became no job; may be nil
	batch  string                            // submission of the batch whose results these are, "" if it is not known
	unmark func()
}

// oneJob returns the set of a screen about one job.
func oneJob(which func() *state.Generation) selection {
	return selection{one: which, none: needs(which), chosen: func() []state.Generation {
		if g := which(); g != nil {
			return []state.Generation{*g}
		}
		return nil
	}}
}

// markedJobs returns the set of a list. job returns the job of a row, without
// an id if the row has none.
func markedJobs[T any](l *kit.List[T], job func(row *T) state.Generation) selection {
	one := func() *state.Generation {
		row := cmp.Or(l.SoleMark(), l.Selected())
		if row == nil {
			return nil
		}
		g := job(row)
		if g.ID == "" {
			return nil
		}
		return &g
	}
	return selection{
		one: one, none: func() text.Text { return cmp.Or(l.None(), needs(one)()) },
		chosen: func() []state.Generation {
			var jobs []state.Generation
			for _, row := range l.Chosen() {
				jobs = append(jobs, job(row))
			}
			return jobs
		},
		shown: func(most int) []state.Generation {
			l.Refresh()
			jobs := make([]state.Generation, min(l.Shown.Len(), most))
			for i := range jobs {
				jobs[i] = job(l.Shown.At(i))
			}
			return jobs
		},
		count: l.MarkCount, unmark: l.Unmark,
	}
}

// named is a job, batch or submission with the name to show in prompts.
type named struct {
	id   string
	name text.Text
}

// watchee is a row that may be watched.
type watchee struct {
	named
	ended bool
}

// reviewMost is the largest number of jobs in a review.
const reviewMost = 1000

// needs returns a check that refuses when there is no row.
func needs[T any](which func() *T) func() text.Text {
	return func() text.Text {
		if which() == nil {
			return "there is no row to act on"
		}
		return ""
	}
}

// groupPage is the largest number of jobs the API returns per request.
const groupPage = 100

func (s *selection) many() int {
	if s.count == nil {
		return 0
	}
	return s.count()
}

// missing returns why there is no job to act on, or "".
func (s *selection) missing() text.Text {
	if s.one() == nil {
		return s.none()
	}
	return ""
}

// source returns the known facts about the source of a row, without reading it.
func (s *selection) source(g state.Generation) source {
	x := source{job: g}
	if g.ID == "" && s.batch != "" {
		l := outbox.BatchLine{RequestID: string(g.Name)}
		x.line = l.MemberID(s.batch)
	}
	return x
}

// again returns the only row to run again, or nil.
func (s *selection) again() *source {
	g := s.one()
	if g == nil && s.line != nil && s.batch != "" {
		g = s.line()
	}
	if g == nil {
		return nil
	}
	x := s.source(*g)
	return &x
}

// drop removes the marks.
func (s *selection) drop() {
	if s.unmark != nil {
		s.unmark()
	}
}

// fixed returns a copy that does not change with later marks.
func (s *selection) fixed() selection {
	jobs := s.chosen()
	h := *s
	h.chosen = func() []state.Generation { return jobs }
	return h
}

// ids returns the ids of the chosen jobs.
func (s *selection) ids() []string {
	var ids []string
	for _, j := range s.names() {
		ids = append(ids, j.id)
	}
	return ids
}

// names returns the chosen jobs that have an id.
func (s *selection) names() []named {
	var jobs []named
	for _, g := range s.chosen() {
		if g.ID != "" {
			jobs = append(jobs, named{string(g.ID), g.Name})
		}
	}
	return jobs
}

// watchees returns the chosen jobs that have an id, and whether they have ended.
func (s *selection) watchees() (rows []watchee) {
	for _, g := range s.chosen() {
		if g.ID != "" {
			rows = append(rows, watchee{named{g.Key(), g.Name}, g.Status.Terminal() || g.Gone})
		}
	}
	return rows
}
