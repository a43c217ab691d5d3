package ui

import (
	"cmp"
	"context"
	"errors"

	"dubtop/state/outbox"
	"dubtop/state/table"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
)

// newBatches is view 2: many jobs sent as one file.
func newBatches(a *App) *view[state.Batch] {
	v := &view[state.Batch]{title: "batches", list: list[state.Batch]{
		stage: a.stage, rows: &a.store.Batches, extent: a.extent(&a.store.Batches),
		sorts: []table.Sort{table.SortAge, table.SortStatus, table.SortLength},
		columns: []column[state.Batch]{
			{title: "status", width: 13, sort: table.SortStatus, cell: func(b *state.Batch) piece { return batchStatus(a.theme, b) }},
			{title: "batch", width: 12, grow: 1, inner: true, sort: table.SortName, cell: func(b *state.Batch) piece { return toneText.of(cmp.Or(b.Name, text.Of(string(b.ID)))) }},
			{title: "jobs", width: 5, right: true, falls: true, sort: table.SortLength, cell: func(b *state.Batch) piece { return toneText.of(text.Sprint(b.Total)) }},
			{title: "ok", width: 4, right: true, drop: 3, sort: table.SortNone, cell: func(b *state.Batch) piece { return number(b.Succeeded, toneDone) }},
			{title: "failed", width: 6, right: true, drop: 2, sort: table.SortNone, cell: func(b *state.Batch) piece { return number(b.Failed, toneBad) }},
			{title: "age", width: 4, right: true, drop: 4, sort: table.SortAge, cell: func(b *state.Batch) piece { return toneMuted.of(a.serverAge(b.Created)) }},
			{title: "progress", width: 14, drop: 5, sort: table.SortNone, cell: func(b *state.Batch) piece { return batchProgress(a.theme, b) }},
		},
		empty: func() []text.Text {
			return []text.Text{
				"No batches yet. A batch is 20 to 500 jobs in one JSONL file; the vendor's larger plans take them.",
				a.keyFor(keymap.NewBatch) + "  make one from a file: it is checked here and by the server, and priced, before you agree",
			}
		},
	}}
	v.pane = func(b *state.Batch, width int) []styled { return a.batchPane(b, width) }
	none := v.none
	noResults := func() text.Text {
		switch b := v.selected(); {
		case b == nil:
			return none()
		case !b.HasOutput:
			return "the results come when the batch has ended"
		}
		return ""
	}
	failures := a.does(keymap.Failures, plain(func() { v.query.Failures = !v.query.Failures; v.refresh() }))
	return v.with(
		a.does(keymap.NewBatch, a.newBatch).unless(a.unspendable).hinted("new batch"),
		a.does(keymap.Details, func() tea.Cmd {
			if b := v.selected(); b.Intent == outbox.SubmissionUnknown {
				return a.openDoubt(b.Key())
			}
			return a.openResults(v.selected().ID)
		}).unless(func() text.Text {
			if b := v.selected(); b != nil && b.Intent == outbox.SubmissionUnknown {
				return ""
			}
			return noResults()
		}).hinted("results"),
		a.does(keymap.Open, func() tea.Cmd { return a.openResultFile(v.selected().ID, opening) }).unless(noResults).hinted("open file"),
		a.does(keymap.CopyID, func() tea.Cmd { return a.copyText("id", string(v.selected().ID)) }).unless(none).hinted(""),
		a.does(keymap.CopyURL, func() tea.Cmd { return a.openResultFile(v.selected().ID, copying) }).unless(noResults),
		failures,
	)
}

func number(n int, tn tone) piece {
	if n == 0 {
		return toneMuted.of("0")
	}
	return tn.of(text.Sprint(n))
}

// batchStatus says where a batch stands. Completed with failures among its
// jobs is not the same as completed.
func batchStatus(t *theme, b *state.Batch) piece {
	switch {
	case b.Intent != "":
		return intentStatus(t, b.Intent)
	case b.Status == api.BatchPending:
		return tonePending.of(t.glyphs.pending + " pending")
	case b.Status == api.BatchJobsCreated:
		return tonePending.of(t.glyphs.pending + " created")
	case b.Status == api.BatchProcessing:
		return toneRunning.of(t.glyphs.running + " running")
	case b.Status == api.BatchCompleted && b.Failed > 0:
		return toneWarn.of(t.glyphs.alert + " some failed")
	case b.Status == api.BatchCompleted:
		return toneDone.of(t.glyphs.completed + " completed")
	case b.Status == api.BatchFailed:
		return toneBad.of(t.glyphs.failed + " failed")
	}
	return toneWarn.of(t.glyphs.unknown + " " + text.Of(string(b.Status)))
}

func batchProgress(t *theme, b *state.Batch) piece {
	switch b.Intent {
	case "":
	case outbox.SubmissionUnknown:
		return toneWarn.of("maybe charged")
	default:
		return toneMuted.of("")
	}
	n := toneRunning
	if b.Status.Terminal() {
		n = toneMuted
	}
	return n.of(text.Sprintf("%s %3.0f %%", t.bar(b.Fraction(), 8), 100*b.Fraction()))
}

func (a *App) batchPane(b *state.Batch, width int) []styled {
	t := a.theme
	if b.Intent != "" {
		return a.batchIntentPane(b, width)
	}
	status := batchStatus(t, b)
	lines := []styled{
		t.text(toneTitle, text.Of(string(b.ID))), "",
		t.fact("status", status.text, status.tone),
		t.fact("jobs", text.Sprint(b.Total), toneText),
		t.fact("ended", text.Sprintf("%d completed, %d failed", b.Succeeded, b.Failed), toneText),
		t.fact("progress", t.bar(b.Fraction(), 16)+text.Sprintf(" %.0f %%", 100*b.Fraction()), toneRunning),
	}
	lines = append(lines, a.advice(width, "created", happened(a.ours(b.Created), a.now), toneText)...)
	if b.HasOutput {
		return append(lines, "", t.text(toneKey, a.keyFor(keymap.Details))+t.text(toneMuted, "  the results, line by line"))
	}
	return append(append(lines, ""), a.advice(width, "", "A batch can't be cancelled. The vendor aims at 24 hours; the results come as one file at its end.", toneMuted)...)
}

// batchIntentPane says what is known of a batch that nobody may have taken.
func (a *App) batchIntentPane(b *state.Batch, width int) []styled {
	t := a.theme
	status := batchStatus(t, b)
	lines := append(a.called(b.Name, width), "")
	if b.Intent == outbox.SubmissionUnknown {
		lines = append(lines, a.doubtLines(b.Reason, "batch of as many jobs", width)...)
	}
	lines = append(lines, t.fact("status", status.text, status.tone), t.fact("jobs", text.Sprint(b.Total), toneText))
	return append(lines, a.advice(width, "sent", happened(a.ours(b.Created), a.now), toneText)...)
}

// openResultFile opens or copies the link to a batch's results.
func (a *App) openResultFile(id api.ID, what use) tea.Cmd {
	a.busy("asking for a fresh link" + a.theme.glyphs.more)
	return resultLinkCmd(a.session, id, what)
}

// batchResults are the lines behind a finished batch's link, as rows of their
// own to filter, open and copy.
type batchResults struct {
	*view[state.BatchItem]
	app  *App
	id   api.ID
	rows *table.Collection[state.BatchItem]
}

// openResults fetches and shows what became of every line of a batch.
func (a *App) openResults(id api.ID) tea.Cmd {
	r := &batchResults{app: a, id: id, rows: &table.Collection[state.BatchItem]{}}
	v := &view[state.BatchItem]{title: text.Of("results of " + string(id)), list: list[state.BatchItem]{
		stage: a.stage, rows: r.rows, extent: a.extent(r.rows), marks: &marks[state.BatchItem]{},
		sorts: []table.Sort{table.SortAge, table.SortName, table.SortStatus, table.SortLength},
		columns: []column[state.BatchItem]{
			{title: "status", width: 11, sort: table.SortStatus, cell: func(b *state.BatchItem) piece { return itemStatus(a.theme, b) }},
			{title: "request", width: 14, grow: 1, inner: true, sort: table.SortName, cell: func(b *state.BatchItem) piece { return toneText.of(text.Of(string(b.RequestID))) }},
			{title: "model", width: 13, drop: 3, sort: table.SortModel, cell: func(b *state.BatchItem) piece { return toneMuted.of(text.Of(b.Generation.Model)) }},
			{title: "length", width: 6, right: true, drop: 4, falls: true, sort: table.SortLength, cell: func(b *state.BatchItem) piece { return toneMuted.of(length(b.Generation.Length)) }},
			{title: "what", width: 20, grow: 2, drop: 5, spare: true, sort: table.SortNone, cell: a.itemWords},
		},
		empty: func() []text.Text { return []text.Text{"The result file is empty."} },
	}}
	r.view = v
	job := func() *state.Generation {
		b := v.selected()
		if b == nil || b.Generation.ID == "" {
			return nil
		}
		return &b.Generation
	}
	set := markedJobs(&v.list, func(b *state.BatchItem) state.Generation {
		if b.Generation.ID == "" {
			return state.Generation{Name: text.Of(string(b.RequestID))} // an error in place of a job
		}
		return b.Generation
	})
	v.with(append(append(generationActions(a, set), v.following(v.marking())...),
		a.does(keymap.Failures, plain(func() { v.query.Failures = !v.query.Failures; v.refresh() })).hinted("failures"),
		a.does(keymap.Details, func() tea.Cmd {
			a.store.Observe([]state.Generation{*job()}, a.now)
			return a.openGeneration(job())
		}).unless(func() text.Text { return first(v.none(), needs(job)()) }).hinted("details"),
		a.does(keymap.Back, v.back).hinted("back"))...)
	a.push(r)
	return resultsCmd(a.session, r)
}

func itemStatus(t *theme, b *state.BatchItem) piece {
	if b.Generation.ID == "" {
		return toneBad.of(t.glyphs.failed + " error")
	}
	return statusCell(t, b.Generation.Status)
}

func (a *App) itemWords(b *state.BatchItem) piece {
	switch {
	case b.Error != "":
		return toneBad.of(b.Error)
	case b.Generation.ErrorCode != "":
		return toneBad.of(a.diagnose(string(b.Generation.ErrorCode), b.Generation.Error).short)
	}
	return toneMuted.of(b.Generation.Name)
}

// resultsMsg are the lines of a result file.
type resultsMsg struct {
	session *account.Account
	screen  *batchResults
	ticket  table.Ticket
	items   []state.BatchItem
	err     error
}

func resultsCmd(s *account.Account, r *batchResults) tea.Cmd {
	ticket := r.rows.Ask(r.app.now)
	return func() tea.Msg {
		m := resultsMsg{session: s, screen: r, ticket: ticket}
		b, err := s.Client.Batch(context.Background(), r.id)
		if err == nil {
			var lines []api.BatchResult
			lines, err = s.Client.BatchResults(context.Background(), b)
			for i, line := range lines {
				m.items = append(m.items, state.NewBatchItem(i+1, line))
			}
		}
		m.err = err
		return m
	}
}

func (m resultsMsg) land(a *App) tea.Cmd {
	if m.err != nil {
		m.screen.rows.Fail(m.ticket, errors.New(string(errorText(m.err))))
		return nil
	}
	m.screen.rows.Answer(m.ticket, m.items, a.now)
	return nil
}

// resultLinkCmd asks for a batch again and gives the link to its results.
func resultLinkCmd(s *account.Account, id api.ID, what use) tea.Cmd {
	return func() tea.Msg {
		b, err := s.Client.Batch(context.Background(), id)
		if err != nil {
			return outputMsg{what: what, err: err}
		}
		link, err := b.Output.Link()
		return outputMsg{link: link, what: what, err: err}
	}
}
