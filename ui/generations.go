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
			{title: "status", width: 11, sort: table.SortStatus, cell: func(g *state.Generation) cell { return jobStatus(a.theme, g) }},
			{title: "model", width: 13, drop: 4, sort: table.SortModel, cell: func(g *state.Generation) cell { return cell{text.Of(g.Model), toneMuted} }},
			{title: "name", width: 13, want: 17, grow: 12, inner: true, sort: table.SortName, cell: func(g *state.Generation) cell { return cell{g.Name, toneText} }},
			{title: "label", width: 8, grow: 2, inner: true, drop: 5, when: a.store.Labelled, sort: table.SortLabel, cell: func(g *state.Generation) cell { return cell{g.Label(), toneText} }},
			{title: "length", width: 6, right: true, drop: 7, falls: true, sort: table.SortLength, cell: func(g *state.Generation) cell { return cell{length(g.Length), toneMuted} }},
			{title: "cost", width: 8, right: true, drop: 3, falls: true, sort: table.SortCost, cell: func(g *state.Generation) cell { return costCell(a.store.Cost(g)) }},
			{title: "age", width: 4, right: true, drop: 6, sort: table.SortAge, cell: func(g *state.Generation) cell { return cell{a.serverAge(g.Created), toneMuted} }},
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
func jobStatus(t *theme, g *state.Generation) cell {
	if g.Intent == "" {
		return statusCell(t, g.Status)
	}
	return intentStatus(t, g.Intent)
}

// intentStatus says how far a submission is that nothing is known to have come
// of.
func intentStatus(t *theme, s outbox.SubmissionState) cell {
	if s == outbox.SubmissionSending {
		return cell{t.glyphs.running + " sending", toneRunning}
	}
	return cell{t.glyphs.alert + " unknown", toneWarn}
}

// statusCell says a status by glyph, word and colour.
func statusCell(t *theme, s api.Status) cell {
	word := statusWord(s)
	switch {
	case s == api.Pending:
		return cell{t.glyphs.pending + " " + word, tonePending}
	case s == api.Processing:
		return cell{t.glyphs.running + " " + word, toneRunning}
	case s == api.Completed:
		return cell{t.glyphs.completed + " " + word, toneDone}
	case s.Troubled():
		return cell{t.glyphs.failed + " " + word, toneBad}
	}
	return cell{t.glyphs.unknown + " " + word, toneWarn}
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
func costCell(c outbox.Cost) cell {
	if c.Kind == outbox.CostUnknown {
		return cell{none, toneMuted}
	}
	return cell{rounded(c.Amount, c.Kind), amountTone(c.Kind)}
}

// progressCell says how far a running job is, how long a finished one took, or
// why it failed.
func (a *App) progressCell(g *state.Generation) cell {
	switch {
	case g.Intent == outbox.SubmissionUnknown:
		return cell{"maybe charged", toneWarn}
	case g.Intent != "":
		return cell{"", toneMuted}
	case g.Gone:
		return cell{"gone on server", toneMuted}
	case g.Status.Troubled():
		return cell{a.diagnose(string(g.ErrorCode), g.Error).short, toneBad}
	case g.Status.Terminal():
		if took, ok := g.Took(); ok {
			return cell{"took " + span(took), toneMuted}
		}
		return cell{"", toneMuted}
	case !g.Status.Running():
		return cell{"status unknown", toneMuted}
	}
	return a.runningCell(g)
}

// runningCell says how far a job is that runs, or ran when it was last seen.
func (a *App) runningCell(g *state.Generation) cell {
	e := a.store.Forecast.Expect(g, a.now)
	switch {
	case !a.store.Generations.Known():
		return cell{"when last seen", toneMuted}
	case g.Status == api.Pending && a.now.Sub(a.ours(g.Created)) > unusualPending:
		return cell{"unusually long", toneWarn}
	case e.Stuck:
		return cell{"long past due", toneWarn}
	case g.Status == api.Pending:
		return cell{"~" + roughly(e.Left), toneMuted}
	}
	return cell{a.theme.bar(e.Fraction, 8) + " ~" + roughly(e.Left), toneRunning}
}

// unusualPending is how long a job may wait before the vendor calls it
// unusual. https://sync.so/docs/api-reference/guides/troubleshooting
const unusualPending = 5 * time.Minute
