package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/outbox"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// newGenerations returns the view of the jobs.
func newGenerations(a *composer) *kit.ListView[state.Generation] {
	v := &kit.ListView[state.Generation]{Heading: "generations", List: kit.List[state.Generation]{
		Stage: a.Stage, Rows: &a.store.Generations, Extent: a.extent(&a.store.Generations), Marks: &kit.Marks[state.Generation]{},
		Sorts: []table.Sort{table.SortAge, table.SortStatus, table.SortModel, table.SortName, table.SortLabel, table.SortSet, table.SortLang, table.SortVerdict, table.SortLength, table.SortCost},
		Columns: []kit.Column[state.Generation]{
			{Title: "status", Width: 11, Sort: table.SortStatus, Cell: func(g *state.Generation) paint.Piece { return a.watchSign(g.Key(), jobStatus(a.Theme, g)) }},
			{Title: "model", Width: 13, Drop: 4, Sort: table.SortModel, Cell: func(g *state.Generation) paint.Piece { return paint.Muted.Of(text.Of(g.Model)) }},
			{Title: "name", Width: 13, Want: 17, Grow: 12, Inner: true, Sort: table.SortName, Cell: func(g *state.Generation) paint.Piece { return paint.Normal.Of(g.Name) }},
			{Title: "label", Width: 8, Grow: 2, Inner: true, Drop: 5, When: a.store.Labelled, Sort: table.SortLabel, Cell: func(g *state.Generation) paint.Piece { return paint.Normal.Of(g.Label()) }},
			{Title: "set", Width: 8, Grow: 1, Inner: true, Drop: 8, Spare: true, When: a.store.Sets.Any, Sort: table.SortSet, Cell: func(g *state.Generation) paint.Piece { return paint.Muted.Of(g.Set()) }},
			{Title: "project", Width: 8, Want: 12, Grow: 1, Inner: true, Drop: 10, Spare: true, When: a.store.InProjects, Sort: table.SortNone, Cell: func(g *state.Generation) paint.Piece { return paint.Muted.Of(g.Project()) }},
			{Title: "lang", Width: 5, Drop: 9, Spare: true, When: a.store.Sets.Any, Sort: table.SortLang, Cell: func(g *state.Generation) paint.Piece { return paint.Muted.Of(g.Lang()) }},
			{Title: "verdict", Width: 8, Drop: 5, Spare: true, When: a.store.Verdicts.Any, Sort: table.SortVerdict, Cell: func(g *state.Generation) paint.Piece { return verdictCell(g.Verdict()) }},
			{Title: "length", Width: 6, Right: true, Drop: 7, Falls: true, Sort: table.SortLength, Cell: func(g *state.Generation) paint.Piece { return paint.Muted.Of(length(g.Length)) }},
			{Title: "cost", Width: 8, Right: true, Drop: 3, Falls: true, Sort: table.SortCost, Cell: func(g *state.Generation) paint.Piece { return a.jobCostCell(g) }},
			{Title: "age", Width: 4, Right: true, Drop: 6, Sort: table.SortAge, Cell: func(g *state.Generation) paint.Piece { return paint.Muted.Of(a.serverAge(g.Created)) }},
			{Title: "progress", Width: 15, Grow: 1, Drop: 2, Spare: true, Sort: table.SortNone, Cell: a.progressCell},
		},
		Empty: func() []text.Text {
			return []text.Text{
				"No generations yet.",
				a.KeyFor(keymap.NewGeneration) + "  create one: you see the price first, and nothing is sent until you agree",
			}
		},
	}}
	v.Query.Figures, v.Query.Notes, v.Query.Clock = a.store.Figures(), a.store.Remarks(), serverClock{a.desk}
	v.Query.Hidden = &a.store.Hidden
	v.Pane = a.generationPane
	v.Above = a.setLines
	withPicture(a.desk, v, a.jobPicture)
	act := generationActions(a, markedJobs(&v.List, func(g *state.Generation) state.Generation { return *g }))
	failures := a.Does(keymap.Failures, kit.Plain(v.OnlyFailures)).Hinted("failures")
	details := a.Does(keymap.Details, func() tea.Cmd { return a.openGeneration(v.Selected()) }).Unless(v.None).Hinted("details")
	hinted := a.Does(keymap.NewGeneration, func() tea.Cmd { return a.newGeneration(nil) }).Unless(a.unspendable).Hinted("new")
	own := append([]kit.Action{hinted, details, exporting(a.desk, &v.List, "generations", a.exportedJobs())}, act...)
	return v.With(append(append(own, v.Marking()...), failures)...)
}

// progressCell says how far a running job is, how long a finished one took, or
// why it failed.
func (a *composer) progressCell(g *state.Generation) paint.Piece {
	switch {
	case g.Submission == outbox.SubmissionUnknown:
		return paint.Warn.Of("maybe charged")
	case g.Submission != "":
		return paint.Muted.Of("")
	case g.Gone:
		return paint.Muted.Of("gone on server")
	case g.Status.Troubled():
		return paint.Bad.Of(a.diagnose(string(g.ErrorCode), g.Error).short)
	case g.Status.Terminal():
		return a.endedCell(g)
	case !g.Status.Running():
		return paint.Muted.Of("status unknown")
	}
	return a.runningCell(g)
}

// endedCell says whether the output of a completed job is saved, and how long the
// job took.
func (a *composer) endedCell(g *state.Generation) paint.Piece {
	p, kept := a.savedCell(g)
	took, _, known := a.store.Took(g)
	switch {
	case kept && known && p.Text == "saved":
		p.Text += " · " + span(took)
	case kept:
	case known:
		return paint.Muted.Of("took " + span(took))
	}
	return p
}

// runningCell says how far a running job is. If the server cannot be reached,
// the job was running when last seen.
func (a *composer) runningCell(g *state.Generation) paint.Piece {
	e := a.store.Expect(g, a.Now)
	switch {
	case !a.store.Generations.Known():
		return paint.Muted.Of("when last seen")
	case g.Status == api.Pending && a.Now.Sub(a.ours(g.Created)) > unusualPending:
		return paint.Warn.Of("unusually long")
	case e.Stuck:
		return paint.Warn.Of("long past due")
	case g.Status == api.Pending:
		return paint.Muted.Of(leftWords(e.Left))
	}
	return paint.Running.Of(a.Theme.Bar(e.Fraction, 8) + " " + leftWords(e.Left))
}

// leftWords says in a cell how long a job may still take.
func leftWords(left time.Duration) text.Text {
	if left < time.Second {
		return "soon"
	}
	return "~" + roughly(left)
}

// unusualPending is how long a job may be pending before the vendor calls it
// unusual. https://sync.so/docs/api-reference/guides/troubleshooting
const unusualPending = 5 * time.Minute
