package ui

import (
	"cmp"
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/state/account"
	"dubtop/state/outbox"
	"dubtop/state/table"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// newBatches returns the view of the account's batches.
func newBatches(a *composer) *kit.ListView[state.Batch] {
	v := &kit.ListView[state.Batch]{Heading: "batches", List: kit.List[state.Batch]{
		Stage: a.Stage, Rows: &a.store.Batches, Extent: a.extent(&a.store.Batches),
		Sorts:   []table.Sort{table.SortAge, table.SortStatus, table.SortLength},
		Columns: batchColumns(a),
		Empty: func() []text.Text {
			return []text.Text{
				"No batches yet. A batch is 20 to 500 jobs in one JSONL file; the vendor's larger plans include them.",
				a.KeyFor(keymap.NewSet) + "  create one from a file: it is checked and priced before you decide",
			}
		},
	}}
	v.Query.Notes, v.Query.Hidden = &a.store.Hidden, &a.store.Hidden
	v.Pane = func(b *state.Batch, width int) []paint.Styled { return a.batchPane(b, width) }
	none := v.None
	noResults := func() text.Text {
		switch b := v.Selected(); {
		case b == nil:
			return none()
		case !b.HasOutput:
			return "the results are available when the batch has ended"
		}
		return ""
	}
	called := func(b *state.Batch) named { return named{b.Key(), cmp.Or(b.Name, text.Of(b.ID.Short()))} }
	own := []kit.Action{
		a.Does(keymap.NewSet, a.newBatch).Unless(a.unspendable).Called("new batch from a JSONL file").Hinted("new batch"),
		a.Does(keymap.Details, func() tea.Cmd {
			if b := v.Selected(); b.Submission == outbox.SubmissionUnknown {
				return a.openUnknown(b.Key())
			}
			return a.openResults(v.Selected().ID)
		}).Unless(func() text.Text {
			if b := v.Selected(); b != nil && b.Submission == outbox.SubmissionUnknown {
				return ""
			}
			return noResults()
		}).Hinted("results"),
		a.Does(keymap.Open, func() tea.Cmd { return a.openResultFile(v.Selected().ID, opening) }).Unless(noResults).Hinted("open file").IfAble(),
		a.Does(keymap.CopyID, func() tea.Cmd { return a.copyText("id", string(v.Selected().ID)) }).Unless(none).Hinted(""),
		a.Does(keymap.CopyURL, func() tea.Cmd { return a.openResultFile(v.Selected().ID, copying) }).Unless(noResults),
		a.watchAction(func() []watchee {
			b := v.Selected()
			if b == nil {
				return nil
			}
			return []watchee{{called(b), b.Status.Terminal()}}
		}, none),
		a.hiding(func() int { return 0 }, func() []named {
			b := v.Selected()
			if b == nil || b.Submission != "" {
				return nil
			}
			return []named{called(b)}
		}, none, func() {}),
		a.Does(keymap.Failures, kit.Plain(v.OnlyFailures)),
		exporting(a.desk, &v.List, "batches", exportedBatches()),
	}
	return v.With(append(own, a.savingBatch(func() api.ID { return v.Selected().ID }, noResults)...)...)
}

// batchColumns returns the columns of the view of batches.
func batchColumns(a *composer) []kit.Column[state.Batch] {
	return []kit.Column[state.Batch]{
		{Title: "status", Width: 13, Sort: table.SortStatus, Cell: func(b *state.Batch) paint.Piece { return a.watchSign(b.Key(), batchStatus(a.Theme, b)) }},
		{Title: "batch", Width: 12, Grow: 1, Inner: true, Sort: table.SortName, Cell: func(b *state.Batch) paint.Piece { return paint.Normal.Of(cmp.Or(b.Name, text.Of(string(b.ID)))) }},
		{Title: "jobs", Width: 5, Right: true, Falls: true, Sort: table.SortLength, Cell: func(b *state.Batch) paint.Piece { return paint.Normal.Of(text.Sprint(b.Total)) }},
		{Title: "ok", Width: 4, Right: true, Drop: 3, Sort: table.SortNone, Cell: func(b *state.Batch) paint.Piece { return number(b.Succeeded, paint.Done) }},
		{Title: "failed", Width: 6, Right: true, Drop: 2, Sort: table.SortNone, Cell: func(b *state.Batch) paint.Piece { return number(b.Failed, paint.Bad) }},
		{Title: "age", Width: 4, Right: true, Drop: 4, Sort: table.SortAge, Cell: func(b *state.Batch) paint.Piece { return paint.Muted.Of(a.serverAge(b.Created)) }},
		{Title: "progress", Width: 14, Drop: 5, Sort: table.SortNone, Cell: func(b *state.Batch) paint.Piece { return batchProgress(a.Theme, b) }},
	}
}

func number(n int, tn paint.Tone) paint.Piece {
	if n == 0 {
		return paint.Muted.Of("0")
	}
	return tn.Of(text.Sprint(n))
}

// batchStatus draws the status of a batch. A completed batch with failed jobs
// looks different from one where all jobs succeeded.
func batchStatus(t *paint.Theme, b *state.Batch) paint.Piece {
	switch {
	case b.Submission != "":
		return submissionStatus(t, b.Submission)
	case b.Status == api.BatchPending:
		return paint.Pending.Of(t.Glyphs.Pending + " pending")
	case b.Status == api.BatchJobsCreated:
		return paint.Pending.Of(t.Glyphs.Pending + " created")
	case b.Status == api.BatchProcessing:
		return paint.Running.Of(t.Glyphs.Running + " running")
	case b.Status == api.BatchCompleted && b.Failed > 0:
		return paint.Warn.Of(t.Glyphs.Alert + " some failed")
	case b.Status == api.BatchCompleted:
		return paint.Done.Of(t.Glyphs.Completed + " completed")
	case b.Status == api.BatchFailed:
		return paint.Bad.Of(t.Glyphs.Failed + " failed")
	}
	return paint.Warn.Of(t.Glyphs.Unknown + " " + text.Of(string(b.Status)))
}

func batchProgress(t *paint.Theme, b *state.Batch) paint.Piece {
	switch b.Submission {
	case "":
	case outbox.SubmissionUnknown:
		return paint.Warn.Of("maybe charged")
	default:
		return paint.Muted.Of("")
	}
	n := paint.Running
	if b.Status.Terminal() {
		n = paint.Muted
	}
	return n.Of(text.Sprintf("%s %3.0f %%", t.Bar(b.Fraction(), 8), 100*b.Fraction()))
}

func (a *composer) batchPane(b *state.Batch, width int) []paint.Styled {
	t := a.Theme
	if b.Submission != "" {
		return a.batchSubmissionPane(b, width)
	}
	status := batchStatus(t, b)
	lines := []paint.Styled{
		t.Text(paint.Title, text.Of(string(b.ID))), "",
		t.Fact("status", status.Text, status.Tone),
		t.Fact("jobs", text.Sprint(b.Total), paint.Normal),
		t.Fact("ended", text.Sprintf("%d completed, %d failed", b.Succeeded, b.Failed), paint.Normal),
		t.Fact("progress", t.Bar(b.Fraction(), 16)+text.Sprintf(" %.0f %%", 100*b.Fraction()), paint.Running),
	}
	lines = append(lines, a.advice(width, "file", b.Name, paint.Normal)...)
	lines = append(lines, a.setFacts(b.Key(), width)...)
	lines = append(lines, a.advice(width, "created", happened(a.ours(b.Created), a.Aged), paint.Normal)...)
	if b.HasOutput {
		return append(lines, "", t.Text(paint.Key, a.KeyFor(keymap.Details))+t.Text(paint.Muted, "  the results, line by line"))
	}
	return append(append(lines, ""), a.advice(width, "", "A batch can't be cancelled. The vendor aims to finish within 24 hours; the results then come as one file.", paint.Muted)...)
}

// batchSubmissionPane describes a batch that may not have been accepted.
func (a *composer) batchSubmissionPane(b *state.Batch, width int) []paint.Styled {
	t := a.Theme
	status := batchStatus(t, b)
	lines := append(a.called(b.Name, width), "")
	if b.Submission == outbox.SubmissionUnknown {
		lines = append(lines, a.unknownLines(b.Reason, "batch of as many jobs", width)...)
	}
	lines = append(lines, t.Fact("status", status.Text, status.Tone), t.Fact("jobs", text.Sprint(b.Total), paint.Normal))
	return append(lines, a.advice(width, "sent", happened(a.ours(b.Created), a.Aged), paint.Normal)...)
}

// openResultFile opens or copies a fresh link to the results of a batch.
func (a *composer) openResultFile(id api.ID, what use) tea.Cmd {
	a.Busy("getting a fresh link" + a.Theme.Glyphs.More)
	return resultLinkCmd(a.session, id, what)
}

// batchResults lists the results of a finished batch, one row per line of its
// file.
type batchResults struct {
	*kit.ListView[state.BatchItem]
	app  *composer
	id   api.ID
	rows *table.Collection[state.BatchItem]
}

// openResults loads and shows the results of a batch.
func (a *composer) openResults(id api.ID) tea.Cmd {
	r := &batchResults{app: a, id: id, rows: &table.Collection[state.BatchItem]{}}
	v := &kit.ListView[state.BatchItem]{Heading: text.Of("results of " + string(id)), List: kit.List[state.BatchItem]{
		Stage: a.Stage, Rows: r.rows, Extent: a.extent(r.rows), Marks: &kit.Marks[state.BatchItem]{},
		Sorts: []table.Sort{table.SortAge, table.SortName, table.SortStatus, table.SortLength},
		Columns: []kit.Column[state.BatchItem]{
			{Title: "status", Width: 11, Sort: table.SortStatus, Cell: func(b *state.BatchItem) paint.Piece { return itemStatus(a.Theme, b) }},
			{Title: "request", Width: 14, Grow: 1, Inner: true, Sort: table.SortName, Cell: func(b *state.BatchItem) paint.Piece { return paint.Normal.Of(text.Of(string(b.RequestID))) }},
			{Title: "model", Width: 13, Drop: 3, Sort: table.SortModel, Cell: func(b *state.BatchItem) paint.Piece { return paint.Muted.Of(text.Of(b.Generation.Model)) }},
			{Title: "length", Width: 6, Right: true, Drop: 4, Falls: true, Sort: table.SortLength, Cell: func(b *state.BatchItem) paint.Piece { return paint.Muted.Of(length(b.Generation.Length)) }},
			{Title: "details", Width: 20, Grow: 2, Drop: 5, Spare: true, Sort: table.SortNone, Cell: a.itemWords},
		},
		Empty: func() []text.Text { return []text.Text{"The result file is empty."} },
	}}
	r.ListView = v
	v.Query.Figures, v.Query.Notes, v.Query.Clock = a.store.Figures(), a.store.Remarks(), serverClock{a.desk}
	job := func() *state.Generation {
		b := v.Selected()
		if b == nil || b.Generation.ID == "" {
			return nil
		}
		return &b.Generation
	}
	jobOf := func(b *state.BatchItem) state.Generation {
		if b.Generation.ID == "" {
			return state.Generation{Name: text.Of(string(b.RequestID))} // the line failed before it became a job
		}
		return b.Generation
	}
	set := markedJobs(&v.List, jobOf)
	set.line = func() *state.Generation {
		if b := cmp.Or(v.SoleMark(), v.Selected()); b != nil && b.Generation.ID == "" {
			return new(jobOf(b))
		}
		return nil
	}
	if m, ok := a.store.MemberOf(string(id)); ok {
		set.batch = m.Batch
	}
	v.With(append(append(generationActions(a, set), v.Marking()...),
		a.Does(keymap.Failures, kit.Plain(v.OnlyFailures)).Hinted("failures"),
		a.Does(keymap.Details, func() tea.Cmd {
			a.store.Observe([]state.Generation{*job()}, a.Now)
			return a.openGeneration(job())
		}).Unless(func() text.Text { return cmp.Or(v.None(), needs(job)()) }).Hinted("details"),
		a.Does(keymap.Back, v.Back).Hinted("back"))...)
	a.Push(r)
	return resultsCmd(a.session, r)
}

func itemStatus(t *paint.Theme, b *state.BatchItem) paint.Piece {
	if b.Generation.ID == "" {
		return paint.Bad.Of(t.Glyphs.Failed + " error")
	}
	return statusCell(t, b.Generation.Status)
}

func (a *composer) itemWords(b *state.BatchItem) paint.Piece {
	switch {
	case b.Error != "":
		return paint.Bad.Of(b.Error)
	case b.Generation.ErrorCode != "":
		return paint.Bad.Of(a.diagnose(string(b.Generation.ErrorCode), b.Generation.Error).short)
	}
	return paint.Muted.Of(b.Generation.Name)
}

// resultsMsg carries the lines of a result file.
type resultsMsg struct {
	session *account.Account
	screen  *batchResults
	ticket  table.Ticket
	items   []state.BatchItem
	err     error
}

func resultsCmd(s *account.Account, r *batchResults) tea.Cmd {
	ticket := r.rows.Ask(r.app.Now)
	return func() tea.Msg {
		m := resultsMsg{session: s, screen: r, ticket: ticket}
		m.items, m.err = account.BatchItems(context.Background(), s.Client, r.id)
		return m
	}
}

func (m resultsMsg) apply(a *composer) tea.Cmd {
	if m.err != nil {
		m.screen.rows.Fail(m.ticket, errors.New(string(errorText(m.err))))
		return nil
	}
	for i := range m.items {
		a.store.Tell(&m.items[i].Generation)
	}
	m.screen.rows.Answer(m.ticket, m.items, a.Now)
	return nil
}

// resultLinkCmd asks for a batch again and returns a fresh link to its results.
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
