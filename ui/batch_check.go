package ui

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"dubtop/api"
	"dubtop/api/text"
	"dubtop/state/account"
	"dubtop/state/draft"
	"dubtop/state/inputs"
	"dubtop/state/outbox"
	"dubtop/state/tasks"
)

// batchCheck holds all that is needed to check and price a batch. It contains
// values only, since it runs in a command.
type batchCheck struct {
	session *account.Account
	path    string
	webhook string
	assets  map[string]draft.Finding // the account's assets by id
	links   map[inputs.Link]draft.Finding
	note    *batchProgressNote
	sent    []outbox.SentFile // earlier batches made from the same file
}

func (c *batchCheck) run(ctx context.Context) (sub outbox.Submission, problems batchProblems, err error) {
	raw, err := inputs.ReadFile(c.path, api.BatchMaxBytes+1)
	if err != nil {
		return sub, problems, err
	}
	file, err := c.file(raw)
	if err != nil || len(file.Problems) > 0 {
		return sub, problemLines(file), err
	}
	if err := c.look(ctx, file); err != nil {
		return sub, problems, err
	}
	if file, err = c.file(raw); err != nil || len(file.Problems) > 0 {
		return sub, problemLines(file), err
	}
	if err := inputs.DryRun(ctx, c.session.Client, file.Exact); err != nil {
		return sub, problems, err
	}
	price, err := c.price(ctx, file)
	if err != nil {
		return sub, problems, err
	}
	sub, err = outbox.NewBatchSubmission(uuid.NewString(), file, filepath.Base(c.path), c.webhook, time.Now())
	if err != nil {
		return sub, problems, err
	}
	if err := c.before(ctx, &sub); err != nil {
		return sub, problems, err
	}
	return sub, warningLines(file), sub.Estimate(price, time.Now())
}

// before looks up earlier batches made from the same file, so that the user can
// be told. It fails if one of them is under way.
func (c *batchCheck) before(ctx context.Context, sub *outbox.Submission) (err error) {
	c.sent, err = c.session.Journal.SentFiles(ctx, sub.Body)
	for _, f := range c.sent {
		if f.UnderWay() {
			return errors.New(string(f.Words(time.Now())))
		}
		sub.Shown = append(sub.Shown, f.Submission)
	}
	return err
}

func (c *batchCheck) file(raw []byte) (draft.BatchFile, error) {
	now := time.Now()
	if t, ok := c.session.Client.ServerTime(now); ok {
		now = t
	}
	return draft.CheckBatch(bytes.NewReader(raw), draft.BatchEnv{Now: now, Found: c.found})
}

func warningLines(file draft.BatchFile) batchProblems {
	p := batchProblems{mild: true}
	for _, x := range file.Warnings {
		p.words = append(p.words, text.Of(x.String()))
	}
	return p
}

func problemLines(file draft.BatchFile) batchProblems {
	p := batchProblems{more: file.More}
	for _, x := range file.Problems {
		p.words = append(p.words, text.Of(x.String()))
	}
	return p
}

// look measures every link of the file. A link that cannot be measured makes
// the price unknown, and there is a warning.
func (c *batchCheck) look(ctx context.Context, file draft.BatchFile) error {
	var links []inputs.Link
	for _, line := range file.Lines {
		for _, in := range line.Request.Input {
			if l := (inputs.Link{Kind: in.Type, URL: in.URL}); in.URL != "" && !slices.Contains(links, l) {
				links = append(links, l)
			}
		}
	}
	c.note.toMeasure.Store(int64(len(links)))
	c.links = inputs.NewLooks(c.session.Client).All(ctx, links, func() { c.note.measured.Add(1) })
	return ctx.Err()
}

// found looks up the length and kind of an input.
func (c *batchCheck) found(in api.CreateInput) (draft.Finding, bool) {
	if in.URL == "" {
		f, ok := c.assets[string(in.AssetID)]
		return f, ok
	}
	f, ok := c.links[inputs.Link{Kind: in.Type, URL: in.URL}]
	return f, ok
}

// price prices the lines together.
func (c *batchCheck) price(ctx context.Context, file draft.BatchFile) (outbox.Price, error) {
	lines := make([]tasks.PricedLine, len(file.Lines))
	for i, line := range file.Lines {
		lines[i] = tasks.PricedLine{Model: line.Request.Model, Seconds: line.Seconds, About: line.About}
	}
	return tasks.PriceLines(ctx, c.session.Client, lines)
}

// batchProgressNote counts the inputs measured so far. The command writes it
// and the screen reads it.
type batchProgressNote struct{ measured, toMeasure atomic.Int64 }

// batchProblems holds the first problems of a batch in words, and the number of
// the others.
type batchProblems struct {
	words []text.Text
	more  int
	mild  bool // warnings only: the batch can be sent
}

// first returns as many as fit into a dialog.
func (p batchProblems) first() (words []text.Text) {
	const most = 8
	words = p.words[:min(most, len(p.words))]
	if n := len(p.words) - len(words); n > 0 {
		words = append(slices.Clone(words), text.Sprintf("and %d more, listed in the form", n))
	}
	return words
}

func (p batchProblems) none() bool { return len(p.words) == 0 }

func (p batchProblems) title() text.Text {
	if p.mild {
		return text.Count(len(p.words), "warning", "warnings") + "; it can still be sent"
	}
	return text.Count(len(p.words)+p.more, "problem", "problems") + "; nothing was sent"
}
