package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/api/media"
	"dubtop/api/text"
	"dubtop/keymap"
	"dubtop/state"
	"dubtop/ui/dispatch"
)

// The fields of the batch form.
const (
	fieldBatchFile    = "file"
	fieldBatchWebhook = "webhook"
)

// batchForm turns a JSONL file into a batch: checked here line by line, then
// by the server without creating anything, then priced, then asked about.
type batchForm struct {
	form
	path, webhook string
	cancel        context.CancelFunc
	run           int // number of the check under way
	progress      *batchProgressNote
	problems      batchProblems
	trouble       pager // shows them
}

// batchProgressNote is how far the check has come; the command writes it, the
// screen reads it.
type batchProgressNote struct{ measured, toMeasure atomic.Int64 }

// newBatch opens the batch form.
func (a *App) newBatch() tea.Cmd {
	if a.session.Journal == nil {
		return a.afterOpening(a.newBatch)
	}
	a.push(a.batchForm())
	return nil
}

// batchForm makes the form with the path that was last typed into it.
func (a *App) batchForm() *batchForm {
	f := &batchForm{path: a.batchPath}
	f.app, f.check, f.changed = a, f.checkField, f.edit
	f.trouble = pager{app: a, content: f.problemText}
	f.set([]field{
		textField(a.theme, fieldBatchFile, "JSONL file", "a path; one request a line, 20 to 500 of them", f.path),
		textField(a.theme, fieldBatchWebhook, "Webhook URL", "https://… told when the batch ends", ""),
	})
	return f
}

func (f *batchForm) edit(name, value string) tea.Cmd {
	f.problems = batchProblems{}
	if name == fieldBatchFile {
		f.path, f.app.batchPath = value, value
		return nil
	}
	f.webhook = value
	return nil
}

func (f *batchForm) checkField(name string) state.Problem {
	switch name {
	case fieldBatchWebhook:
		return state.Draft{WebhookURL: f.webhook}.Check(state.FieldWebhook, state.CheckEnv{})
	case fieldBatchFile:
		m, err := state.ParseMedia(f.path, f.app.cfg.Home)
		switch {
		case m.Source == state.SourceNone && err == nil:
			return state.Problem{Field: name, Severity: state.SeverityMissing, Words: "give the path of a JSONL file; it may be dragged into the window"}
		case err != nil:
			return state.Problem{Field: name, Severity: state.SeverityError, Words: err.Error()}
		case m.Source != state.SourceFile:
			return state.Problem{Field: name, Severity: state.SeverityError, Words: "a batch is made from a file on this machine"}
		}
	}
	return state.Problem{}
}

func (f *batchForm) Title() text.Text { return "new batch" }

func (f *batchForm) Actions() []action {
	a := f.app
	if f.deaf() {
		return nil
	}
	if f.cancel != nil {
		return []action{a.does(keymap.Leave, plain(f.stop)).hinted("stop checking")}
	}
	acts := append([]action{
		a.does(keymap.Estimate, f.price).hinted("check and price it"),
		a.does(keymap.Leave, a.pop).hinted("leave"),
	}, f.actions()...)
	if !f.problems.none() {
		page := func(by int) func() tea.Cmd { return plain(func() { f.trouble.scroll(by * f.trouble.height) }) }
		acts = append(acts, a.does(keymap.PageDown, page(1)).hinted("more problems"), a.does(keymap.PageUp, page(-1)))
	}
	return acts
}

// SetSize leaves the problems what the fields don't take.
func (f *batchForm) SetSize(width, height int) {
	f.form.SetSize(width, height)
	f.fitProblems()
}

func (f *batchForm) fitProblems() {
	fields, _ := f.lines()
	f.trouble.SetSize(f.width, max(1, f.height-len(fields)-3))
}

// problemText draws the problems.
func (f *batchForm) problemText(width int) (lines []styled) {
	t := f.app.theme
	for _, p := range f.problems.words {
		for _, l := range wrap(p, max(10, width-4)) {
			lines = append(lines, "  "+t.text(toneBad, l))
		}
	}
	if n := f.problems.more; n > 0 {
		lines = append(lines, "  "+t.text(toneMuted, text.Sprintf("and %d more", n)))
	}
	return lines
}

// Position says which of the problems are seen.
func (f *batchForm) Position() text.Text {
	if f.problems.none() {
		return ""
	}
	return f.trouble.Position()
}

func (f *batchForm) Update(msg tea.Msg) tea.Cmd {
	if f.cancel != nil {
		return nil
	}
	return f.form.Update(msg)
}

func (f *batchForm) stop() {
	if f.cancel != nil {
		f.cancel()
		f.cancel = nil
	}
}

// Leave stops the check under way.
func (f *batchForm) Leave() tea.Cmd {
	f.stop()
	return nil
}

func (f *batchForm) price() tea.Cmd {
	f.touchAll()
	for _, x := range f.fields {
		if p := f.checkField(x.name); p.Blocks() {
			f.app.warn(text.Of(p.Words))
			return nil
		}
	}
	m, err := state.ParseMedia(f.path, f.app.cfg.Home)
	if err != nil {
		return nil
	}
	var ctx context.Context
	ctx, f.cancel = context.WithCancel(context.Background())
	f.problems, f.progress = batchProblems{}, new(batchProgressNote)
	assets := map[string]float64{}
	for x := range f.app.store.Assets.All() {
		assets["asset:"+string(x.ID)] = float64(x.Duration)
	}
	check := batchCheck{session: f.app.session, path: m.Path, webhook: f.webhook, lengths: assets, note: f.progress}
	f.run++
	run := f.run
	return func() tea.Msg {
		sub, problems, err := check.run(ctx)
		return batchPricedMsg{f, run, sub, problems, err}
	}
}

// batchPricedMsg is a checked and priced batch, or what is wrong with it.
type batchPricedMsg struct {
	form       *batchForm
	run        int
	submission state.Submission
	problems   batchProblems
	err        error
}

func (m batchPricedMsg) land(a *App) tea.Cmd {
	f := m.form
	if f.cancel == nil || f.run != m.run || !a.shown(f) {
		return nil // stopped or left in the meantime, or begun anew since
	}
	f.stop()
	switch {
	case !m.problems.none():
		f.show(m.problems)
		return nil
	case m.err != nil:
		f.show(batchProblems{words: []text.Text{errorText(m.err)}})
		return nil
	}
	name := dispatch.Input{Kind: "file", Name: m.submission.Name}
	return a.confirmSpending(&spending{submission: m.submission, inputs: []dispatch.Input{name}, batch: f})
}

// show puts problems up, from the first.
func (f *batchForm) show(problems batchProblems) {
	f.problems, f.trouble.top = problems, 0
	f.fitProblems()
}

func (f *batchForm) View() styled {
	t := f.app.theme
	lines := parted(f.form.View([]styled{""}))
	lines = append(lines, "")
	switch {
	case f.cancel != nil:
		words := "Checking the file" + t.glyphs.more
		if n := f.progress.toMeasure.Load(); n > 0 {
			words = text.Sprintf("Measuring the inputs: %d of %d", f.progress.measured.Load(), n)
		}
		lines = append(lines, "  "+t.text(toneRunning, words))
	case !f.problems.none():
		lines = append(lines, "  "+t.text(toneTitle, f.problems.title()), f.trouble.View())
	default:
		for _, l := range []text.Text{
			`Each line: {"request_id":"a1","endpoint":"/v2/generate","payload":{"model":…,"input":[…]}}`,
			"20 to 500 lines, 5 MB at the most, inputs of up to 30 s each.",
			"It is checked here, then by the server (dry run, free), then priced. Nothing is sent before you agree.",
		} {
			lines = append(lines, "  "+t.text(toneMuted, shorten(l, f.width-4, t.glyphs.more)))
		}
	}
	return joined(lines[:min(len(lines), f.height)])
}

func (f *batchForm) Cursor() *tea.Cursor {
	if f.cancel != nil {
		return nil
	}
	return f.cursor(1)
}

// batchProblems are what is wrong with a batch: the first ones in words, and
// how many there are beyond them.
type batchProblems struct {
	words []text.Text
	more  int
}

func (p batchProblems) none() bool { return len(p.words) == 0 }

func (p batchProblems) title() text.Text {
	return count(len(p.words)+p.more, "problem", "problems") + "; nothing was sent"
}

// batchCheck is all that a batch is checked and priced with: values only.
type batchCheck struct {
	session *Session
	path    string
	webhook string
	lengths map[string]float64 // of assets and links, in seconds
	note    *batchProgressNote
}

func (c *batchCheck) run(ctx context.Context) (sub state.Submission, problems batchProblems, err error) {
	raw, err := readCapped(c.path, api.BatchMaxBytes+1)
	if err != nil {
		return sub, problems, err
	}
	file, err := c.file(raw)
	if err != nil || len(file.Problems) > 0 {
		return sub, problemLines(file), err
	}
	if err := c.measure(ctx, file); err != nil {
		return sub, problems, err
	}
	if file, err = c.file(raw); err != nil || len(file.Problems) > 0 {
		return sub, problemLines(file), err
	}
	if err := c.session.Client.ValidateBatch(ctx, file.Exact); err != nil {
		return sub, problems, planWords(err)
	}
	price, err := c.price(ctx, file)
	if err != nil {
		return sub, problems, err
	}
	sub, err = state.NewBatchSubmission(uuid.NewString(), file, filepath.Base(c.path), c.webhook, time.Now())
	if err != nil {
		return sub, problems, err
	}
	return sub, problems, sub.Estimate(price, time.Now())
}

// planWords turns the refusal of a small plan into one that says what to do.
func planWords(err error) error {
	if e, ok := errors.AsType[*api.Error](err); ok && e.Kind == api.KindPayment {
		if e.Code == "" || strings.Contains(string(e.Code), "plan") {
			return fmt.Errorf("this account's plan has no batches; send the jobs one by one, or use a larger plan: %w", err)
		}
		return err // an unpaid invoice, a hold: it says what to do
	}
	return fmt.Errorf("the server's dry run refused the file: %w", err)
}

func (c *batchCheck) file(raw []byte) (state.BatchFile, error) {
	return state.CheckBatch(bytes.NewReader(raw), func(source string) (float64, bool) {
		s, ok := c.lengths[source]
		return s, ok && s > 0
	})
}

func problemLines(file state.BatchFile) batchProblems {
	p := batchProblems{more: file.More}
	for _, x := range file.Problems {
		p.words = append(p.words, text.Of(x.String()))
	}
	return p
}

func readCapped(path string, most int64) ([]byte, error) {
	f, _, err := dispatch.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// measuring is how many remote files are measured at once.
const measuring = 6

// measure finds the length of every link of the file, a few at a time. What
// can't be measured is left out: it is priced as unknown, not refused.
func (c *batchCheck) measure(ctx context.Context, file state.BatchFile) error {
	todo := make(map[string]media.Kind)
	for _, line := range file.Lines {
		for _, in := range line.Request.Input {
			if _, known := c.lengths[in.URL]; in.URL != "" && in.Type != "image" && !known {
				todo[in.URL] = dispatch.Wanted(in.Type)
			}
		}
	}
	c.note.toMeasure.Store(int64(len(todo)))
	var (
		wait  sync.WaitGroup
		mutex sync.Mutex
		slots = make(chan struct{}, measuring)
	)
	for link, kind := range todo {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			info, err := media.Remote(ctx, c.session.Client.Media(), link, kind)
			c.note.measured.Add(1)
			if err == nil {
				mutex.Lock()
				c.lengths[link] = info.Seconds
				mutex.Unlock()
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}

// price adds up the frames of all lines by model and has the server price each
// sum, so that the total is the server's own.
func (c *batchCheck) price(ctx context.Context, file state.BatchFile) (state.Price, error) {
	frames, jobs, spoken := measuredLines(file.Lines)
	total := state.Price{Approximate: spoken, Basis: "the inputs' own lengths, priced by the server"}
	var cost api.Micros
	var credits float64
	inCredits, priced := false, 0
	for model, n := range frames {
		e, err := c.session.Client.Estimate(ctx, api.EstimateRequest{Model: model, Duration: float64(n) / dispatch.BilledFPS, FPS: dispatch.BilledFPS})
		if err != nil && !errors.Is(err, api.ErrUnpriced) {
			return state.Price{}, fmt.Errorf("the price could not be had: %w", err)
		}
		if e.Cost == nil {
			continue
		}
		priced += jobs[model]
		cost += *e.Cost
		if e.Credits != nil {
			inCredits, credits = true, credits+*e.Credits
		}
		total.Frames += e.Frames
		total.Seconds += float64(n) / dispatch.BilledFPS
	}
	if priced < len(file.Lines) {
		total.Basis = string(text.Sprintf("%d of %d jobs come to %s; the others could not be measured, or have no price", priced, len(file.Lines), cost))
		return total, nil
	}
	total.Cost = &cost
	if inCredits {
		total.Credits = &credits
	}
	return total, nil
}

// measuredLines counts the frames and the jobs of each model, of the lines
// whose length is known, and tells whether any of them is spoken text.
func measuredLines(lines []state.BatchLine) (frames, jobs map[string]int, spoken bool) {
	frames, jobs = map[string]int{}, map[string]int{}
	for _, line := range lines {
		if line.Seconds <= 0 {
			continue
		}
		jobs[line.Request.Model]++
		frames[line.Request.Model] += int(math.Round(line.Seconds * dispatch.BilledFPS))
		for _, in := range line.Request.Input {
			spoken = spoken || in.Type == "text"
		}
	}
	return frames, jobs, spoken
}
