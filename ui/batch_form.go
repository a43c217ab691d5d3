package ui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/outbox"
	"dubtop/state/tasks"
	"dubtop/ui/kit"
	"dubtop/ui/paint"
)

// The fields of the batch form.
const (
	fieldBatchFile    = "file"
	fieldBatchWebhook = draft.FieldWebhook
	fieldBatchLabel   = draft.FieldLabel
)

// batchForm turns a JSONL file into a batch. The file is checked here line by
// line, then by the server in a dry run, then priced, and then the user is
// asked.
type batchForm struct {
	kit.Form
	app      *composer
	path     string
	like     draft.Draft // the webhook and the label
	cancel   context.CancelFunc
	run      int               // number of the current check
	checking *tasks.BatchCheck // the current or last check
	problems tasks.BatchProblems
	trouble  kit.Pager // shows them
}

// newBatch opens the batch form.
func (a *composer) newBatch() tea.Cmd {
	if a.session.Journal == nil {
		return a.afterOpening(a.newBatch)
	}
	a.Push(a.batchForm())
	return nil
}

// batchForm returns a form that starts with the path typed last.
func (a *composer) batchForm() *batchForm {
	f := &batchForm{app: a, path: a.batchPath}
	f.Stage, f.Check, f.Changed = a.Stage, func(name string) kit.Problem { return problemOf(f.checkField(name)) }, f.edit
	f.trouble = kit.Pager{Stage: a.Stage, Content: f.problemText}
	f.Set([]kit.Field{
		kit.TextField(a.Theme, fieldBatchFile, "JSONL file", "path of a file with 20 to 500 lines, one request each", f.path),
		kit.TextField(a.Theme, fieldBatchWebhook, "Webhook URL", "https://… called when the batch ends", ""),
		kit.TextField(a.Theme, fieldBatchLabel, "Label", "for your own records, never sent", ""),
	})
	return f
}

func (f *batchForm) edit(name, value string) tea.Cmd {
	f.problems = tasks.BatchProblems{}
	if name == fieldBatchFile {
		f.path, f.app.batchPath = value, value
		return nil
	}
	f.like.Put(name, value)
	return nil
}

func (f *batchForm) checkField(name string) draft.Problem {
	switch name {
	case fieldBatchWebhook, fieldBatchLabel:
		return f.like.Check(name, draft.CheckEnv{})
	case fieldBatchFile:
		m, err := draft.ParseMedia(f.path, f.app.cfg.Home)
		switch {
		case m.Source == draft.SourceNone && err == nil:
			return draft.Problem{Field: name, Severity: draft.SeverityMissing, Words: "enter the path of a JSONL file, or drag the file into the window"}
		case err != nil:
			return draft.Problem{Field: name, Severity: draft.SeverityError, Words: err.Error()}
		case m.Source != draft.SourceFile:
			return draft.Problem{Field: name, Severity: draft.SeverityError, Words: "a batch is made from a file on this machine"}
		}
	}
	return draft.Problem{}
}

func (f *batchForm) Title() text.Text { return "new batch" }

func (f *batchForm) Actions() []kit.Action {
	a := f.app
	if f.Deaf() {
		return nil
	}
	if f.cancel != nil {
		return []kit.Action{a.Does(keymap.Leave, kit.Plain(f.stop)).Hinted("stop checking")}
	}
	acts := append([]kit.Action{
		a.Does(keymap.Estimate, f.price).Hinted("check and price it"),
		a.Does(keymap.Leave, a.Pop).Hinted("leave"),
	}, f.FieldActions()...)
	if !f.problems.None() {
		page := func(by int) func() tea.Cmd { return kit.Plain(func() { f.trouble.Scroll(by * f.trouble.Height) }) }
		acts = append(acts, a.offeredPage()...)
		acts = append(acts, a.Does(keymap.PageDown, page(1)).Hinted("more problems"), a.Does(keymap.PageUp, page(-1)))
	}
	return acts
}

// SetSize gives the problems the lines below the fields.
func (f *batchForm) SetSize(width, height int) {
	f.Form.SetSize(width, height)
	f.fitProblems()
}

func (f *batchForm) fitProblems() {
	fields, _ := f.Lines()
	f.trouble.SetSize(f.Width, max(1, f.Height-len(fields)-3))
}

// problemText draws the problems.
func (f *batchForm) problemText(width int) (lines []paint.Styled) {
	t := f.app.Theme
	for _, p := range f.problems.Words {
		lines = append(lines, t.Paragraph(width, paint.Bad, p)...)
	}
	if n := f.problems.More; n > 0 {
		lines = append(lines, "  "+t.Text(paint.Muted, text.Sprintf("and %d more", n)))
	}
	return lines
}

// Position says which of the problems are visible.
func (f *batchForm) Position() text.Text {
	if f.problems.None() {
		return ""
	}
	return f.trouble.Position()
}

func (f *batchForm) Update(msg tea.Msg) tea.Cmd {
	if f.cancel != nil {
		return nil
	}
	return f.Form.Update(msg)
}

func (f *batchForm) stop() {
	if f.cancel != nil {
		f.cancel()
		f.cancel = nil
	}
}

// Leave stops the current check.
func (f *batchForm) Leave() tea.Cmd {
	f.stop()
	return nil
}

func (f *batchForm) price() tea.Cmd {
	if !f.Ready() {
		return nil
	}
	m, err := draft.ParseMedia(f.path, f.app.cfg.Home)
	if err != nil {
		return nil
	}
	var ctx context.Context
	ctx, f.cancel = context.WithCancel(context.Background())
	f.problems = tasks.BatchProblems{}
	assets := map[string]draft.Finding{}
	for x := range f.app.store.Assets.All() {
		assets[string(x.ID)] = draft.Finding{Seconds: float64(x.Duration), Holds: strings.ToLower(string(x.Type))}
	}
	s := f.app.session
	check := &tasks.BatchCheck{
		Client: s.Client, Journal: s.Journal, Path: m.Path, Webhook: f.like.WebhookURL, Label: f.like.Label, Guard: &f.app.cfg.Guard, Assets: assets,
	}
	f.checking = check
	f.run++
	run := f.run
	return func() tea.Msg {
		sub, found, err := check.Run(ctx)
		return batchPricedMsg{f, run, sub, check.Sent, found, err}
	}
}

// batchPricedMsg is a checked and priced batch, or its problems.
type batchPricedMsg struct {
	form       *batchForm
	run        int
	submission outbox.Submission
	sent       []outbox.SentFile
	found      tasks.BatchProblems // errors, or warnings if mild
	err        error
}

func (m batchPricedMsg) apply(a *composer) tea.Cmd {
	f := m.form
	if f.cancel == nil || f.run != m.run || !a.Shown(f) {
		return nil // stopped, closed or restarted since
	}
	f.stop()
	switch {
	case m.err != nil:
		a.notePage(m.err)
		f.show(tasks.BatchProblems{Words: []text.Text{errorText(m.err)}})
		return nil
	case !m.found.None():
		f.show(m.found) // so that all of it can be read after a no
		if !m.found.Mild {
			return nil
		}
	}
	name := inputs.Input{Kind: "file", Name: m.submission.Name}
	return a.confirmSpending(&spending{
		submission: m.submission, inputs: []inputs.Input{name}, batch: f, sent: m.sent, warnings: firstProblems(m.found),
	})
}

// firstProblems returns as many as fit into a dialog.
func firstProblems(p tasks.BatchProblems) (words []text.Text) {
	const most = 8
	words = p.Words[:min(most, len(p.Words))]
	if n := len(p.Words) - len(words); n > 0 {
		words = append(slices.Clone(words), text.Sprintf("and %d more, listed in the form", n))
	}
	return words
}

// show shows problems, starting with the first.
func (f *batchForm) show(problems tasks.BatchProblems) {
	f.problems, f.trouble.Top = problems, 0
	f.fitProblems()
}

func (f *batchForm) View() paint.Styled {
	t := f.app.Theme
	lines := paint.Parted(f.Form.View([]paint.Styled{""}))
	lines = append(lines, "")
	switch {
	case f.cancel != nil:
		words := "Checking the file" + t.Glyphs.More
		if measured, all := f.checking.Progress(); all > 0 {
			words = text.Sprintf("Measuring the inputs: %d of %d", measured, all)
		}
		lines = append(lines, "  "+t.Text(paint.Running, words))
	case !f.problems.None():
		lines = append(lines, "  "+t.Text(paint.Title, f.problems.Title()), f.trouble.View())
	default:
		for _, l := range []text.Text{
			`Each line: {"request_id":"a1","endpoint":"/v2/generate","payload":{"model":…,"input":[…]}}`,
			"20 to 500 lines, at most 5 MB, inputs of up to 30 s each.",
			"It is checked here, then by the server (dry run, free), then priced. Nothing is created before you agree.",
		} {
			lines = append(lines, "  "+t.Text(paint.Muted, paint.Shorten(l, f.Width-4, t.Glyphs.More)))
		}
	}
	lines = paint.Parted(paint.Joined(lines))
	for i, line := range lines {
		lines[i] = paint.FitStyled(line, f.Width)
	}
	return paint.Joined(lines[:min(len(lines), f.Height)])
}

func (f *batchForm) Cursor() *tea.Cursor {
	if f.cancel != nil {
		return nil
	}
	return f.Form.Cursor()
}
