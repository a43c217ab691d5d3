package ui

import (
	"context"
	"maps"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/jobset"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// setGrid shows the rows of a job set, to be checked and corrected before they
// are priced.
type setGrid struct {
	*kit.ListView[jobset.Row]
	app     *composer
	form    *setForm
	sources inputs.JobSources
	set     jobset.Set // its counts and notes; the rows are in rows
	rows    *table.Collection[jobset.Row]
	changed bool // rows were edited or left out by the user

	known     *inputs.Findings // measurements of the files so far
	assets    map[string]inputs.Asset
	measuring []*inputs.Measuring // under way

	made      func([]draft.Draft) (map[string]jobset.Made, error) // jobs made before
	stop      context.CancelFunc                                  // ends made
	comparing int                                                 // calls of made under way
	compared  int                                                 // number of comparisons on the screen
	apart     text.Text                                           // why some rows could not be compared

	counted jobset.Totals
	version uint64 // of rows when they were counted
}

// newSetGrid returns the grid of a set.
func newSetGrid(f *setForm, sources inputs.JobSources, set jobset.Set) *setGrid {
	a := f.app
	g := &setGrid{app: a, form: f, sources: sources, set: set, rows: &table.Collection[jobset.Row]{}, known: inputs.NewFindings(), assets: a.allAssets()}
	maps.Copy(g.assets, f.typed.assets)
	g.rows.Replace(set.Rows, a.Now)
	g.set.Rows = nil
	for r := range g.rows.All() {
		a.wantVoices(&r.Draft)
	}
	var ctx context.Context
	ctx, g.stop = context.WithCancel(context.Background())
	g.made = func(drafts []draft.Draft) (map[string]jobset.Made, error) {
		return sources.MadeBefore(ctx, a.session.Journal, drafts)
	}
	home := a.cfg.Home
	lang := func() bool { return len(g.totals().Langs) > 0 }
	g.ListView = &kit.ListView[jobset.Row]{Heading: "job set", List: kit.List[jobset.Row]{
		Stage: a.Stage, Rows: g.rows, Extent: a.extent(g.rows), Marks: &kit.Marks[jobset.Row]{},
		Sorts: []table.Sort{table.SortAge, table.SortStatus, table.SortName, table.SortModel, table.SortLang, table.SortLength, table.SortLabel},
		Columns: []kit.Column[jobset.Row]{
			{Title: "row", Width: 5, Right: true, Sort: table.SortAge, Cell: func(r *jobset.Row) paint.Piece { return paint.Muted.Of(text.Of(strconv.Itoa(r.Number))) }},
			{Title: "name", Width: 12, Grow: 1, Inner: true, Sort: table.SortName, Cell: func(r *jobset.Row) paint.Piece { return g.tone(r, paint.Normal).Of(r.Name(home)) }},
			{Title: "lang", Width: 6, Drop: 3, When: lang, Sort: table.SortLang, Cell: func(r *jobset.Row) paint.Piece { return paint.Muted.Of(text.Of(r.Lang)) }},
			{Title: "model", Width: 13, Drop: 6, Sort: table.SortModel, Cell: func(r *jobset.Row) paint.Piece { return paint.Muted.Of(text.Of(r.Draft.Model)) }},
			{Title: "length", Width: 6, Right: true, Drop: 2, Falls: true, Sort: table.SortLength, Cell: g.lengthCell},
			{Title: "price", Width: 8, Right: true, Drop: 5, Sort: table.SortNone, Cell: g.priceCell},
			{Title: "video", Width: 10, Want: 14, Grow: 1, Inner: true, Drop: 8, Sort: table.SortNone, Cell: func(r *jobset.Row) paint.Piece { return paint.Muted.Of(a.mediaName(r.Draft.Visual)) }},
			{Title: "audio", Width: 10, Want: 14, Grow: 1, Inner: true, Drop: 7, Sort: table.SortNone, Cell: func(r *jobset.Row) paint.Piece { return paint.Muted.Of(a.audioName(&r.Draft)) }},
			{Title: "label", Width: 8, Inner: true, Drop: 9, Spare: true, Sort: table.SortLabel, Cell: func(r *jobset.Row) paint.Piece { return paint.Normal.Of(draft.CleanLabel(r.Draft.Label)) }},
			{Title: "check", Width: 30, Want: 50, Grow: 8, Sort: table.SortStatus, Cell: g.standing},
		},
		Empty: func() []text.Text { return []text.Text{"No row is left in this set.", "esc  back"} },
	}}
	g.Pane = g.pane
	g.with()
	return g
}

// with adds the actions.
func (g *setGrid) with() {
	a := g.app
	some := func() text.Text { return g.None() }
	price := a.Does(keymap.Estimate, g.price).Unless(g.unready).Hinted("price them")
	price.Key.SetHelp(price.Key.Help().Key, "price the rows that can be sent")
	named := func(act kit.Action, words string) kit.Action {
		act.Key.SetHelp(act.Key.Help().Key, words)
		return act
	}
	g.With(append([]kit.Action{
		price,
		named(a.Does(keymap.Details, g.edit).Unless(some), "edit the row"),
		named(a.Does(keymap.Edit, g.edit).Unless(some), "edit the row").Hinted("edit"),
		named(a.Does(keymap.Drop, kit.Plain(g.leaveOut)).Unless(g.unmovable), "leave out, or put back").Hinted("leave out"),
		named(a.Does(keymap.Label, g.label).Unless(some), "label rows"),
		named(a.Does(keymap.RerunModel, g.model).Unless(some), "choose a model for rows"),
		named(a.Does(keymap.Columns, kit.Plain(func() { g.form.askColumns(g.set.Columns, g) })).Unless(g.columnless), "what the columns of the list hold"),
		named(a.Does(keymap.Open, g.openMade).Unless(g.unmade), "open the output of the same job made before"),
		named(a.Does(keymap.Refresh, g.again), "measure again what could not be measured"),
		named(a.Does(keymap.Failures, kit.Plain(g.OnlyFailures)), "only rows that won't be sent").Hinted("troubles"),
		a.Does(keymap.Back, g.back).Hinted("back"),
	}, g.Marking()...)...)
}

// unready returns why the rows can't be priced now, or "".
func (g *setGrid) unready() text.Text {
	switch {
	case g.progress() != "":
		return "still " + g.progress()
	case g.apart != "":
		return "the rows could not be compared with the jobs made before; " + g.app.KeyFor(keymap.Refresh) + " tries again"
	case g.totals().Chosen == 0:
		return "no row can be sent; " + g.app.KeyFor(keymap.Failures) + " shows those with trouble"
	}
	return g.app.unspendable()
}

// unmade returns why there is no earlier job to open, or "".
func (g *setGrid) unmade() text.Text {
	if r := g.Selected(); r == nil || r.Made == "" {
		return "no job with the same content was made before"
	}
	return ""
}

// openMade opens the output of the earlier job.
func (g *setGrid) openMade() tea.Cmd {
	return g.app.openOutput(api.ID(g.Selected().Made), opening)
}

// tone dims rows that will not be sent.
func (g *setGrid) tone(r *jobset.Row, tone paint.Tone) paint.Tone {
	if !r.Chosen() {
		return paint.Muted
	}
	return tone
}

// standing says whether a row can be sent, and why it is left out if it is.
func (g *setGrid) standing(r *jobset.Row) paint.Piece {
	switch {
	case !r.Fit():
		return paint.Bad.Of(r.Words())
	case r.Out && r.Doubt() == "":
		return paint.Muted.Of("left out")
	case r.Out:
		return paint.Warn.Of(text.Of("left out: " + r.Doubt()))
	case r.Twin != "":
		return paint.Warn.Of(text.Of("again: " + r.Twin))
	case r.Words() != "":
		return paint.Warn.Of(r.Words())
	case !r.Measured.Done:
		return paint.Muted.Of(g.app.Theme.Glyphs.More)
	}
	return paint.OK.Of(g.app.Theme.Glyphs.Completed)
}

// totals counts the rows.
func (g *setGrid) totals() *jobset.Totals {
	if v := g.rows.Version(); v != g.version {
		g.version, g.counted = v, jobset.Count(g.rows.All())
	}
	return &g.counted
}

// narrowGrid is the width of the window up to which the number of rows gives way
// to the progress of measuring.
const narrowGrid = 120

// Narrowed returns the number of rows by state, and the active filter.
func (g *setGrid) Narrowed() text.Text {
	n := g.totals()
	words := text.Sprintf("%s to send", text.Count(n.Chosen, "job", "jobs"))
	if n.Troubled > 0 {
		words += text.Sprintf(", %d with trouble", n.Troubled)
	}
	if n.Out > 0 {
		words += text.Sprintf(", %d left out", n.Out)
	}
	switch measuring := g.progress(); {
	case measuring != "" && g.app.Width < narrowGrid:
		words = measuring
	case measuring != "":
		words += "  " + measuring
	}
	return text.Join(slices.DeleteFunc([]text.Text{g.ListView.Narrowed(), words}, func(w text.Text) bool { return w == "" }), "  ")
}

// pane shows a row in full, and the sources of the set.
func (g *setGrid) pane(r *jobset.Row, width int) []paint.Styled {
	t, d, home := g.app.Theme, &r.Draft, g.app.cfg.Home
	lines := append(g.app.called(r.Name(home), width), "")
	if words := r.Words(); words != "" {
		tone := paint.Warn
		if !r.Fit() {
			tone = paint.Bad
		}
		lines = append(append(lines, paint.Toned(t, tone, paint.Wrap(words, width))...), "")
	}
	fact := func(label text.Text, value text.Text) {
		if value != "" {
			lines = append(lines, g.app.advice(width, label, value, paint.Normal)...)
		}
	}
	fact("model", text.Of(d.Model))
	fact("video", g.app.typedMedia(d.Visual))
	fact("audio", g.app.typedMedia(d.Audio))
	fact("script", text.Of(d.Script))
	fact("voice", g.app.voiceName(d.VoiceID))
	fact("language", text.Of(r.Lang))
	if r.Measured.Output > 0 {
		fact("length", g.lengthCell(r).Text+text.Sprintf(", from video %s and sound %s", length(api.Seconds(r.Measured.Video)), length(api.Seconds(r.Measured.Audio))))
	}
	for _, name := range slices.Sorted(optionNames(d)) {
		fact(text.Of(name), text.Of(d.Option(name)))
	}
	fact("label", draft.CleanLabel(d.Label))
	if r.Made != "" {
		fact("made", text.Of(r.Made)+"; "+g.app.KeyFor(keymap.Open)+" opens its output")
	}
	fact("from", text.Of(r.Where))
	return append(lines, g.summary(width)...)
}

// summary describes the sources of the set.
func (g *setGrid) summary(width int) (lines []paint.Styled) {
	n := g.totals()
	lines = append(lines, "", g.app.Theme.Text(paint.Title, "The set"))
	if g.set.Videos > 0 {
		lines = append(lines, g.app.advice(width, "found", g.found(), paint.Normal)...)
	}
	lines = append(lines, g.app.advice(width, "rows", text.Sprintf("%d: %d to send, %d with trouble, %d left out", n.Rows, n.Chosen, n.Troubled, n.Out), paint.Normal)...)
	lines = append(lines, g.app.advice(width, "in all", g.total(), paint.Money)...)
	if len(n.Langs) > 0 {
		lines = append(lines, g.app.advice(width, "languages", languages(n.Langs), paint.Normal)...)
	}
	for _, note := range g.set.Notes {
		lines = append(lines, paint.Toned(g.app.Theme, paint.Muted, paint.Wrap(text.Of(note), width))...)
	}
	return lines
}

// found counts the videos and tracks of the sources, and the left-overs.
func (g *setGrid) found() text.Text {
	words := text.Count(g.set.Videos, "video", "videos") + ", " + text.Count(g.set.Tracks, "track", "tracks")
	if g.set.Left > 0 {
		words += text.Sprintf(", %d left over", g.set.Left)
	}
	return words
}

// unmovable returns why the chosen rows can be neither left out nor put back.
func (g *setGrid) unmovable() text.Text {
	if why := g.None(); why != "" {
		return why
	}
	for _, r := range g.Chosen() {
		if r.Fit() {
			return ""
		}
	}
	return "it can't be sent as it is; " + g.app.KeyFor(keymap.Edit) + " edits it"
}

// amend changes the chosen rows.
func (g *setGrid) amend(change func(*jobset.Row)) (n int) {
	g.changed = true
	for _, r := range g.Chosen() {
		g.rows.Amend(r.Key(), change)
		n++
	}
	g.Refresh()
	return n
}

// leaveOut leaves the chosen rows out, or puts them back if all are out.
func (g *setGrid) leaveOut() {
	out := slices.ContainsFunc(g.Chosen(), func(r *jobset.Row) bool { return r.Fit() && !r.Out })
	n := g.amend(func(r *jobset.Row) { r.Decide(out) })
	words := " left out"
	if !out {
		words = " put back"
	}
	g.app.Say(text.Count(n, "row", "rows") + text.Of(words))
}

// label asks for the label of the chosen rows.
func (g *setGrid) label() tea.Cmd {
	rows := g.Chosen()
	return g.app.Prompt("label of "+text.Count(len(rows), "row", "rows"), rows[0].Draft.Label, draft.MaxLabel, func(label text.Text) tea.Cmd {
		g.amend(func(r *jobset.Row) { r.Draft.Label = string(label) })
		return nil
	})
}

// model asks for the model of the chosen rows.
func (g *setGrid) model() tea.Cmd {
	rows := g.Chosen()
	return g.app.pickModel(rows[0].Draft.Model, func(string) text.Text { return "" }, func(model string) tea.Cmd {
		n := g.amend(func(r *jobset.Row) { r.Draft.Model = model })
		g.compare()
		g.app.Say(text.Count(n, "row now uses ", "rows now use ") + text.Of(model))
		return g.check(rows)
	})
}

// back removes the filter, or closes the grid, asking first if work would be
// lost.
func (g *setGrid) back() tea.Cmd {
	if g.Query.Failures || g.Query.Text != "" || g.MarkCount() > 0 || !g.changed {
		return g.Back()
	}
	return g.app.Ask(&kit.Confirm{
		Heading: "Close this job set?",
		Body: func() []paint.Item {
			return paint.Sentence("Your changes to its rows will be lost. The files are not changed.")
		},
		Yes: "close it", No: "stay",
		Answer: func(yes bool) tea.Cmd {
			if yes {
				g.app.Remove(g)
			}
			return nil
		},
	})
}

// price opens the rows to be sent as a group, which prices them and asks once.
func (g *setGrid) price() tea.Cmd {
	a := g.app
	n := g.totals()
	group := &group{app: a, isSet: true, way: way{desk: a.desk, pilot: n.Chosen > 1}, without: n.Rows - n.Chosen, known: g.known}
	group.way.set, group.plan = a.setOf(g.sources), g.form.typed.plan
	group.unmark = func() { a.Remove(g); a.Remove(g.form) }
	group.Pager = kit.Pager{Stage: a.Stage, Heading: "job set", Content: group.lines}
	for r := range g.rows.All() {
		if !r.Chosen() {
			continue
		}
		job := state.Generation{Name: r.Name(a.cfg.Home)}
		group.jobs = append(group.jobs, groupJob{source: source{job: job, draft: r.Job()}})
	}
	group.read = len(group.jobs)
	a.Push(group)
	return group.resume()
}

// optionNames returns the options that are filled in.
func optionNames(d *draft.Draft) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for name := range d.Options {
			if d.Option(name) != "" && !yield(name) {
				return
			}
		}
	}
}
