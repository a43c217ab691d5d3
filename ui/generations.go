package ui

import (
	"cmp"
	"time"

	"dubtop/state/outbox"
	"dubtop/state/table"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
)

// newGenerations is view 1: the jobs.
func newGenerations(a *App) *view[state.Generation] {
	v := &view[state.Generation]{title: "generations", list: list[state.Generation]{
		stage: a.stage, rows: &a.store.Generations, extent: a.extent(&a.store.Generations), marks: &marks[state.Generation]{},
		sorts: []table.Sort{table.SortAge, table.SortStatus, table.SortModel, table.SortName, table.SortLabel, table.SortLength, table.SortCost},
		columns: []column[state.Generation]{
			{title: "status", width: 11, sort: table.SortStatus, cell: func(g *state.Generation) piece { return jobStatus(a.theme, g) }},
			{title: "model", width: 13, drop: 4, sort: table.SortModel, cell: func(g *state.Generation) piece { return toneMuted.of(text.Of(g.Model)) }},
			{title: "name", width: 13, want: 17, grow: 12, inner: true, sort: table.SortName, cell: func(g *state.Generation) piece { return toneText.of(g.Name) }},
			{title: "label", width: 8, grow: 2, inner: true, drop: 5, when: a.store.Labelled, sort: table.SortLabel, cell: func(g *state.Generation) piece { return toneText.of(g.Label()) }},
			{title: "length", width: 6, right: true, drop: 7, falls: true, sort: table.SortLength, cell: func(g *state.Generation) piece { return toneMuted.of(length(g.Length)) }},
			{title: "cost", width: 8, right: true, drop: 3, falls: true, sort: table.SortCost, cell: func(g *state.Generation) piece { return costCell(a.store.Cost(g)) }},
			{title: "age", width: 4, right: true, drop: 6, sort: table.SortAge, cell: func(g *state.Generation) piece { return toneMuted.of(a.serverAge(g.Created)) }},
			{title: "progress", width: 15, grow: 1, drop: 2, spare: true, sort: table.SortNone, cell: a.progressCell},
		},
		empty: func() []text.Text {
			return []text.Text{
				"No generations yet.",
				a.keyFor(keymap.NewGeneration) + "  make one: the price is shown first, and nothing is sent before you agree",
			}
		},
	}}
	v.query.Costs, v.query.Notes = &a.store.Prices, &a.store.Notes
	v.pane = a.generationPane
	act := generationActions(a, markedJobs(&v.list, func(g *state.Generation) state.Generation { return *g }))
	failures := a.does(keymap.Failures, plain(func() { v.query.Failures = !v.query.Failures; v.refresh() })).hinted("failures")
	details := a.does(keymap.Details, func() tea.Cmd { return a.openGeneration(v.selected()) }).unless(v.none).hinted("details")
	hinted := a.does(keymap.NewGeneration, func() tea.Cmd { return a.newGeneration(nil) }).unless(a.unspendable).hinted("new")
	own := append([]action{hinted, details}, act...)
	return v.with(append(append(own, v.following(v.marking())...), failures)...)
}

// generationActions are what can be done with a job, wherever it is shown, or
// with those that are marked.
func generationActions(a *App, set jobSet) []action {
	missing := func() text.Text {
		if n := set.many(); n > 1 {
			return tooMany(n, wordMost)
		}
		return set.missing()
	}
	unidentified := func() text.Text {
		if set.many() > 0 {
			return ""
		}
		return set.none()
	}
	open, link := a.linking(set)
	acts := []action{
		open.hinted("open"),
		a.does(keymap.CopyID, func() tea.Cmd { return a.copyIDs(set.ids()) }).unless(unidentified).hinted(""),
		link,
		a.does(keymap.Note, func() tea.Cmd { return a.editNote(set.names()) }).unless(func() text.Text { return cmp.Or(missing(), a.unnotable()) }),
		a.does(keymap.Label, func() tea.Cmd { return a.askLabel(set.names()) }).unless(func() text.Text { return cmp.Or(missing(), a.unlabelled()) }),
	}
	return append(acts, a.runningAgain(set)...)
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

// jobStatus is a job's status, or how far a submission without a known job is.
func jobStatus(t *theme, g *state.Generation) piece {
	if g.Intent == "" {
		return statusCell(t, g.Status)
	}
	return intentStatus(t, g.Intent)
}

// intentStatus says how far a submission is that nothing is known to have come
// of.
func intentStatus(t *theme, s outbox.SubmissionState) piece {
	if s == outbox.SubmissionSending {
		return toneRunning.of(t.glyphs.running + " sending")
	}
	return toneWarn.of(t.glyphs.alert + " unknown")
}

// statusCell says a status by glyph, word and colour.
func statusCell(t *theme, s api.Status) piece {
	word := statusWord(s)
	switch {
	case s == api.Pending:
		return tonePending.of(t.glyphs.pending + " " + word)
	case s == api.Processing:
		return toneRunning.of(t.glyphs.running + " " + word)
	case s == api.Completed:
		return toneDone.of(t.glyphs.completed + " " + word)
	case s.Troubled():
		return toneBad.of(t.glyphs.failed + " " + word)
	}
	return toneWarn.of(t.glyphs.unknown + " " + word)
}

// statusWord is the word people use; what we do not know stays as the API
// spells it.
func statusWord(s api.Status) text.Text {
	switch s {
	case api.Pending:
		return "pending"
	case api.Processing:
		return "running"
	case api.Completed:
		return "completed"
	case api.Failed:
		return "failed"
	case api.Rejected:
		return "rejected"
	case "":
		return "no status"
	}
	return text.Of(string(s))
}

// costCell says a cost and how sure it is.
func costCell(c outbox.Cost) piece {
	if c.Kind == outbox.CostUnknown {
		return toneMuted.of(none)
	}
	return amountTone(c.Kind).of(rounded(c.Amount, c.Kind))
}

// progressCell says how far a running job is, how long a finished one took, or
// why it failed.
func (a *App) progressCell(g *state.Generation) piece {
	switch {
	case g.Intent == outbox.SubmissionUnknown:
		return toneWarn.of("maybe charged")
	case g.Intent != "":
		return toneMuted.of("")
	case g.Gone:
		return toneMuted.of("gone on server")
	case g.Status.Troubled():
		return toneBad.of(a.diagnose(string(g.ErrorCode), g.Error).short)
	case g.Status.Terminal():
		if took, ok := g.Took(); ok {
			return toneMuted.of("took " + span(took))
		}
		return toneMuted.of("")
	case !g.Status.Running():
		return toneMuted.of("status unknown")
	}
	return a.runningCell(g)
}

// runningCell says how far a job is that runs, or ran when it was last seen.
func (a *App) runningCell(g *state.Generation) piece {
	e := a.store.Forecast.Expect(g, a.now)
	switch {
	case !a.store.Generations.Known():
		return toneMuted.of("when last seen")
	case g.Status == api.Pending && a.now.Sub(a.ours(g.Created)) > unusualPending:
		return toneWarn.of("unusually long")
	case e.Stuck:
		return toneWarn.of("long past due")
	case g.Status == api.Pending:
		return toneMuted.of("~" + roughly(e.Left))
	}
	return toneRunning.of(a.theme.bar(e.Fraction, 8) + " ~" + roughly(e.Left))
}

// unusualPending is how long a job may wait before the vendor calls it
// unusual. https://sync.so/docs/api-reference/guides/troubleshooting
const unusualPending = 5 * time.Minute
