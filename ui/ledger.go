package ui

import (
	"cmp"
	"time"

	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/table"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
)

// newLedger is view 6: what was accepted, and what it cost.
func newLedger(a *App) *view[ledger.Entry] {
	type entry = ledger.Entry
	v := &view[entry]{title: "ledger", list: list[entry]{
		stage: a.stage, rows: a.store.Ledger.Rows(), extent: a.extent(a.store.Ledger.Rows()),
		sorts: []table.Sort{table.SortAge, table.SortStatus, table.SortModel, table.SortName, table.SortLabel, table.SortLength, table.SortCost},
		columns: []column[entry]{
			{title: "when", width: 12, falls: true, sort: table.SortAge, cell: func(e *entry) piece { return toneMuted.of(a.sentAt(e)) }},
			{title: "outcome", width: 11, drop: 2, sort: table.SortStatus, cell: a.outcomeCell},
			{title: "model", width: 13, drop: 6, sort: table.SortModel, cell: func(e *entry) piece { return toneMuted.of(e.Model) }},
			{title: "name", width: 12, want: 17, grow: 4, inner: true, sort: table.SortName, cell: func(e *entry) piece { return a.entryName(e) }},
			{title: "label", width: 10, grow: 1, inner: true, drop: 4, when: a.store.Labelled, sort: table.SortLabel, cell: func(e *entry) piece { return toneText.of(e.Label) }},
			{title: "length", width: 6, right: true, drop: 7, falls: true, sort: table.SortLength, cell: func(e *entry) piece { return ofJob(e, length(api.Seconds(e.Seconds))) }},
			{title: "estimate", width: 8, right: true, drop: 3, sort: table.SortNone, cell: estimateCell},
			{title: "actual", width: 8, right: true, falls: true, sort: table.SortCost, cell: actualCell},
			{title: "off by", width: 8, right: true, drop: 5, spare: true, sort: table.SortNone, cell: differenceCell},
		},
		empty: func() []text.Text {
			return []text.Text{
				"Nothing was spent yet. Every job and batch that is accepted stands here, with what it was estimated at and what it cost.",
				a.keyFor(keymap.NewGeneration) + "  make one: the price is shown first, and nothing is sent before you agree",
			}
		},
	}}
	sums := &ledgerSums{app: a}
	v.pane = func(e *entry, width int) []styled { return sums.lines(e, width) }
	return v.with(ledgerActions(a, v)...)
}

func ledgerActions(a *App, v *view[ledger.Entry]) []action {
	noRow := v.none
	noJob := func() text.Text {
		if e := v.selected(); e == nil || e.Damage != "" {
			return first(noRow(), "this row is no job")
		}
		return ""
	}
	nothing := func() text.Text {
		if v.rows.Len() == 0 {
			return "there is nothing in the ledger yet"
		}
		return ""
	}
	acts := []action{
		a.does(keymap.Details, func() tea.Cmd { return a.openEntry(v.selected()) }).unless(noRow).hinted("details"),
		a.does(keymap.Totals, func() tea.Cmd { a.push(newTotals(a)); return nil }).unless(nothing).hinted("totals"),
		a.does(keymap.Label, func() tea.Cmd { return a.askLabel([]named{{string(v.selected().Job), a.entryName(v.selected()).text}}) }).
			unless(func() text.Text { return first(noJob(), a.unlabelled()) }).hinted("label"),
		a.does(keymap.Export, a.askExport).unless(nothing).hinted("export"),
		a.does(keymap.CopyID, func() tea.Cmd { return a.copyText("id", string(v.selected().Job)) }).unless(noJob),
		a.does(keymap.Failures, plain(func() { v.query.Failures = !v.query.Failures; v.refresh() })),
	}
	for _, act := range generationActions(a, oneJob(func() *state.Generation { return a.entryJob(v.selected()) })) {
		if act.name == keymap.Open || act.name == keymap.CopyURL {
			acts = append(acts, act)
		}
	}
	return acts
}

// ledgerKey is the key of the view, as it is drawn.
func ledgerKey(a *App) text.Text { return a.keyFor(keymap.View6) }

// entryJob is the job of an entry as the lists know it, nil where they do not.
func (a *App) entryJob(e *ledger.Entry) *state.Generation {
	if e == nil || e.Job == "" {
		return nil
	}
	g, ok := a.store.Generations.Find(string(e.Job))
	if !ok {
		return nil
	}
	return &g
}

// openEntry shows what is known of an entry's job, or of a damaged row.
func (a *App) openEntry(e *ledger.Entry) tea.Cmd {
	if u, ok := a.outbox.UnsavedJob(e.Job); ok {
		return a.openUnsaved(u.Submission.ID)
	}
	b, ours := a.store.Batches.Find(string(e.Job))
	switch g := a.entryJob(e); {
	case e.Damage != "":
		a.push(newDamage(a, *e))
		return nil
	case g != nil:
		return a.openGeneration(g)
	case ours && b.HasOutput:
		return a.openResults(b.ID)
	}
	entry := *e
	a.push(&pager{stage: a.stage, title: "entry", content: func(width int) []styled {
		if now, ok := a.store.Ledger.Find(entry.Job); ok {
			entry = now
		}
		return append([]styled{""}, indented(a.entryLines(&entry, width-2))...)
	}})
	return nil
}

// damage explains a damaged row; once it was read, the row goes off the view.
type damage struct {
	pager
	app *App
	key string
}

func newDamage(a *App, e ledger.Entry) *damage {
	return &damage{app: a, key: e.Key(), pager: pager{stage: a.stage, title: "damage", content: func(width int) []styled {
		lines := []styled{"", a.theme.text(toneBad, text.Of(e.Submission+" of the ledger")), ""}
		lines = append(lines, a.advice(width-2, "What", text.Of(e.Damage), toneText)...)
		lines = append(lines, a.advice(width-2, "So", "It is in no sum and in no export: totals may be too small. Nothing was changed on the disk.", toneText)...)
		lines = append(lines, a.advice(width-2, "Do", text.Of("Compare the totals with the vendor's bill. Keep a copy of "+a.session.Journal.Path()+
			" and look at the disk: a bit does not flip by itself."), toneOK)...)
		return append(lines, "", a.theme.text(toneMuted, "The next start checks again, and tells again if it is still so."))
	}}}
}

// Leave takes the row off the view.
func (d *damage) Leave() tea.Cmd {
	d.app.store.Ledger.LookedInto(d.key)
	return nil
}

// sentAt is when a job was sent, as short as it is clear.
func (a *App) sentAt(e *ledger.Entry) text.Text {
	if e.At.IsZero() {
		return none
	}
	at, now := e.At.Local(), a.now.Local()
	switch {
	case at.Year() != now.Year():
		return text.Of(at.Format(time.DateOnly))
	case at.YearDay() != now.YearDay():
		return text.Of(at.Format("Jan _2 15:04"))
	}
	return text.Of(at.Format("15:04:05"))
}

// outcomeCell says how a job ended, or how it stands.
func (a *App) outcomeCell(e *ledger.Entry) piece {
	t := a.theme
	switch {
	case e.Damage != "":
		return toneBad.of(t.glyphs.alert + " damaged")
	case a.unsavedEntry(e):
		return toneBad.of(t.glyphs.alert + " not saved")
	case e.Outcome != "":
		return statusCell(t, api.Status(e.Outcome))
	}
	if g := a.entryJob(e); g != nil && g.Gone {
		return toneMuted.of(t.glyphs.unknown + " gone")
	} else if g != nil {
		return jobStatus(t, g)
	}
	if b, ok := a.store.Batches.Find(string(e.Job)); ok {
		return batchStatus(t, &b)
	}
	return toneMuted.of(t.glyphs.unknown + " not seen")
}

func (a *App) entryName(e *ledger.Entry) piece {
	if e.Damage != "" {
		return toneBad.of(text.Of(e.Damage))
	}
	if e.Name != "" {
		return toneText.of(e.Name)
	}
	if g := a.entryJob(e); g != nil {
		return toneText.of(g.Name)
	}
	return toneMuted.of(text.Of(cmp.Or(string(e.Job), e.Submission)))
}

// ofJob is a value of a row that is a job.
func ofJob(e *ledger.Entry, words text.Text) piece {
	if e.Damage != "" {
		return toneMuted.of("")
	}
	return toneMuted.of(words)
}

func estimateCell(e *ledger.Entry) piece {
	switch {
	case e.Estimate != nil && e.Damage == "":
		return amountTone(outbox.CostEstimate).of(rounded(*e.Estimate, outbox.CostEstimate))
	case e.Credits != nil && e.Damage == "":
		return toneText.of(text.Sprintf("%g cr", *e.Credits))
	}
	return ofJob(e, none)
}

// actualCell says what a job cost: as billed, or worked out from length and
// unit price.
func actualCell(e *ledger.Entry) piece {
	if e.Actual == nil || e.Damage != "" {
		return ofJob(e, none)
	}
	return amountTone(e.ActualKind()).of(rounded(*e.Actual, e.ActualKind()))
}

// differenceCell says by how much the estimate was wrong.
func differenceCell(e *ledger.Entry) piece {
	if e.Actual == nil || e.Estimate == nil || e.Damage != "" {
		return ofJob(e, "")
	}
	more := *e.Actual - *e.Estimate
	guess := text.Text("")
	if e.Basis == ledger.BasisDerived {
		guess = amountSign(outbox.CostDerived)
	}
	switch {
	case more > 0:
		return toneWarn.of(guess + "+" + text.Of(more.Rounded()))
	case more < 0:
		return toneOK.of(guess + text.Of(more.Rounded()))
	}
	return toneMuted.of("=")
}

// entryLines are what the books say of one job.
func (a *App) entryLines(e *ledger.Entry, width int) []styled {
	t := a.theme
	outcome, actual := a.outcomeCell(e), actualCell(e)
	words := actual.text
	switch e.Basis {
	case ledger.BasisBilled:
		words = exactly(*e.Actual, outbox.CostActual) + " as billed"
	case ledger.BasisDerived:
		words = exactly(*e.Actual, outbox.CostDerived) + " from length and list price"
	case ledger.BasisUnknown:
	}
	lines := append(a.called(a.entryName(e).text, width), "")
	lines = append(lines, t.fact("outcome", outcome.text, outcome.tone))
	estimate := estimateCell(e).text
	if e.Estimate != nil {
		estimate = exactly(*e.Estimate, outbox.CostEstimate)
	}
	lines = append(lines, a.advice(width, "estimate", estimate, toneText)...)
	lines = append(lines, a.advice(width, "actual", words, actual.tone)...)
	if e.Credits != nil {
		lines = append(lines, t.fact("credits", text.Sprintf("%g", *e.Credits), toneText))
	}
	lines = append(lines, t.fact("model", cmp.Or(e.Model, none), toneText), t.fact("length", length(api.Seconds(e.Seconds)), toneText))
	if e.Label != "" {
		lines = append(lines, a.advice(width, "label", e.Label, toneText)...)
	}
	lines = append(lines, a.advice(width, "sent", happened(e.At, a.now), toneText)...)
	return append(lines, a.advice(width, "id", text.Of(string(e.Job)), toneMuted)...)
}
