package ui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/ledger"
	"dubtop/state/outbox"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// newLedger returns the view of accepted jobs and their costs.
func newLedger(a *composer) *kit.ListView[ledger.Entry] {
	type entry = ledger.Entry
	v := &kit.ListView[entry]{Heading: "ledger", List: kit.List[entry]{
		Stage: a.Stage, Rows: a.store.Ledger.Rows(), Extent: a.extent(a.store.Ledger.Rows()),
		Sorts: []table.Sort{table.SortAge, table.SortStatus, table.SortModel, table.SortName, table.SortLabel, table.SortLength, table.SortCost},
		Columns: []kit.Column[entry]{
			{Title: "when", Width: 12, Falls: true, Sort: table.SortAge, Cell: func(e *entry) paint.Piece { return paint.Muted.Of(a.sentAt(e)) }},
			{Title: "outcome", Width: 11, Drop: 2, Sort: table.SortStatus, Cell: a.outcomeCell},
			{Title: "model", Width: 13, Drop: 6, Sort: table.SortModel, Cell: func(e *entry) paint.Piece { return paint.Muted.Of(e.Model) }},
			{Title: "name", Width: 12, Want: 17, Grow: 4, Inner: true, Sort: table.SortName, Cell: func(e *entry) paint.Piece { return a.entryName(e) }},
			{Title: "label", Width: 10, Grow: 1, Inner: true, Drop: 4, When: a.store.Labelled, Sort: table.SortLabel, Cell: func(e *entry) paint.Piece { return paint.Normal.Of(e.Label) }},
			{Title: "length", Width: 6, Right: true, Drop: 7, Falls: true, Sort: table.SortLength, Cell: func(e *entry) paint.Piece { return ofJob(e, length(api.Seconds(e.Seconds))) }},
			{Title: "estimate", Width: 8, Right: true, Drop: 3, Sort: table.SortNone, Cell: estimateCell},
			{Title: "actual", Width: 8, Right: true, Falls: true, Sort: table.SortCost, Cell: actualCell},
			{Title: "off by", Width: 8, Right: true, Drop: 5, Spare: true, Sort: table.SortNone, Cell: differenceCell},
		},
		Empty: func() []text.Text {
			return []text.Text{
				"Nothing spent yet. Accepted jobs and batches appear here with their estimate and their cost.",
				a.KeyFor(keymap.NewGeneration) + "  create one: you see the price first, and nothing is sent until you agree",
			}
		},
	}}
	sums := &ledgerSums{app: a}
	v.Pane = func(e *entry, width int) []paint.Styled { return sums.lines(e, width) }
	return v.With(ledgerActions(a, v)...)
}

func ledgerActions(a *composer, v *kit.ListView[ledger.Entry]) []kit.Action {
	noRow := v.None
	noJob := func() text.Text {
		if e := v.Selected(); e == nil || e.Damage != "" {
			return cmp.Or(noRow(), "this row is not a job")
		}
		return ""
	}
	nothing := func() text.Text {
		if v.Rows.Len() == 0 {
			return "the ledger is empty"
		}
		return ""
	}
	acts := []kit.Action{
		a.Does(keymap.Details, func() tea.Cmd { return a.openEntry(v.Selected()) }).Unless(noRow).Hinted("details"),
		a.Does(keymap.Totals, func() tea.Cmd { a.Push(newTotals(a)); return nil }).Unless(func() text.Text {
			if len(a.store.Ledger.Others().Spenders) > 0 { // others have spent
				return ""
			}
			return nothing()
		}).Hinted("totals"),
		a.Does(keymap.Label, func() tea.Cmd { return a.askLabel([]named{{string(v.Selected().Job), a.entryName(v.Selected()).Text}}) }).
			Unless(func() text.Text { return cmp.Or(noJob(), a.unlabelled()) }).Hinted("label"),
		a.Does(keymap.Export, func() tea.Cmd { return a.exportLedger(shownEntries(a, v)) }).Unless(nothing).Hinted("export"),
		a.Does(keymap.CopyID, func() tea.Cmd { return a.copyText("id", string(v.Selected().Job)) }).Unless(noJob),
		a.Does(keymap.Failures, kit.Plain(v.OnlyFailures)),
	}
	for _, act := range generationActions(a, oneJob(func() *state.Generation { return a.entryJob(v.Selected()) })) {
		if act.Name == keymap.Open || act.Name == keymap.CopyURL {
			acts = append(acts, act)
		}
	}
	return acts
}

// shownEntries returns the entries that match the filter, in the order of the list,
// or all, the oldest first.
func shownEntries(a *composer, v *kit.ListView[ledger.Entry]) []ledger.Entry {
	if v.Query.Text == "" && !v.Query.Failures {
		return a.store.Ledger.Entries()
	}
	return slices.DeleteFunc(v.Matching(), func(e ledger.Entry) bool { return e.Damage != "" })
}

// entryJob returns the job of an entry if it is loaded, or nil.
func (a *composer) entryJob(e *ledger.Entry) *state.Generation {
	if e == nil || e.Job == "" {
		return nil
	}
	g, ok := a.store.Generations.Find(string(e.Job))
	if !ok {
		return nil
	}
	return &g
}

// openEntry shows the job of an entry, or explains a damaged row.
func (a *composer) openEntry(e *ledger.Entry) tea.Cmd {
	if u, ok := a.outbox.UnsavedJob(e.Job); ok {
		return a.openUnsaved(u.Submission.ID)
	}
	b, ours := a.store.Batches.Find(string(e.Job))
	switch g := a.entryJob(e); {
	case e.Damage != "":
		a.Push(newDamage(a, *e))
		return nil
	case g != nil:
		return a.openGeneration(g)
	case ours && b.HasOutput:
		return a.openResults(b.ID)
	}
	entry := *e
	a.Push(&kit.Pager{Stage: a.Stage, Heading: "entry", Content: func(width int) []paint.Styled {
		if now, ok := a.store.Ledger.Find(entry.Job); ok {
			entry = now
		}
		return append([]paint.Styled{""}, indented(a.entryLines(&entry, width-2))...)
	}})
	return nil
}

// damage explains a damaged row. Closing it removes the row from the view.
type damage struct {
	kit.Pager
	app *composer
	key string
}

func newDamage(a *composer, e ledger.Entry) *damage {
	return &damage{app: a, key: e.Key(), Pager: kit.Pager{Stage: a.Stage, Heading: "damage", Content: func(width int) []paint.Styled {
		lines := []paint.Styled{"", a.Theme.Text(paint.Bad, text.Of(e.Submission+" of the ledger")), ""}
		lines = append(lines, a.advice(width-2, "What", text.Of(e.Damage), paint.Normal)...)
		lines = append(lines, a.advice(width-2, "So", "It is left out of all sums and exports, so totals may be too small. Nothing was changed on disk.", paint.Normal)...)
		lines = append(lines, a.advice(width-2, "Do", text.Of("Compare the totals with the vendor's bill. Keep a copy of "+a.session.Journal.Path()+
			" and check the disk: bits do not flip by themselves."), paint.OK)...)
		return append(lines, "", a.Theme.Text(paint.Muted, "The next start checks again and reports it if it is still damaged."))
	}}}
}

// Leave removes the row from the view.
func (d *damage) Leave() tea.Cmd {
	d.app.store.Ledger.LookedInto(d.key)
	return nil
}

// sentAt formats when a job was sent, as short as possible.
func (a *composer) sentAt(e *ledger.Entry) text.Text {
	if e.At.IsZero() {
		return none
	}
	at, now := e.At.Local(), a.Now.Local()
	switch {
	case at.Year() != now.Year():
		return text.Of(at.Format(time.DateOnly))
	case at.YearDay() != now.YearDay():
		return text.Of(at.Format("Jan _2 15:04"))
	}
	return text.Of(at.Format("15:04:05"))
}

// outcomeCell draws how a job ended, or its current status.
func (a *composer) outcomeCell(e *ledger.Entry) paint.Piece {
	t := a.Theme
	switch {
	case e.Damage != "":
		return paint.Bad.Of(t.Glyphs.Alert + " damaged")
	case a.unsavedEntry(e):
		return paint.Bad.Of(t.Glyphs.Alert + " not saved")
	case e.Outcome != "":
		return statusCell(t, api.Status(e.Outcome))
	}
	if g := a.entryJob(e); g != nil && g.Gone {
		return paint.Muted.Of(t.Glyphs.Unknown + " gone")
	} else if g != nil {
		return jobStatus(t, g)
	}
	if b, ok := a.store.Batches.Find(string(e.Job)); ok {
		return batchStatus(t, &b)
	}
	return paint.Muted.Of(t.Glyphs.Unknown + " not seen")
}

func (a *composer) entryName(e *ledger.Entry) paint.Piece {
	if e.Damage != "" {
		return paint.Bad.Of(text.Of(e.Damage))
	}
	if e.Name != "" {
		return paint.Normal.Of(e.Name)
	}
	if g := a.entryJob(e); g != nil {
		return paint.Normal.Of(g.Name)
	}
	return paint.Muted.Of(text.Of(cmp.Or(string(e.Job), e.Submission)))
}

// ofJob draws words unless the row is damaged.
func ofJob(e *ledger.Entry, words text.Text) paint.Piece {
	if e.Damage != "" {
		return paint.Muted.Of("")
	}
	return paint.Muted.Of(words)
}

func estimateCell(e *ledger.Entry) paint.Piece {
	switch {
	case e.Estimate != nil && e.Damage == "":
		return amountTone(outbox.CostEstimate).Of(rounded(*e.Estimate, outbox.CostEstimate))
	case e.Credits != nil && e.Damage == "":
		return paint.Normal.Of(text.Sprintf("%g cr", *e.Credits))
	}
	return ofJob(e, none)
}

// actualCell draws what a job cost: as billed, or computed from length and unit
// price.
func actualCell(e *ledger.Entry) paint.Piece {
	if e.Actual == nil || e.Damage != "" {
		return ofJob(e, none)
	}
	if e.Differs() {
		return paint.Warn.Of(differsMark + rounded(*e.Actual, e.ActualKind()))
	}
	return amountTone(e.ActualKind()).Of(rounded(*e.Actual, e.ActualKind()))
}

// differenceCell draws the difference between actual cost and estimate.
func differenceCell(e *ledger.Entry) paint.Piece {
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
		return paint.Warn.Of(guess + "+" + text.Of(more.Rounded()))
	case more < 0:
		return paint.OK.Of(guess + text.Of(more.Rounded()))
	}
	return paint.Muted.Of("=")
}

// differsFact says that a job was billed differently, and how.
func (a *composer) differsFact(e *ledger.Entry, width int) []paint.Styled {
	if !e.Differs() {
		return nil
	}
	return a.advice(width, "billed", "differently ("+differsMark+"): "+e.DifferenceWords(), paint.Warn)
}

// entryLines draws the ledger's entry of a job.
func (a *composer) entryLines(e *ledger.Entry, width int) []paint.Styled {
	t := a.Theme
	outcome, actual := a.outcomeCell(e), actualCell(e)
	words := text.Of(strings.TrimPrefix(string(actual.Text), string(differsMark)))
	switch e.Basis {
	case ledger.BasisBilled:
		words = exactly(*e.Actual, outbox.CostActual) + " as billed"
	case ledger.BasisDerived:
		words = exactly(*e.Actual, outbox.CostDerived) + " from length and list price"
	case ledger.BasisUnknown:
	}
	lines := append(a.called(a.entryName(e).Text, width), "")
	lines = append(lines, t.Fact("outcome", outcome.Text, outcome.Tone))
	estimate := estimateCell(e).Text
	if e.Estimate != nil {
		estimate = exactly(*e.Estimate, outbox.CostEstimate)
	}
	lines = append(lines, a.advice(width, "estimate", estimate, paint.Normal)...)
	lines = append(lines, a.advice(width, "actual", words, actual.Tone)...)
	lines = append(lines, a.differsFact(e, width)...)
	if e.Credits != nil {
		lines = append(lines, t.Fact("credits", text.Sprintf("%g", *e.Credits), paint.Normal))
	}
	lines = append(lines, t.Fact("model", cmp.Or(e.Model, none), paint.Normal), t.Fact("length", length(api.Seconds(e.Seconds)), paint.Normal))
	if e.Label != "" {
		lines = append(lines, a.advice(width, "label", e.Label, paint.Normal)...)
	}
	lines = append(lines, a.advice(width, "sent", happened(e.At, a.Aged), paint.Normal)...)
	return append(lines, a.advice(width, "id", text.Of(string(e.Job)), paint.Muted)...)
}
